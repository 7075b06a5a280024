package io.leukocyte.indexer;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import io.leukocyte.events.CheckResult;
import io.leukocyte.events.config.Config;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import javax.net.ssl.SSLContext;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Each way in which Elasticsearch does not take documents, and what is said about it. */
class ElasticsearchTroubleTest {
  private static final String TAKEN = "{\"items\":[{\"create\":{\"status\":201}}]}";

  @TempDir static Path folder;
  private static Path ca = Path.of("");
  private static Path strangerCa = Path.of("");
  private static @Nullable SSLContext good;
  private static @Nullable SSLContext expired;
  private static @Nullable SSLContext elsewhere;
  private static @Nullable SSLContext future;

  private @Nullable HttpServer node;
  private @Nullable ElasticsearchConnection connection;
  private volatile int status = 200;
  private volatile String answer = TAKEN;

  @BeforeAll
  static void makeCertificates() throws Exception {
    TestCertificates ours = new TestCertificates(folder, "ours");
    ca = ours.pem();
    strangerCa = new TestCertificates(folder, "strangers").pem();
    good = ours.server("good", "dns:localhost,ip:127.0.0.1", "-1d", 30);
    expired = ours.server("expired", "dns:localhost,ip:127.0.0.1", "-30d", 20);
    elsewhere = ours.server("elsewhere", "dns:es.example.org", "-1d", 30);
    future = ours.server("future", "dns:localhost,ip:127.0.0.1", "+2d", 30);
  }

  @AfterEach
  void stop() {
    if (connection != null) {
      connection.close();
    }
    if (node != null) {
      node.stop(0);
    }
  }

  @Test
  void certificateOfAPrivateAuthorityIsTrustedByItsFile() throws Exception {
    assertThat(send(sink(tls(good), "https://localhost", ca)))
        .isEqualTo(new BulkAnswer.Taken(List.of(new BulkAnswer.Item.Created())));
  }

  @Test
  void privateAuthorityWithoutItsFileOrWithAnotherOneIsNamed() throws Exception {
    for (Path file : new Path[] {null, strangerCa}) {
      assertThat(away(sink(tls(good), "https://localhost", file)))
          .satisfies(said("authority that is not trusted here", "set elasticsearch.ca-file"));
      stop();
    }
  }

  @Test
  void expiredCertificateIsSaidWithItsDate() throws Exception {
    assertThat(away(sink(tls(expired), "https://localhost", ca)))
        .satisfies(said("certificate of Elasticsearch has expired: NotAfter", "renew the node's"));
  }

  @Test
  void renewedCertificateIsTakenWithoutARestart() throws Exception {
    int port;
    try (ServerSocket free = new ServerSocket(0)) {
      port = free.getLocalPort();
    }
    ElasticsearchSink sink = sink(tls(expired, port), "https://localhost", ca);
    assertThat(send(sink)).isInstanceOf(BulkAnswer.Away.class);
    HttpServer old = node;
    if (old != null) {
      old.stop(0);
    }
    tls(good, port);
    assertThat(send(sink)).isInstanceOf(BulkAnswer.Taken.class);
  }

  @Test
  void certificateOfTheFutureNamesTheClock() throws Exception {
    assertThat(away(sink(tls(future), "https://localhost", ca)))
        .satisfies(said("is not valid yet: NotBefore", "set the clock of this host"));
  }

  @Test
  void certificateForAnotherHostIsSaid() throws Exception {
    assertThat(away(sink(tls(elsewhere), "https://localhost", ca)))
        .satisfies(said("is for another host", "use a name in elasticsearch.url"));
  }

  @Test
  void plainNodeAskedByTlsAndTlsNodeAskedPlainly() throws Exception {
    assertThat(away(sink(tls(good), "http://localhost", null)).todo()).contains("https://");
    stop();
    // As a node does; the JDK's server would wait for the end of a line.
    try (ServerSocket plain = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
      Thread.ofVirtual().start(() -> refuse(plain));
      assertThat(away(sink(plain.getLocalPort(), "https://localhost", ca)))
          .satisfies(said("does not speak TLS", "write http://"));
    }
  }

