package io.leukocyte.deploy;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.leukocyte.events.BatchCursor;
import io.leukocyte.events.BatchWriter;
import io.leukocyte.events.CheckResult;
import io.leukocyte.events.ContainerId;
import io.leukocyte.events.ContainerLog;
import io.leukocyte.events.ContainerRef;
import io.leukocyte.events.DeadLetter;
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
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/**
 * The indexer between a real Kafka and a real Elasticsearch; each test in a namespace of its own.
 */
class IndexerIT {
  private static final ObjectMapper MAPPER = new ObjectMapper();
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  @TempDir static Path temporary;
  private static EmbeddedKafka kafka;
  private static EmbeddedElasticsearch elasticsearch;
  private static int kafkaPort;
  private static KafkaProducer<byte[], byte[]> producer;

  private final HttpClient http = HttpClient.newHttpClient();
  private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
  private TcpFront front;
  private String namespace = "";

  @BeforeAll
  static void startServers() throws Exception {
    Files.setPosixFilePermissions(temporary, PosixFilePermissions.fromString("rwx--x--x"));
    elasticsearch =
        EmbeddedElasticsearch.create(
            temporary.resolve("node"),
            EmbeddedElasticsearch.Settings.defaults()
                .withPort(LoopbackPorts.free())
                .withAccess(Access.OPEN)
                .withShortLife(true));
    CompletableFuture<Void> node = CompletableFuture.runAsync(IndexerIT::startNode);
    kafkaPort = LoopbackPorts.free();
    kafka =
        EmbeddedKafka.create(
            temporary.resolve("kafka"),
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
    producer =
        new KafkaProducer<>(properties(), new ByteArraySerializer(), new ByteArraySerializer());
    node.join();
  }

  private static void startNode() {
    try {
      elasticsearch.start();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  @AfterAll
  static void stopServers() {
    if (producer != null) {
      producer.close();
    }
    if (elasticsearch != null) {
      elasticsearch.close();
    }
    if (kafka != null) {
      kafka.close();
    }
  }

  @BeforeEach
  void openFront(TestInfo test) throws IOException {
    namespace = test.getDisplayName().toLowerCase(Locale.ROOT).replaceAll("[^a-z]", "");
    front = new TcpFront(elasticsearch.connection().url().getPort());
    front.open();
  }

  @AfterEach
  void closeFront() throws IOException {
    http.close();
    front.close();
  }

  @Test
  void openNodeAsksForNoPassword() throws Exception {
    assertThat(elasticsearch.connection().login()).isEmpty();
    assertThat(get("/_cluster/health").path("status").asText()).isNotEmpty();
  }

  @Test
  void nothingIsLostOrDoubledWhileElasticsearchIsAwayAndComesBack() throws Exception {
    front.shut();
    try (Indexer indexer = indexer()) {
      produceAlerts(0, 50);
      indexer.start();
      await().atMost(PATIENCE).until(() -> failed(indexer, "templates").contains("start the node"));

      front.open();
      awaitAlerts(50);
      front.shut();
      produceAlerts(50, 100);
      await()
          .atMost(PATIENCE)
          .until(() -> failed(indexer, "elasticsearch").contains("start the node"));

      front.open();
      produceAlerts(90, 110);
      awaitAlerts(110);
      await().until(() -> indexer.check().stream().allMatch(c -> c instanceof CheckResult.Ok));
    }
  }

  @Test
  void whatIsSentAgainAfterARolloverIsNotStoredTwice() throws Exception {
    Map<TopicPartition, OffsetAndMetadata> began = committed(); // what is before is of other tests
    try (Indexer indexer = indexer()) {
      indexer.start();
      produceAlerts(0, 40);
      produce(Topic.EVENTS, logBatch());
      awaitAlerts(40);
      await().atMost(PATIENCE).until(() -> count("container") == 2);
    }
    Map<TopicPartition, OffsetAndMetadata> committed = committed();
    assertThat(committed.values()).allMatch(o -> o.metadata().startsWith("sent-below="));
    post("/logs-leukocyte.alerts-" + namespace + "/_rollover", "{}");
    post("/logs-leukocyte.container-" + namespace + "/_rollover", "{}");
    rewind(committed, began); // as after a kill between a request and the commit behind it
    produceAlerts(35, 60);
    try (Indexer again = indexer()) {
      again.start();
      awaitAlerts(60);
      await().atMost(PATIENCE).until(() -> committed().equals(ends()));
      assertThat(count("alerts")).isEqualTo(60);
      assertThat(count("container")).isEqualTo(2);
      assertThat(indices("alerts")).isEqualTo(2);
      assertThat(documents("known")).isGreaterThanOrEqualTo(42);

      // A record that is on the topic twice, with a rollover in between.
      post("/logs-leukocyte.alerts-" + namespace + "/_rollover", "{}");
      produceAlerts(58, 62);
      awaitAlerts(62);
      assertThat(indices("alerts")).isEqualTo(3);
    }
  }

  @Test
  void fullDiskIsSaidAndDocumentsWaitUntilThereIsRoom() throws Exception {
    try (Indexer indexer = indexer()) {
      indexer.start();
      produceAlerts(0, 5);
      awaitAlerts(5);
      String settings = "/logs-leukocyte.alerts-" + namespace + "/_settings";
      put(settings, "{\"index.blocks.read_only_allow_delete\":true}");
      produceAlerts(5, 10);
      await()
          .atMost(PATIENCE)
          .until(
              () -> failed(indexer, "elasticsearch").contains("the disk of Elasticsearch is full"));
      put(settings, "{\"index.blocks.read_only_allow_delete\":null,\"index.blocks.write\":true}");
      await()
          .atMost(PATIENCE)
          .until(() -> failed(indexer, "elasticsearch").contains("somebody has blocked writing"));
      put(settings, "{\"index.blocks.write\":null}");
      awaitAlerts(10);
    }
  }

  @Test
  void documentsAreTypedSearchableAndRejectsAreBuriedWholeAndSentAgainOnce() throws Exception {
    try (Indexer indexer = indexer()) {
      indexer.start();
      produce(Topic.ALERTS, alert("good").getBytes(UTF_8));
      byte[] bad =
          "{\"@timestamp\":\"2026-01-02T03:04:05Z\",\"event\":{\"id\":\"bad\"},\"source\":{\"ip\":\"no address\"}}"
              .getBytes(UTF_8);
      produce(Topic.ALERTS, bad);
      produce(Topic.EVENTS, logBatch());

      await().atMost(PATIENCE).untilAsserted(() -> assertThat(count("container")).isEqualTo(2));
      awaitAlerts(1);
      assertThat(search("alerts", "source.ip:\"198.51.100.0/24\"")).isEqualTo(1);
      assertThat(search("container", "message:*jndi* AND leukocyte.log.stream:stderr"))
          .isEqualTo(1);
      JsonNode mapping = get("/logs-leukocyte.alerts-" + namespace + "/_mapping/field/source.ip");
      assertThat(mapping.toString()).contains("\"type\":\"ip\"");
      await().atMost(PATIENCE).until(() -> dead().size() == 1);
      assertThat(dead().getFirst().value()).isEqualTo(bad);
      assertThat(leuko("dead", "list"))
          .contains("indexer", "leuko.alerts-", "400 ", "1/1")
          .doesNotContain("no address\"");
      assertThat(
              get("/_index_template/logs-leukocyte.alerts")
                  .at("/index_templates/0/index_template/version")
                  .asInt())
          .isPositive();

      // What failed for a reason that is over by now, and what will never be stored.
      ConsumerRecord<byte[], byte[]> late =
          new ConsumerRecord<>(
              Topic.ALERTS.text(), 0, 7, "h1".getBytes(UTF_8), alert("late").getBytes(UTF_8));
      for (var letter : DeadLetter.bury(DeadLetter.Role.INDEXER, "400 shards", late)) {
        producer.send(letter).get();
      }
      assertThat(leuko("dead", "retry", "--dry-run")).containsPattern("would be sent +2");
      assertThat(leuko("dead", "retry", "--reason", "SHARDS")).containsPattern("sent +1");
      awaitAlerts(2);
      assertThat(leuko("dead", "retry", "--topic", "leuko.alerts", "--role", "indexer"))
          .containsPattern(" sent +1")
          .containsPattern("sent before +1");
      // It is buried again each time, until it was tried often enough.
      for (int tries = 1; tries <= 3; tries++) {
        int letters = 2 + tries;
        await().atMost(PATIENCE).until(() -> letters() == letters);
        String retried = leuko("dead", "retry", "--format", "json");
        assertThat(retried).contains(tries < 3 ? "\"sent\"" : "\"tried too often\"");
      }
      assertThat(leuko("dead", "retry")).doesNotContainPattern(" sent +[0-9]");
      assertThat(leuko("dead", "list", "--format", "json")).contains("\"retried\":\"3\"");
      assertThat(count("alerts")).isEqualTo(2);
    }
  }

  /** One line of a batch does not fit a mapping of the user's own, until that is put right. */
  @Test
  void ofABatchOnlyTheRefusedLineIsADeadLetterAndIsStoredWhenTheMappingIsRight() throws Exception {
    String custom = "/_component_template/leukocyte@custom";
    put(
        custom,
        "{\"template\":{\"mappings\":{\"properties\":{\"leukocyte\":{\"properties\":{\"log\":"
            + "{\"properties\":{\"lines\":{\"type\":\"byte\"}}}}}}}}}");
    try (Indexer indexer = indexer()) {
      long before = letters();
      indexer.start();
      produce(Topic.EVENTS, traceBatch());
      await().atMost(PATIENCE).until(() -> letters() == before + 1);
      await().atMost(PATIENCE).untilAsserted(() -> assertThat(count("container")).isEqualTo(2));
      ConsumerRecord<byte[], byte[]> letter = lastOfEvents();
      DeadLetter about = DeadLetter.of(letter.headers());
      assertThat(about.topic()).isEqualTo("leuko.events");
      assertThat(about.item()).isEqualTo(1);
      assertThat(about.reason()).startsWith("400 ").contains("leukocyte.log.lines", "byte");
      BatchCursor alone = BatchCursor.over(letter.value());
      assertThat(alone.count()).isEqualTo(1);
      assertThat(alone.next()).isTrue();
      assertThat(alone.id()).hasToString("h1:1:77:1");
      assertThat(leuko("dead", "list", "--format", "json"))
          .contains("\"from\":\"leuko.events-" + about.partition() + "@" + about.offset() + "\"")
          .contains("\"item\":\"1\"");

      // Still wrong: it is buried again, and still says which event of which batch it is.
      assertThat(leuko("dead", "retry", "--topic", "leuko.events")).containsPattern(" sent +1");
      await().atMost(PATIENCE).until(() -> letters() == before + 2);
      assertThat(DeadLetter.of(lastOfEvents().headers()).item()).isEqualTo(1);
      assertThat(DeadLetter.of(lastOfEvents().headers()).offset()).isNotEqualTo(about.offset());

      delete(custom);
      post("/logs-leukocyte.container-" + namespace + "/_rollover", "{}");
      assertThat(leuko("dead", "retry", "--topic", "leuko.events"))
          .containsPattern(" sent +1")
          .containsPattern("sent before +1");
      await().atMost(PATIENCE).untilAsserted(() -> assertThat(count("container")).isEqualTo(3));
      assertThat(indices("container")).isEqualTo(2);
      assertThat(search("container", "leukocyte.log.lines:300 AND event.id:\"h1:1:77:1\""))
          .isEqualTo(1);
      await().atMost(PATIENCE).until(() -> committed().equals(ends()));
      assertThat(count("container")).isEqualTo(3);
    } finally {
      delete(custom);
    }
  }

  private static byte[] traceBatch() {
    ContainerRef web =
        new ContainerRef(new ContainerId("ab".repeat(32)), "web", "nginx", "1", null, false);
    BatchWriter writer = new BatchWriter(new HostId("h1"), 1);
    for (int lines : new int[] {1, 300, 2}) {
      String text = lines + " lines";
      writer.add(
          new ContainerLog(
              lines, web, ContainerLog.Stream.STDERR, text, text.length(), false, lines));
    }
    return writer.finish(77);
  }

  private Indexer indexer() {
    IndexerSettings settings =
        new IndexerSettings(
            List.of("http://127.0.0.1:" + front.port()),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            namespace,
            Duration.ofDays(30),
            1 << 20,
            true);
    return new Indexer(
        settings, KafkaSettings.plain(new HostPort("127.0.0.1", kafkaPort)), registry);
  }

  /** What to do about a failed check; empty when it has not failed. */
  private static String failed(Indexer indexer, String check) {
    for (CheckResult result : indexer.check()) {
      if (result instanceof CheckResult.Failed failed && failed.name().equals(check)) {
        return failed.todo();
      }
    }
    return "";
  }

  private int documents(String result) {
    return (int)
        registry.find("leuko.indexer.documents").tag("result", result).counters().stream()
            .mapToDouble(c -> c.count())
            .sum();
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

  private static void produce(Topic topic, byte[] value) throws Exception {
    producer.send(new ProducerRecord<>(topic.text(), "h1".getBytes(UTF_8), value)).get();
  }

  private static List<ConsumerRecord<byte[], byte[]>> dead() {
    List<ConsumerRecord<byte[], byte[]>> dead = new ArrayList<>();
    TopicReader.read(
        KafkaSettings.plain(new HostPort("127.0.0.1", kafkaPort)),
        Topic.DEAD,
        Instant.EPOCH,
        dead::add);
    return dead;
  }

  private static ConsumerRecord<byte[], byte[]> lastOfEvents() {
    return dead().stream()
        .filter(r -> DeadLetter.of(r.headers()).topic().equals("leuko.events"))
        .max(Comparator.comparingLong(ConsumerRecord::timestamp))
        .orElseThrow();
  }

  private static long letters() {
    return dead().stream().filter(r -> DeadRetries.sent(r.headers()).isEmpty()).count();
  }

  /** What the command says; it has to end well. */
  private static String leuko(String... words) throws IOException {
    Path config =
        Files.writeString(
            temporary.resolve("leukocyte.yaml"), "kafka.bootstrap: 127.0.0.1:" + kafkaPort + "\n");
    StringWriter out = new StringWriter();
    CommandLine leuko = Leuko.commandLine().setOut(new PrintWriter(out, true));
    String[] all = Arrays.copyOf(words, words.length + 2);
    all[words.length] = "--config";
    all[words.length + 1] = config.toString();
    assertThat(leuko.execute(all)).isZero();
    return out.toString();
  }

  private static Map<TopicPartition, OffsetAndMetadata> committed() throws Exception {
    try (Admin admin = Admin.create(properties())) {
      return admin.listConsumerGroupOffsets(Indexer.GROUP).partitionsToOffsetAndMetadata().get();
    }
  }

  /** The committed offsets, if all that is there is committed. */
  private static Map<TopicPartition, OffsetAndMetadata> ends() throws Exception {
    Map<TopicPartition, OffsetAndMetadata> committed = committed();
    try (KafkaConsumer<byte[], byte[]> consumer =
        new KafkaConsumer<>(
            properties(), new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
      Map<TopicPartition, Long> ends = consumer.endOffsets(committed.keySet());
      boolean all =
          committed.entrySet().stream()
              .allMatch(e -> e.getValue().offset() == ends.getOrDefault(e.getKey(), -1L));
      return all ? committed : Map.of();
    }
  }

  /** Sets the group's offsets back to earlier ones, with what was reserved beyond them. */
  private static void rewind(
      Map<TopicPartition, OffsetAndMetadata> committed,
      Map<TopicPartition, OffsetAndMetadata> earlier)
      throws Exception {
    Map<TopicPartition, OffsetAndMetadata> back = new HashMap<>();
    committed.forEach((partition, at) -> {
      OffsetAndMetadata then = earlier.get(partition);
      back.put(partition, new OffsetAndMetadata(then == null ? 0 : then.offset(), at.metadata()));
    });
    try (Admin admin = Admin.create(properties())) {
      admin.alterConsumerGroupOffsets(Indexer.GROUP, back).all().get();
    }
  }

  private static Map<String, Object> properties() {
    return Map.copyOf(kafka.clientProperties());
  }

  private void awaitAlerts(int count) {
    await().atMost(PATIENCE).untilAsserted(() -> assertThat(count("alerts")).isEqualTo(count));
  }

  private int indices(String dataset) throws IOException, InterruptedException {
    return get("/_resolve/index/logs-leukocyte." + dataset + "-" + namespace)
        .at("/data_streams/0/backing_indices")
        .size();
  }

  private int count(String dataset) throws IOException, InterruptedException {
    return search(dataset, "*");
  }

  private int search(String dataset, String query) throws IOException, InterruptedException {
    String stream = "/logs-leukocyte." + dataset + "-" + namespace;
    post(stream + "/_refresh", "");
    return get(stream + "/_count?q=" + URLEncoder.encode(query, UTF_8)).path("count").asInt(-1);
  }

  private void post(String path, String body) throws IOException, InterruptedException {
    send(HttpRequest.newBuilder(uri(path)).POST(BodyPublishers.ofString(body)));
  }

  private void put(String path, String body) throws IOException, InterruptedException {
    send(HttpRequest.newBuilder(uri(path)).PUT(BodyPublishers.ofString(body)));
  }

  private void delete(String path) throws IOException, InterruptedException {
    send(HttpRequest.newBuilder(uri(path)).DELETE());
  }

  private void send(HttpRequest.Builder request) throws IOException, InterruptedException {
    http.send(
        request.header("Content-Type", "application/json").build(), BodyHandlers.discarding());
  }

  private JsonNode get(String path) throws IOException, InterruptedException {
    return MAPPER.readTree(
        http.send(HttpRequest.newBuilder(uri(path)).build(), BodyHandlers.ofString()).body());
  }

  private URI uri(String path) {
    return elasticsearch.connection().url().resolve(path);
  }
}
