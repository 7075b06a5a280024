package io.leukocyte.deploy;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.leukocyte.events.HostId;
import io.leukocyte.events.ProducerSettings;
import io.leukocyte.events.Topic;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * An indexer with a heap of 128 MB before 150 MB of documents, of which each is nearly as large as
 * may be, and a node that takes a request and stands still. A heap that is full ends the process.
 */
class IndexerMemoryIT {
  private static final int DOCUMENTS = 200;
  private static final int BYTES = 750_000;
  private static final int HEAP_MEGABYTES = 128;
  private static final Pattern ID = Pattern.compile("\"create\":\\{[^}]*\"_id\":\"([^\"]+)\"");

  private final CountDownLatch goOn = new CountDownLatch(1);
  private final CountDownLatch asked = new CountDownLatch(1);
  private final Set<String> stored = ConcurrentHashMap.newKeySet();

  @TempDir Path folder;

  @Test
  void isBoundedWhileANodeStandsStillBeforeLargeDocuments() throws Exception {
    HttpServer node =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    node.createContext("/", this::answer);
    node.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
    node.start();
    try (Fleet fleet = Fleet.withoutEngine(folder)) {
      fill(fleet.client());
      Child indexer =
          fleet.role(
              "indexer",
              "index",
              new HostId("indexer-host"),
              HEAP_MEGABYTES,
              Map.of("LEUKO_ELASTICSEARCH_URL", "http://127.0.0.1:" + node.getAddress().getPort()));
      indexer.start();
      assertThat(asked.await(60, TimeUnit.SECONDS)).as("a bulk request came").isTrue();
      TimeUnit.SECONDS.sleep(4); // it reads ahead what it will
      assertThat(ProcessHandle.of(indexer.pid()).orElseThrow().isAlive())
          .as("%s", indexer.lastWords())
          .isTrue();
      goOn.countDown();
      await()
          .atMost(Duration.ofSeconds(90))
          .untilAsserted(() -> assertThat(stored).as(indexer::lastWords).hasSize(DOCUMENTS));
      assertThat(indexer.lastWords()).doesNotContain("OutOfMemory", "ERROR");
    } finally {
      goOn.countDown();
      node.stop(0);
    }
  }

  private static void fill(Map<String, Object> client) {
    Map<String, Object> properties = ProducerSettings.of(client);
    properties.put("compression.type", "lz4"); // a fetch of few bytes is a lot of memory
    properties.put("max.request.size", 4 << 20);
    String text = "x".repeat(BYTES);
    try (KafkaProducer<byte[], byte[]> producer = new KafkaProducer<>(properties)) {
      for (int i = 0; i < DOCUMENTS; i++) {
        String alert =
            "{\"@timestamp\":\"2026-01-02T03:04:05Z\",\"event\":{\"id\":\"id-%d\"},\"message\":\"%s\"}"
                .formatted(i, text);
        var _ =
            producer.send(
                new ProducerRecord<>(
                    Topic.ALERTS.text(), ("k" + i).getBytes(UTF_8), alert.getBytes(UTF_8)));
      }
      producer.flush();
    }
  }

  /** A node that has all templates, and takes bulk requests late. */
  private void answer(HttpExchange exchange) throws IOException {
    try (exchange) {
      String request = new String(exchange.getRequestBody().readAllBytes(), UTF_8);
      String path = exchange.getRequestURI().getPath();
      String answer = "{}";
      if (path.equals("/_bulk")) {
        asked.countDown();
        goOn.await();
        answer = take(request);
      }
      exchange.getResponseHeaders().set("X-Elastic-Product", "Elasticsearch");
      exchange
          .getResponseHeaders()
          .set("Content-Type", "application/vnd.elasticsearch+json;compatible-with=8");
      byte[] bytes = answer.getBytes(UTF_8);
      exchange.sendResponseHeaders(200, bytes.length);
      exchange.getResponseBody().write(bytes);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private String take(String request) {
    StringBuilder items = new StringBuilder();
    Matcher ids = ID.matcher(request);
    while (ids.find()) {
      int status = stored.add(ids.group(1)) ? 201 : 409;
      items.append(items.isEmpty() ? "" : ",").append("{\"create\":{\"status\":" + status + "}}");
    }
    return "{\"items\":[" + items + "]}";
  }
}
