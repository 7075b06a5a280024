package io.leukocyte.indexer;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.leukocyte.events.config.Config;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What the indexer sends, and what it takes each answer of a node for. */
class ElasticsearchSinkTest {
  private static final String JSON = "application/vnd.elasticsearch+json;compatible-with=8";

  private HttpServer node;
  private ElasticsearchConnection connection;
  private ElasticsearchSink sink;

  private volatile int status = 200;
  private volatile String type = JSON;
  private volatile String product = "Elasticsearch";
  private volatile String answer = "";
  private volatile String request = "";
  private volatile String query = "";
  private volatile String contentType = "";

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
  void documentsTravelAsTheBytesThatTheyAre() {
    answer = items("{\"create\":{\"status\":201}}", "{\"create\":{\"status\":201}}");

    sink.send(List.of(document("a", "{\"x\": 1.50}"), document("q\"\\é", "{\"message\":\"ü\"}")));

    assertThat(request)
        .isEqualTo(
            """
            {"create":{"_index":"logs-leukocyte.alerts-default","_id":"a"}}
            {"x": 1.50}
            {"create":{"_index":"logs-leukocyte.alerts-default","_id":"q\\"\\\\é"}}
            {"message":"ü"}
            """);
    assertThat(query).isEqualTo("POST /_bulk?filter_path=" + BulkItem.FILTER_PATH);
    assertThat(contentType).startsWith("application/vnd.elasticsearch+json");
  }

  @Test
  void eachItemIsLookedAt() {
    answer =
        items(
            "{\"create\":{\"status\":201}}",
            "{\"create\":{\"status\":409,\"error\":{\"type\":\"version_conflict\",\"reason\":\"r\"}}}",
            "{\"create\":{\"error\":{\"type\":\"full\",\"reason\":\"queue\"},\"status\":429}}",
            "{\"create\":{\"status\":400,\"error\":{\"type\":\"mapper\",\"reason\":\"no date\"}}}",
            "{\"create\":{\"new\":[{}],\"status\":400}}");

    assertThat(sink.send(documents(5)))
        .isEqualTo(
            new BulkAnswer.Taken(
                List.of(
                    new BulkAnswer.Item.Created(),
                    new BulkAnswer.Item.Known(),
                    new BulkAnswer.Item.Busy(
                        "429 full: queue", "look at the node's log; it is tried again"),
                    new BulkAnswer.Item.Rejected("400 mapper: no date"),
                    new BulkAnswer.Item.Rejected("400 without a reason"))));
  }

  @ParameterizedTest
  @ValueSource(ints = {401, 403, 404, 429, 500, 503})
  void passingStatusesOfAnItemAreTriedAgain(int itemStatus) {
    answer = items("{\"create\":{\"status\":" + itemStatus + "}}");

    assertThat(item()).isInstanceOf(BulkAnswer.Item.Busy.class);
  }

  @ParameterizedTest
  @CsvSource({
    "401,check elasticsearch.username and password",
    "403,give the user create_doc",
    "404,look at the node's log",
    "429,look at the node's log",
    "503,look at the node's log"
  })
  void refusalsOfTheWholeRequestThatMayPassAreTriedAgain(int whole, String todo) {
    status = whole;
    answer = "{\"error\":{\"type\":\"t\",\"reason\":\"why\"},\"status\":" + whole + "}";

    assertThat(sink.send(documents(1)))
        .isInstanceOfSatisfying(
            BulkAnswer.Away.class,
            away -> {
              assertThat(away.problem()).isEqualTo("Elasticsearch answered " + whole + ": t: why");
              assertThat(away.todo()).startsWith(todo);
            });
  }

  @ParameterizedTest
  @ValueSource(ints = {400, 413})
  void requestsRefusedForWhatIsInThemAreToBeSentInParts(int whole) {
    status = whole;
    answer = "{\"error\":{\"type\":\"t\",\"reason\":\"why\"},\"status\":" + whole + "}";

    assertThat(sink.send(documents(2)))
        .isEqualTo(new BulkAnswer.Refused("Elasticsearch answered " + whole + ": t: why"));
  }

  @ParameterizedTest
  @CsvSource({"text/html,<html>too large</html>", JSON + ",{}"})
  void tooLargeForWhatStandsInFrontOfTheNodeIsToBeSentInParts(String form, String text) {
    status = 413;
    type = form;
    answer = text;

    assertThat(sink.send(documents(2))).isInstanceOf(BulkAnswer.Refused.class);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "{}",
        "[]",
        "no JSON",
        "{\"items\":1}",
        "{\"items\":[]}",
        "{\"items\":[{\"create\":{\"status\":201}}]}", // two were sent
        "{\"items\":[{\"create\":{\"status\":201}},{\"create\":{}}]}",
        "{\"items\":[{\"create\":{\"status\":201}},{\"create\":{\"status\":\"x\"}}]}",
        "{\"items\":[{\"create\":{\"status\":201}},{\"create\":{\"status\":201"
      })
  void whatIsNoAnswerToTheRequestStoresNothingAndIsTriedAgain(String text) {
    answer = text;

    assertThat(sink.send(documents(2)))
        .isInstanceOfSatisfying(
            BulkAnswer.Away.class,
            away ->
                assertThat(away.problem())
                    .startsWith("Elasticsearch answered with what is not a bulk answer: "));
  }

  @ParameterizedTest
  @ValueSource(ints = {200, 302, 502})
  void anotherServersPageIsSaid(int whole) {
    status = whole;
    type = "text/html";
    product = "";
    answer = "<html>hello</html>";

    assertThat(sink.send(documents(1)))
        .isInstanceOfSatisfying(
            BulkAnswer.Away.class,
            away -> assertThat(away.todo()).contains("not a proxy's error page"));
  }

  @Test
  void aNodeThatIsAwayIsTriedAgain() {
    node.stop(0);

    assertThat(sink.send(documents(1)))
        .isInstanceOfSatisfying(
            BulkAnswer.Away.class,
            away -> assertThat(away.problem()).startsWith("Elasticsearch cannot be reached: "));
  }

  private BulkAnswer.Item item() {
    BulkAnswer sent = sink.send(documents(1));
    assertThat(sent).isInstanceOf(BulkAnswer.Taken.class);
    return ((BulkAnswer.Taken) sent).items().getFirst();
  }

  private static List<Document> documents(int count) {
    Document[] documents = new Document[count];
    Arrays.setAll(documents, i -> document("id-" + i, "{}"));
    return List.of(documents);
  }

  private static Document document(String id, String source) {
    return new Document(
        DataStream.ALERTS,
        id,
        source.getBytes(UTF_8),
        new ConsumerRecord<>("leuko.alerts", 0, 0, new byte[0], new byte[0]));
  }

  private static String items(String... items) {
    return "{\"items\":[" + String.join(",", items) + "]}";
  }

  private void answer(HttpExchange exchange) throws IOException {
    try (exchange) {
      request = new String(exchange.getRequestBody().readAllBytes(), UTF_8);
      query =
          exchange.getRequestMethod()
              + " "
              + exchange.getRequestURI().getPath()
              + "?"
              + exchange.getRequestURI().getQuery();
      contentType = exchange.getRequestHeaders().getFirst("Content-Type");
      exchange.getResponseHeaders().set("Content-Type", type);
      if (!product.isEmpty()) {
        exchange.getResponseHeaders().set("X-Elastic-Product", product);
      }
      byte[] body = answer.getBytes(UTF_8);
      exchange.sendResponseHeaders(status, body.length == 0 ? -1 : body.length);
      exchange.getResponseBody().write(body);
    }
  }
}