  private static void refuse(ServerSocket server) {
    try {
      while (true) {
        try (Socket client = server.accept()) {
          int first = client.getInputStream().read();
          assertThat(first).isEqualTo(22); // a TLS handshake
          client.getOutputStream().write("HTTP/1.1 400 Bad Request\r\n\r\n".getBytes(UTF_8));
        }
      }
    } catch (IOException e) {
      // The test is over.
    }
  }

  @Test
  void nobodyListensAndNobodyHasThatName() throws Exception {
    int port = plain();
    stop();
    assertThat(away(sink(port, "http://localhost", null)))
        .satisfies(said("refused", "start the node"));
    stop();
    assertThat(away(sink(port, "http://no-such-host.invalid", null)))
        .satisfies(said("there is no host no-such-host.invalid", "check the names"));
  }

  /** What the node itself answers to a request as a whole. */
  @ParameterizedTest(name = "{0} {1}: {2}")
  @CsvSource(
      delimiter = '|',
      value = {
        "401 | security_exception | unable to authenticate user [x] | check elasticsearch.username"
            + " and password | NOT_ALLOWED",
        "401 | security_exception | api key is expired | make a new API key | NOT_ALLOWED",
        "401 | security_exception | api key [a] has been invalidated | make a new API key |"
            + " NOT_ALLOWED",
        "403 | security_exception | action [indices:data/write/bulk] is unauthorized | give the"
            + " user create_doc | NOT_ALLOWED",
        "429 | es_rejected_execution_exception | rejected execution of coordinating operation |"
            + " the node has more to do | NOTHING_STORED",
        "429 | circuit_breaking_exception | [parent] Data too large | the node has more to do |"
            + " NOTHING_STORED",
        "503 | cluster_block_exception | blocked by: [SERVICE_UNAVAILABLE/1/state not recovered]"
            + " | the cluster is not ready | PERHAPS_STORED",
        "500 | some_exception | oh | look at the node's log | PERHAPS_STORED",
      })
  void answersToAWholeRequest(
      int whole, String type, String reason, String todo, BulkAnswer.Outcome outcome)
      throws Exception {
    status = whole;
    answer =
        "{\"error\":{\"type\":\"%s\",\"reason\":\"%s\"},\"status\":%d}"
            .formatted(type, reason, whole);
    BulkAnswer.Away away = away(sink(plain(), "http://localhost", null));
    assertThat(away.problem())
        .isEqualTo("Elasticsearch answered " + whole + ": " + type + ": " + reason);
    assertThat(away.todo()).startsWith(todo);
    assertThat(away.outcome()).isEqualTo(outcome);
  }

  /** What it answers to one document; none of these is the document's fault. */
  @ParameterizedTest(name = "{0} {1}: {2}")
  @CsvSource(
      delimiter = '|',
      value = {
        "429 | cluster_block_exception | index [x] blocked by: [TOO_MANY_REQUESTS/12/disk usage"
            + " exceeded flood-stage watermark, index has read-only-allow-delete block]; | the"
            + " disk of Elasticsearch is full",
        "403 | cluster_block_exception | index [x] blocked by: [FORBIDDEN/8/index write (api)];"
            + " | somebody has blocked writing",
        "403 | cluster_block_exception | index [x] blocked by: [FORBIDDEN/5/index read-only"
            + " (api)]; | somebody has blocked writing",
        "404 | index_not_found_exception | no such index [x] and [action.auto_create_index] is"
            + " [false] | let the node make data streams",
        "400 | validation_exception | Validation Failed: 1: this action would add [2] shards, but"
            + " this cluster currently has [1000]/[1000] maximum normal shards open; | raise"
            + " cluster.max_shards_per_node",
        "503 | unavailable_shards_exception | primary shard is not active | see why the shard",
      })
  void answersToADocumentThatMayPass(int itemStatus, String type, String reason, String todo)
      throws Exception {
    answer =
        "{\"items\":[{\"create\":{\"status\":%d,\"error\":{\"type\":\"%s\",\"reason\":\"%s\"}}}]}"
            .formatted(itemStatus, type, reason);
    assertThat(send(sink(plain(), "http://localhost", null)))
        .isInstanceOfSatisfying(
            BulkAnswer.Taken.class,
            taken ->
                assertThat(taken.items().getFirst())
                    .isInstanceOfSatisfying(
                        BulkAnswer.Item.Busy.class,
                        busy -> assertThat(busy.todo()).startsWith(todo)));
  }

