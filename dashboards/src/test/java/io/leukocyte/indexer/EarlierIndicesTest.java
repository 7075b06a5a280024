package io.leukocyte.indexer;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.leukocyte.events.CheckResult;
import io.leukocyte.events.config.Config;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What is looked for before it is sent, and what follows from the answers. */
class EarlierIndicesTest {
  private static final ObjectMapper MAPPER = new ObjectMapper();

  private final List<String> asked = new CopyOnWriteArrayList<>();
  private final List<String> created = new CopyOnWriteArrayList<>();
  private final Map<String, Set<String>> stored = new ConcurrentHashMap<>();
  private volatile List<String> indices = List.of("one", "two", "written");
  private volatile int lookStatus = 200;
  private volatile String failing = "";

  private HttpServer node;
  private ElasticsearchConnection connection;
  private ElasticsearchSink sink;

  @BeforeEach
  void startNode() throws IOException {
    node = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    node.createContext("/", this::answer);
    node.start();
    String url = "http://127.0.0.1:" + node.getAddress().getPort();
    connection =
        ElasticsearchConnection.open(
            IndexerSettings.from(
                Config.load(null, Map.of("LEUKO_ELASTICSEARCH_URL", url), IndexerSettings.KEYS)));
    sink = new ElasticsearchSink(connection, "default");
  }

  @AfterEach
  void stopNode() {
    connection.close();
    node.stop(0);
  }

  @Test
  void whatIsInAnEarlierIndexIsKnownAndTheRestIsSentInItsOrder() {
    in("one").add("id-1");
    in("two").addAll(List.of("id-3", "id-4"));
    BulkAnswer answer = sink.send(documents(6), bits(0, 1, 2, 3));
    assertThat(created).containsExactly("id-0", "id-2", "id-4", "id-5"); // 4 was not in doubt
    assertThat(((BulkAnswer.Taken) answer).items())
        .extracting(Object::getClass)
        .containsExactly(
            BulkAnswer.Item.Created.class,
            BulkAnswer.Item.Known.class,
            BulkAnswer.Item.Created.class,
            BulkAnswer.Item.Known.class,
            BulkAnswer.Item.Created.class,
            BulkAnswer.Item.Created.class);
    assertThat(asked).containsExactly("stream", "two", "one"); // not the one that is written to
  }

  @Test
  void nothingIsAskedWithoutDoubtAndNoIndexBeforeTheFirstRollover() {
    sink.send(documents(3), new BitSet());
    assertThat(asked).isEmpty();
    indices = List.of("written");
    sink.send(documents(3), bits(0, 1, 2));
    assertThat(asked).containsExactly("stream");
    lookStatus = 404;
    sink.send(documents(3), bits(0, 1, 2));
    assertThat(created).hasSize(9);
  }

  @Test
  void manyAreAskedForInParts() {
    IntStream.range(0, 5_000).forEach(i -> in("one").add("id-" + i));
    indices = List.of("one", "written");
    BulkAnswer answer = sink.send(documents(5_000), bits(IntStream.range(0, 5_000).toArray()));
    assertThat(((BulkAnswer.Taken) answer).items())
        .hasSize(5_000)
        .allMatch(i -> i instanceof BulkAnswer.Item.Known);
    assertThat(asked).containsExactly("stream", "one", "one", "one");
    assertThat(created).isEmpty();
  }

  @Test
  void userWhoMayNotLookIsToldAndDocumentsGoOn() {
    lookStatus = 403;
    assertThat(sink.send(documents(2), bits(0, 1))).isInstanceOf(BulkAnswer.Taken.class);
    assertThat(created).hasSize(2);
    assertThat(sink.lookups())
        .isInstanceOfSatisfying(
            CheckResult.Degraded.class,
            d -> assertThat(d.todo()).contains("read and view_index_metadata"));
    lookStatus = 200;
    sink.send(documents(2), bits(0));
    assertThat(sink.lookups()).isInstanceOf(CheckResult.Ok.class);
  }

  @Test
  void nothingIsSentWhileANodeCannotSay() {
    lookStatus = 503;
    assertThat(sink.send(documents(2), bits(0))).isInstanceOf(BulkAnswer.Away.class);
    lookStatus = 200;
    failing = "no_shard_available_action_exception";
    assertThat(sink.send(documents(2), bits(0)))
        .isInstanceOfSatisfying(
            BulkAnswer.Away.class,
            away -> assertThat(away.outcome()).isEqualTo(BulkAnswer.Outcome.NOTHING_STORED));
    assertThat(created).isEmpty();
    failing = "index_closed_exception";
    assertThat(sink.send(documents(2), bits(0))).isInstanceOf(BulkAnswer.Taken.class);
  }

  /** The ids in an index. */
  private Set<String> in(String index) {
    return stored.computeIfAbsent(index, i -> ConcurrentHashMap.newKeySet());
  }

  private static BitSet bits(int... set) {
    BitSet bits = new BitSet();
    IntStream.of(set).forEach(bits::set);
    return bits;
  }

  private static List<Document> documents(int count) {
    ConsumerRecord<byte[], byte[]> record =
        new ConsumerRecord<>("leuko.alerts", 0, 0, new byte[0], new byte[0]);
    return IntStream.range(0, count)
        .mapToObj(i -> new Document(DataStream.ALERTS, "id-" + i, "{}".getBytes(UTF_8), record))
        .toList();
  }

  private void answer(HttpExchange exchange) throws IOException {
    try (exchange) {
      byte[] request = exchange.getRequestBody().readAllBytes();
      String path = exchange.getRequestURI().getPath();
      JsonNode answer;
      int status = 200;
      if (path.equals("/_bulk")) {
        answer = take(new String(request, UTF_8));
      } else if (path.startsWith("/_resolve/index/logs-leukocyte.alerts-default")) {
        asked.add("stream");
        status = lookStatus;
        var resolved = MAPPER.createObjectNode();
        ArrayNode streams = resolved.putArray("data_streams");
        ArrayNode backing = streams.addObject().putArray("backing_indices");
        indices.forEach(backing::add);
        answer = resolved;
      } else {
        String index = path.substring(1, path.indexOf("/_mget"));
        asked.add(index);
        answer = look(index, MAPPER.readTree(request).path("ids"));
      }
      byte[] body = MAPPER.writeValueAsBytes(answer);
      exchange
          .getResponseHeaders()
          .set("Content-Type", "application/vnd.elasticsearch+json;compatible-with=8");
      exchange.getResponseHeaders().set("X-Elastic-Product", "Elasticsearch");
      exchange.sendResponseHeaders(status, body.length);
      exchange.getResponseBody().write(body);
    }
  }

  private JsonNode take(String request) throws IOException {
    var answer = MAPPER.createObjectNode();
    ArrayNode items = answer.putArray("items");
    List<String> lines = new ArrayList<>(request.lines().toList());
    for (int i = 0; i < lines.size(); i += 2) {
      created.add(MAPPER.readTree(lines.get(i)).at("/create/_id").asText());
      items.addObject().putObject("create").put("status", 201);
    }
    return answer;
  }

  private JsonNode look(String index, JsonNode ids) {
    var answer = MAPPER.createObjectNode();
    ArrayNode documents = answer.putArray("docs");
    for (JsonNode id : ids) {
      var document = documents.addObject().put("_id", id.asText());
      if (failing.isEmpty()) {
        document.put("found", in(index).contains(id.asText()));
      } else {
        document.putObject("error").put("type", failing).put("reason", "r");
      }
    }
    return answer;
  }
}
