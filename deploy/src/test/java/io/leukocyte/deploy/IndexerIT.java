package io.leukocyte.deploy;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.leukocyte.events.BatchWriter;
import io.leukocyte.events.CheckResult;
import io.leukocyte.events.ContainerId;
import io.leukocyte.events.ContainerLog;
import io.leukocyte.events.ContainerRef;
import io.leukocyte.events.HostId;
import io.leukocyte.events.KafkaSettings;
import io.leukocyte.events.Topic;
import io.leukocyte.events.config.HostPort;
import io.leukocyte.indexer.Indexer;
import io.leukocyte.indexer.IndexerSettings;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** The indexer between a real Kafka and a real Elasticsearch. */
class IndexerIT {
  private static final ObjectMapper MAPPER = new ObjectMapper();
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  @TempDir Path temporary;
  private final int kafkaPort = LoopbackPorts.free();
  private final EmbeddedElasticsearch.Settings node =
      EmbeddedElasticsearch.Settings.defaults()
          .withPort(LoopbackPorts.free())
          .withAccess(Access.OPEN)
          .withShortLife(true);
  private final HttpClient http = HttpClient.newHttpClient();
  private EmbeddedKafka kafka =
      EmbeddedKafka.create(
          Path.of(""), new EmbeddedKafka.Settings(kafkaPort, LoopbackPorts.free(), Access.OPEN));

  @BeforeEach
  void startKafka() throws Exception {
    Files.setPosixFilePermissions(temporary, PosixFilePermissions.fromString("rwx--x--x"));
    kafka =
        EmbeddedKafka.create(
            temporary.resolve("kafka-data"),
            new EmbeddedKafka.Settings(kafkaPort, LoopbackPorts.free(), Access.OPEN));
    kafka.start();
    try (Admin admin = Admin.create(properties())) {
      admin
          .createTopics(
              List.of(Topic.ALERTS, Topic.ACTIONS, Topic.EVENTS, Topic.DEAD).stream()
                  .map(t -> new NewTopic(t.text(), 2, (short) 1))
                  .toList())
          .all()
          .get();
    }
  }

  @AfterEach
  void stopKafka() {
    http.close();
    kafka.close();
  }

  @Test
  void nothingIsLostOrDoubledWhileElasticsearchIsAwayAndComesBack() throws Exception {
    Path data = temporary.resolve("node");
    try (Indexer indexer = indexer()) {
      produceAlerts(0, 50);
      indexer.start();
      await().atMost(PATIENCE).until(() -> failed(indexer, "templates"));

      try (EmbeddedElasticsearch elasticsearch = EmbeddedElasticsearch.create(data, node)) {
        elasticsearch.start();
        await().atMost(PATIENCE).untilAsserted(() -> assertThat(count("alerts")).isEqualTo(50));
      }
      produceAlerts(50, 100);
      await().atMost(PATIENCE).until(() -> failed(indexer, "elasticsearch"));

      try (EmbeddedElasticsearch elasticsearch = EmbeddedElasticsearch.create(data, node)) {
        elasticsearch.start();
        produceAlerts(90, 110);
        await().atMost(PATIENCE).untilAsserted(() -> assertThat(count("alerts")).isEqualTo(110));
        await().until(() -> indexer.check().stream().allMatch(c -> c instanceof CheckResult.Ok));
      }
    }
  }

  @Test
  void documentsAreTypedSearchableAndRejectsAreBuriedWhole() throws Exception {
    try (EmbeddedElasticsearch elasticsearch =
            EmbeddedElasticsearch.create(temporary.resolve("node"), node);
        Indexer indexer = indexer()) {
      elasticsearch.start();
      indexer.start();
      produce(Topic.ALERTS, alert("good").getBytes(UTF_8));
      byte[] bad =
          "{\"@timestamp\":\"2026-01-02T03:04:05Z\",\"event\":{\"id\":\"bad\"},\"source\":{\"ip\":\"no address\"}}"
              .getBytes(UTF_8);
      produce(Topic.ALERTS, bad);
      produce(Topic.EVENTS, logBatch());

      await().atMost(PATIENCE).untilAsserted(() -> assertThat(count("container")).isEqualTo(2));
      await().atMost(PATIENCE).untilAsserted(() -> assertThat(count("alerts")).isEqualTo(1));
      assertThat(search("alerts", "source.ip:\"198.51.100.0/24\"")).isEqualTo(1);
      assertThat(search("container", "message:*jndi* AND leukocyte.log.stream:stderr"))
          .isEqualTo(1);
      JsonNode mapping = get("/logs-leukocyte.alerts-default/_mapping/field/source.ip");
      assertThat(mapping.toString()).contains("\"type\":\"ip\"");
      assertThat(deadLetter()).isEqualTo(bad);
      assertThat(deadList())
          .contains("indexer", "leuko.alerts-", "400 ", "1/1")
          .doesNotContain("no address\"");

      try (Indexer again = indexer()) {
        again.start();
        await().atMost(PATIENCE).until(() -> !failed(again, "templates"));
      }
      assertThat(
              get("/_index_template/logs-leukocyte.alerts")
                  .at("/index_templates/0/index_template/version")
                  .asInt())
          .isPositive();
    }
  }