  /** The templates come first, so what is wrong is said there already, in the same words. */
  @Test
  void templatesThatCannotBeInstalledSayWhatToDo() throws Exception {
    status = 401;
    answer =
        "{\"error\":{\"type\":\"security_exception\",\"reason\":\"unable to authenticate user"
            + " [x]\"},\"status\":401}";
    sink(plain(), "http://localhost", null);
    ElasticsearchConnection open = Objects.requireNonNull(connection);
    TemplateInstaller installer = new TemplateInstaller(open.rest(), Duration.ofDays(1));
    Thread installing = Thread.ofVirtual().start(installer::installWhenReachable);
    try {
      await().until(() -> installer.state() instanceof CheckResult.Failed);
      assertThat(installer.state())
          .isInstanceOfSatisfying(
              CheckResult.Failed.class,
              failed -> {
                assertThat(failed.problem()).contains("401: security_exception: unable to");
                assertThat(failed.todo()).startsWith("check elasticsearch.username and password");
              });
    } finally {
      installer.stop();
      installing.join();
    }
  }

  private static java.util.function.Consumer<BulkAnswer.Away> said(String problem, String todo) {
    return away -> {
      assertThat(away.problem()).contains(problem);
      assertThat(away.todo()).startsWith(todo).contains("nothing is lost");
    };
  }

  private static BulkAnswer.Away away(ElasticsearchSink sink) {
    BulkAnswer answer = send(sink);
    assertThat(answer).isInstanceOf(BulkAnswer.Away.class);
    return (BulkAnswer.Away) answer;
  }

  private static BulkAnswer send(ElasticsearchSink sink) {
    ConsumerRecord<byte[], byte[]> record =
        new ConsumerRecord<>("leuko.alerts", 0, 0, new byte[0], new byte[0]);
    return sink.send(List.of(new Document(DataStream.ALERTS, "a", "{}".getBytes(UTF_8), record)));
  }

  private ElasticsearchSink sink(int port, String host, @Nullable Path trusted) {
    Map<String, String> settings = new HashMap<>();
    settings.put("LEUKO_ELASTICSEARCH_URL", host + ":" + port);
    if (trusted != null) {
      settings.put("LEUKO_ELASTICSEARCH_CA_FILE", trusted.toString());
    }
    connection =
        ElasticsearchConnection.open(
            IndexerSettings.from(Config.load(null, settings, IndexerSettings.KEYS)));
    return new ElasticsearchSink(connection, "default");
  }

  private int plain() throws IOException {
    node = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    return serve(node);
  }

  private int tls(@Nullable SSLContext context) throws IOException {
    return tls(context, 0);
  }

  private int tls(@Nullable SSLContext context, int port) throws IOException {
    HttpsServer server =
        HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 0);
    server.setHttpsConfigurator(new HttpsConfigurator(context));
    node = server;
    return serve(server);
  }

  private int serve(HttpServer server) {
    server.createContext("/", this::answer);
    server.start();
    return server.getAddress().getPort();
  }

  private void answer(HttpExchange exchange) throws IOException {
    try (exchange) {
      exchange.getRequestBody().readAllBytes();
      exchange
          .getResponseHeaders()
          .set("Content-Type", "application/vnd.elasticsearch+json;compatible-with=8");
      exchange.getResponseHeaders().set("X-Elastic-Product", "Elasticsearch");
      byte[] body = answer.getBytes(UTF_8);
      exchange.sendResponseHeaders(status, body.length);
      exchange.getResponseBody().write(body);
    }
  }
}