  private Indexer indexer() {
    IndexerSettings settings =
        new IndexerSettings(
            List.of("http://127.0.0.1:" + node.port()),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            "default",
            Duration.ofDays(30),
            1 << 20,
            true);
    return new Indexer(
        settings,
        KafkaSettings.plain(new HostPort("127.0.0.1", kafkaPort)),
        new SimpleMeterRegistry());
  }

  private static boolean failed(Indexer indexer, String check) {
    return indexer.check().stream()
        .anyMatch(c -> c.name().equals(check) && c instanceof CheckResult.Failed);
  }

  private void produceAlerts(int from, int to) throws Exception {
    for (int i = from; i < to; i++) {
      produce(Topic.ALERTS, alert("id-" + i).getBytes(UTF_8));
    }
  }

  private static String alert(String id) {
    return "{\"@timestamp\":\"2026-01-02T03:04:05.123456789Z\",\"message\":\"a"
        + " shell\",\"event\":{\"kind\":\"alert\",\"id\":\""
        + id
        + "\",\"severity\":73},\"source\":{\"ip\":\"198.51.100.7\"}}";
  }

  private static byte[] logBatch() {
    ContainerRef web =
        new ContainerRef(new ContainerId("ab".repeat(32)), "web", "nginx", "1", null, false);
    BatchWriter writer = new BatchWriter(new HostId("h1"), 1);
    writer.add(new ContainerLog(1, web, ContainerLog.Stream.STDOUT, "GET / 200", 9, false));
    writer.add(new ContainerLog(2, web, ContainerLog.Stream.STDERR, "${jndi:ldap}", 12, false));
    return writer.finish(0);
  }

  private void produce(Topic topic, byte[] value) throws Exception {
    try (KafkaProducer<byte[], byte[]> producer =
        new KafkaProducer<>(properties(), new ByteArraySerializer(), new ByteArraySerializer())) {
      producer.send(new ProducerRecord<>(topic.text(), "h1".getBytes(UTF_8), value)).get();
    }
  }

  private byte[] deadLetter() {
    try (KafkaConsumer<byte[], byte[]> consumer =
        new KafkaConsumer<>(
            properties(), new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
      List<TopicPartition> partitions =
          List.of(
              new TopicPartition(Topic.DEAD.text(), 0), new TopicPartition(Topic.DEAD.text(), 1));
      consumer.assign(partitions);
      consumer.seekToBeginning(partitions);
      var records = consumer.poll(Duration.ofSeconds(10));
      assertThat(records.count()).isEqualTo(1);
      return records.iterator().next().value();
    }
  }

  /** What the command lists. */
  private String deadList() throws IOException {
    Path config =
        Files.writeString(
            temporary.resolve("leukocyte.yaml"), "kafka.bootstrap: 127.0.0.1:" + kafkaPort + "\n");
    StringWriter out = new StringWriter();
    CommandLine leuko = Leuko.commandLine().setOut(new PrintWriter(out, true));
    assertThat(leuko.execute("dead", "list", "--config", config.toString())).isZero();
    return out.toString();
  }

  private Map<String, Object> properties() {
    return Map.copyOf(kafka.clientProperties());
  }

  private int count(String dataset) throws IOException, InterruptedException {
    return search(dataset, "*");
  }

  private int search(String dataset, String query) throws IOException, InterruptedException {
    post("/logs-leukocyte." + dataset + "-default/_refresh");
    return get("/logs-leukocyte."
            + dataset
            + "-default/_count?q="
            + java.net.URLEncoder.encode(query, UTF_8))
        .path("count")
        .asInt(-1);
  }

  private void post(String path) throws IOException, InterruptedException {
    http.send(
        HttpRequest.newBuilder(uri(path)).POST(HttpRequest.BodyPublishers.noBody()).build(),
        BodyHandlers.discarding());
  }

  private JsonNode get(String path) throws IOException, InterruptedException {
    return MAPPER.readTree(
        http.send(HttpRequest.newBuilder(uri(path)).build(), BodyHandlers.ofString()).body());
  }

  private URI uri(String path) {
    return URI.create("http://127.0.0.1:" + node.port() + path);
  }
}
