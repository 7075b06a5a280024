package io.leukocyte.analyzer;

import static io.leukocyte.analyzer.TestEvents.DB;
import static io.leukocyte.analyzer.TestEvents.HOST;
import static io.leukocyte.analyzer.TestEvents.NOON;
import static io.leukocyte.analyzer.TestEvents.NO_RULES;
import static io.leukocyte.analyzer.TestEvents.OTHER_HOST;
import static io.leukocyte.analyzer.TestEvents.OUTSIDE;
import static io.leukocyte.analyzer.TestEvents.SECOND;
import static io.leukocyte.analyzer.TestEvents.SHELL_RULE;
import static io.leukocyte.analyzer.TestEvents.SHELL_RULES;
import static io.leukocyte.analyzer.TestEvents.WEB;
import static io.leukocyte.analyzer.TestEvents.batch;
import static io.leukocyte.analyzer.TestEvents.egress;
import static io.leukocyte.analyzer.TestEvents.facts;
import static io.leukocyte.analyzer.TestEvents.heartbeat;
import static io.leukocyte.analyzer.TestEvents.lost;
import static io.leukocyte.analyzer.TestEvents.shell;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.leukocyte.events.Alert;
import io.leukocyte.events.AlertJson;
import io.leukocyte.events.DeadLetter;
import io.leukocyte.events.EventJson;
import io.leukocyte.events.HostId;
import io.leukocyte.events.MalformedJsonException;
import io.leukocyte.events.Topic;
import io.leukocyte.rules.RuleSet;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Properties;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.TestOutputTopic;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.TopologyTestDriver;
import org.apache.kafka.streams.test.TestRecord;
import org.assertj.core.util.Throwables;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class DetectionTopologyTest {
  private static final long MIB = 1 << 20;

  private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
  private final AtomicReference<@Nullable RuleSet> rules = new AtomicReference<>(SHELL_RULES);
  private final Poison poison = new Poison();
  private final Set<TaskWatch> watches = new HashSet<>();
  private final Map<String, byte[]> changelog = new LinkedHashMap<>();
  private boolean hears = true;
  private TopologyTestDriver driver = driver();

  private TopologyTestDriver driver() {
    Properties properties = new Properties();
    properties.put(StreamsConfig.APPLICATION_ID_CONFIG, "test");
    properties.put(StreamsConfig.BOOTSTRAP_SERVERS_CONFIG, "unused:1");
    properties.put(StreamsConfig.PROCESSING_GUARANTEE_CONFIG, StreamsConfig.EXACTLY_ONCE_V2);
    properties.put(
        StreamsConfig.STATE_DIR_CONFIG,
        System.getProperty("java.io.tmpdir") + "/leuko-topology-test-" + System.nanoTime());
    return new TopologyTestDriver(topology(), properties);
  }

  private Topology topology() {
    return DetectionTopology.build(
        DetectorSettings.DEFAULTS,
        this::rules,
        new AnalyzerMetrics(registry),
        poison,
        watches,
        new Silence(Duration.ofSeconds(30), partition -> hears),
        OrderTrust.NONE);
  }

  private RuleSet rules() {
    RuleSet now = rules.get();
    if (now == null) {
      throw new IllegalStateException("no rules");
    }
    return now;
  }

  @AfterEach
  void close() {
    driver.close();
  }

  private void send(HostId host, byte[] value) {
    driver
        .createInputTopic(Topic.EVENTS.text(), new ByteArraySerializer(), new ByteArraySerializer())
        .pipeInput(utf8(host.value()), value, NOON / 1_000_000);
  }

  private List<TestRecord<byte[], byte[]>> read(Topic topic) {
    TestOutputTopic<byte[], byte[]> output =
        driver.createOutputTopic(
            topic.text(), new ByteArrayDeserializer(), new ByteArrayDeserializer());
    return output.readRecordsToList();
  }

  private List<Alert> alerts() {
    return read(Topic.ALERTS).stream().map(record -> alert(record.value())).toList();
  }

  private static Alert alert(byte[] json) {
    try {
      return AlertJson.read(json);
    } catch (MalformedJsonException e) {
      throw new AssertionError(e);
    }
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static String text(byte[] utf8) {
    return new String(utf8, StandardCharsets.UTF_8);
  }

  private double counted(String meter, String tag, String value) {
    return registry.get(meter).tag(tag, value).counter().count();
  }

  @Test
  void everythingHasAName() {
    assertThat(topology().describe().toString())
        .contains("Source: events", "Processor: detect", "stores: [detector]")
        .contains("Sink: alerts", "Sink: incidents", "Sink: containers", "Sink: dead")
        .doesNotContain("KSTREAM");
  }

  @Test
  void shellRaisesOneAlertForItsHost() {
    send(HOST, batch(HOST, 0, facts(NOON, WEB, Map.of("tier", "web")), shell(NOON, WEB)));
    send(HOST, batch(HOST, 1, shell(NOON + SECOND, WEB)));
    List<TestRecord<byte[], byte[]>> records = read(Topic.ALERTS);
    assertThat(records).hasSize(1);
    assertThat(text(records.getFirst().key())).isEqualTo("host-a");
    Alert alert = alert(records.getFirst().value());
    assertThat(alert.rule().name()).isEqualTo(SHELL_RULE);
    assertThat(alert.labels()).containsEntry("tier", "web");
    assertThat(counted("leuko.analyzer.alerts", "rule", SHELL_RULE)).isEqualTo(1);
    assertThat(counted("leuko.analyzer.events", "kind", "process.exec")).isEqualTo(2);
  }

  @Test
  void incidentIsKeyedByItsId() {
    send(HOST, batch(HOST, 0, lost(NOON, WEB, 1)));
    send(HOST, batch(HOST, 1, lost(NOON + 2 * SECOND, WEB, 1)));
    List<TestRecord<byte[], byte[]>> records = read(Topic.INCIDENTS);
    assertThat(records).hasSize(2);
    Incident incident = IncidentJson.read(records.getLast().value());
    assertThat(text(records.getLast().key())).isEqualTo(incident.id().value());
    assertThat(incident.matches()).isEqualTo(2);
    assertThat(incident.alerts()).isEqualTo(1);
  }

  @Test
  void factsGoOutByContainer() throws MalformedJsonException {
    send(HOST, batch(HOST, 0, facts(NOON, WEB, Map.of("tier", "web"))));
    TestRecord<byte[], byte[]> record = read(Topic.CONTAINERS).getFirst();
    assertThat(text(record.key())).isEqualTo(WEB.id().value());
    assertThat(EventJson.read(record.value()).event())
        .isEqualTo(facts(NOON, WEB, Map.of("tier", "web")));
  }

  @Test
  void malformedBatchGoesWholeToTheDeadWithItsReason() {
    byte[] bytes = batch(HOST, 0, lost(NOON, WEB, 1));
    bytes[bytes.length - 1]++;
    byte[] cut = Arrays.copyOf(bytes, bytes.length - 3);
    send(HOST, cut);
    send(HOST, batch(HOST, 0, lost(NOON, WEB, 1)));
    TestRecord<byte[], byte[]> dead = read(Topic.DEAD).getFirst();
    assertThat(dead.value()).isEqualTo(cut);
    assertThat(text(dead.key())).isEqualTo("host-a");
    assertThat(header(dead, "leuko.dead.reason")).startsWith("Not a batch: not as long as");
    assertThat(header(dead, "leuko.dead.topic")).isEqualTo("leuko.events");
    assertThat(header(dead, "leuko.dead.partition")).isEqualTo("0");
    assertThat(header(dead, "leuko.dead.offset")).isEqualTo("0");
    assertThat(header(dead, "leuko.dead.role")).isEqualTo("analyzer");
    assertThat(alerts()).hasSize(1);
    assertThat(counted("leuko.analyzer.batches", "result", "malformed")).isEqualTo(1);
    assertThat(counted("leuko.analyzer.batches", "result", "processed")).isEqualTo(1);
  }

  @Test
  void eventThatIsSentAgainForOneDocumentIsNotJudgedAgain() {
    RecordHeaders headers = new RecordHeaders();
    headers.add(DeadLetter.DOCUMENT, utf8("leukocyte.events"));
    TestRecord<byte[], byte[]> again =
        new TestRecord<>(utf8("host-a"), batch(HOST, 9, shell(NOON, WEB)), headers);
    driver
        .createInputTopic(Topic.EVENTS.text(), new ByteArraySerializer(), new ByteArraySerializer())
        .pipeInput(again);
    assertThat(alerts()).isEmpty();
    assertThat(counted("leuko.analyzer.batches", "result", "repeated")).isEqualTo(1);
    send(HOST, batch(HOST, 0, shell(NOON, WEB)));
    assertThat(alerts()).hasSize(1); // and batch 0 is not taken for one that came late
  }

  private static String header(TestRecord<byte[], byte[]> record, String name) {
    return text(record.headers().lastHeader(name).value());
  }

  @Test
  void whatIsNoBatchAtAllGoesToTheDead() {
    send(HOST, utf8("{\"message\": \"hello\"}"));
    send(HOST, new byte[0]);
    assertThat(read(Topic.DEAD)).hasSize(2);
  }

  @Test
  void hugeRecordGoesToTheDeadInPartsSoThatItCannotBlockThePartition() {
    byte[] huge = new byte[5 << 20];
    new Random(7).nextBytes(huge);
    send(HOST, huge);
    ByteArrayOutputStream whole = new ByteArrayOutputStream();
    List<TestRecord<byte[], byte[]>> parts = read(Topic.DEAD);
    parts.forEach(part -> whole.writeBytes(part.value()));
    assertThat(whole.toByteArray()).isEqualTo(huge);
    assertThat(parts)
        .allSatisfy(part -> assertThat(part.value()).hasSizeLessThanOrEqualTo(900 << 10))
        .extracting(
            part -> header(part, "leuko.dead.part") + "/" + header(part, "leuko.dead.parts"))
        .containsExactly("1/6", "2/6", "3/6", "4/6", "5/6", "6/6");
  }

  @Test
  void recordOfAnotherTopicGoesToTheDeadAndItsPartitionGoesOn() {
    send(HOST, batch(HOST, 0, shell(NOON, WEB)));
    byte[] alert = read(Topic.ALERTS).getFirst().value();
    send(HOST, alert);
    send(HOST, batch(HOST, 1, lost(NOON, WEB, 1)));
    assertThat(read(Topic.DEAD).getFirst().value()).isEqualTo(alert);
    assertThat(alerts()).extracting(a -> a.rule().name()).containsExactly("Events lost");
  }

  @Test
  void batchWithoutAKeyIsThatOfItsHost() {
    driver
        .createInputTopic(Topic.EVENTS.text(), new ByteArraySerializer(), new ByteArraySerializer())
        .pipeInput(new TestRecord<>(null, batch(HOST, 0, shell(NOON, WEB))));
    assertThat(read(Topic.ALERTS).getFirst().key()).isEqualTo(utf8("host-a"));
  }

  @Test
  void flippedBitsAreProcessedOrGoToTheDead() {
    Random random = new Random(11);
    byte[] good =
        batch(
            HOST,
            0,
            facts(NOON, WEB, Map.of("tier", "web", "leuko.egress.limit", "1MiB")),
            shell(NOON, WEB),
            egress(NOON, WEB, OUTSIDE, 2 * MIB),
            lost(NOON, WEB, 1),
            heartbeat(NOON));
    int sent = 3_000;
    for (int i = 0; i < sent; i++) {
      byte[] flipped = good.clone();
      for (int flips = 1 + random.nextInt(3); flips > 0; flips--) {
        int at = random.nextInt(flipped.length);
        flipped[at] ^= (byte) (1 << random.nextInt(8));
      }
      flipped[4] = good[4]; // a newer major version is another story
      send(HOST, flipped);
    }
    double dead = counted("leuko.analyzer.batches", "result", "malformed");
    assertThat(dead).isPositive().isEqualTo(read(Topic.DEAD).size());
    assertThat(
            dead
                + counted("leuko.analyzer.batches", "result", "processed")
                + counted("leuko.analyzer.batches", "result", "repeated"))
        .isEqualTo(sent);
  }

  @Test
  void truncatedBatchesGoToTheDead() {
    byte[] good = batch(HOST, 0, facts(NOON, WEB, Map.of("tier", "web")), shell(NOON, WEB));
    for (int length = 0; length < good.length; length++) {
      send(HOST, Arrays.copyOf(good, length));
    }
    assertThat(read(Topic.DEAD)).hasSize(good.length);
    send(HOST, good);
    assertThat(alerts()).hasSize(1);
  }

  @Test
  void batchesOutOfOrderAreDroppedAndWhatIsMissingIsSaid() {
    send(HOST, batch(HOST, 0, heartbeat(NOON)));
    send(HOST, batch(HOST, 2, heartbeat(NOON + SECOND)));
    send(HOST, batch(HOST, 1, shell(NOON, WEB)));
    assertThat(alerts()).extracting(alert -> alert.rule().name()).containsExactly("Events lost");
    assertThat(counted("leuko.analyzer.batches", "result", "repeated")).isEqualTo(1);
    assertThat(counted("leuko.analyzer.noted", "what", "missing_batches")).isEqualTo(1);
  }

  @Test
  void timesAndSizesAreTold() {
    send(HOST, batch(HOST, 0, shell(NOON, WEB)));
    send(OTHER_HOST, batch(OTHER_HOST, 0, shell(NOON, DB)));
    assertThat(registry.get("leuko.analyzer.batch.time").timer().count()).isEqualTo(2);
    assertThat(registry.get("leuko.analyzer.alert.latency").timer().count()).isEqualTo(2);
    assertThat(watches)
        .singleElement()
        .satisfies(watch -> {
          assertThat(watch.heard()).containsOnlyKeys(HOST, OTHER_HOST);
          assertThat(watch.hosts()).isEqualTo(2);
          assertThat(watch.containers()).isEqualTo(2);
          assertThat(watch.lastBatch()).isEqualTo(NOON / 1_000_000);
        });
    driver.close();
    assertThat(watches).isEmpty();
    driver = driver();
  }

  @Test
  void newerMajorVersionStopsAndIsNotDeadLettered() {
    byte[] newer = batch(HOST, 0, shell(NOON, WEB));
    newer[4] = 2;
    assertThatThrownBy(() -> send(HOST, newer))
        .hasRootCauseInstanceOf(NewerBatchException.class)
        .rootCause()
        .hasMessageContaining("leuko.events-0@0 has major version 2")
        .hasMessageContaining("upgrade analyzers before collectors");
    assertThat(read(Topic.DEAD)).isEmpty();
  }

  @Test
  void batchAtWhichDetectionFailsGoesToTheDeadWhenItComesAgain() {
    rules.set(null);
    byte[] batch = batch(HOST, 0, lost(NOON, WEB, 1));
    assertThatThrownBy(() -> send(HOST, batch))
        .hasRootCauseMessage(
            "Detection failed at leuko.events-0@0 by java.lang.IllegalStateException")
        .satisfies(e -> assertThat(Throwables.getStackTrace(e)).doesNotContain("no rules"));
    driver.close();
    rules.set(SHELL_RULES);
    driver = driver();
    send(HOST, batch);
    TestRecord<byte[], byte[]> dead = read(Topic.DEAD).getFirst();
    assertThat(dead.value()).isEqualTo(batch);
    assertThat(header(dead, "leuko.dead.reason")).contains("Detection failed", "no rules");
    assertThat(counted("leuko.analyzer.batches", "result", "poisoned")).isEqualTo(1);
  }

  @Test
  void repeatedBatchIsDroppedAndCounted() {
    byte[] batch = batch(HOST, 0, lost(NOON, WEB, 1));
    send(HOST, batch);
    send(HOST, batch);
    assertThat(alerts()).hasSize(1);
    assertThat(counted("leuko.analyzer.batches", "result", "repeated")).isEqualTo(1);
    assertThat(counted("leuko.analyzer.batches", "result", "processed")).isEqualTo(1);
  }

  @Test
  void gapRaisesAnAlert() {
    send(HOST, batch(HOST, 0, heartbeat(NOON)));
    send(HOST, batch(HOST, 3, heartbeat(NOON)));
    send(OTHER_HOST, batch(OTHER_HOST, 7, heartbeat(NOON)));
    assertThat(alerts()).extracting(alert -> alert.rule().name()).containsExactly("Events lost");
  }

  @Test
  void alertWaitsForItsCommitNoLongerThanTheTenthOfItsAge() {
    assertThat(DetectProcessor.pace(-5_000)).isEqualTo(DetectProcessor.COMMIT_PACE);
    assertThat(DetectProcessor.pace(40)).isEqualTo(DetectProcessor.COMMIT_PACE);
    assertThat(DetectProcessor.pace(1_000)).isEqualTo(Duration.ofMillis(100));
    assertThat(DetectProcessor.pace(86_400_000)).isEqualTo(DetectProcessor.LATE_COMMIT_PACE);
  }

  @Test
  void rulesAreReplacedBetweenBatches() {
    rules.set(NO_RULES);
    send(HOST, batch(HOST, 0, shell(NOON, WEB)));
    assertThat(read(Topic.ALERTS)).isEmpty();
    rules.set(SHELL_RULES);
    send(HOST, batch(HOST, 1, shell(NOON, WEB)));
    assertThat(alerts()).hasSize(1);
  }

  @Test
  void restartGoesOnInTheMiddleOfAWindow() {
    send(HOST, batch(HOST, 0, egress(NOON, WEB, OUTSIDE, 60 * MIB), lost(NOON, WEB, 1)));
    assertThat(alerts()).hasSize(1);
    restart();
    send(
        HOST,
        batch(
            HOST,
            1,
            egress(NOON + 30 * SECOND, WEB, OUTSIDE, 40 * MIB),
            lost(NOON + 30 * SECOND, WEB, 1)));
    assertThat(alerts())
        .extracting(alert -> alert.rule().name())
        .containsExactly("Unexpected egress volume");
    restart();
    send(HOST, batch(HOST, 1, egress(NOON + 31 * SECOND, WEB, OUTSIDE, 40 * MIB)));
    assertThat(alerts()).isEmpty();
  }

  private void pass(int seconds) {
    for (int i = 0; i < seconds; i++) {
      driver.advanceWallClockTime(Duration.ofSeconds(1));
    }
  }

  private List<String> alertedRules() {
    return alerts().stream().map(alert -> alert.rule().name()).toList();
  }

  @Test
  void aHostThatFallsSilentIsOneAlert() {
    pass(5);
    send(HOST, batch(HOST, 0, heartbeat(NOON)));
    send(OTHER_HOST, batch(OTHER_HOST, 0, heartbeat(NOON)));
    pass(29);
    assertThat(alertedRules()).isEmpty();
    send(OTHER_HOST, batch(OTHER_HOST, 1, heartbeat(NOON + 29 * SECOND)));
    pass(20);
    List<Alert> alerts = alerts();
    assertThat(alerts).hasSize(1);
    assertThat(alerts.getFirst().host()).isEqualTo(HOST);
    assertThat(alerts.getFirst().rule().name()).isEqualTo("Sensor silent");
    send(OTHER_HOST, batch(OTHER_HOST, 2, heartbeat(NOON + 49 * SECOND)));
    pass(60);
    assertThat(alertedRules()).as("of the other host alone").containsExactly("Sensor silent");
    send(HOST, batch(HOST, 1, heartbeat(NOON + 100 * SECOND)));
    pass(40);
    assertThat(alertedRules()).containsExactly("Sensor silent");
  }

  @Test
  void anAnalyzerThatHearsNothingItselfBlamesNoHost() {
    pass(5);
    send(HOST, batch(HOST, 0, heartbeat(NOON)));
    hears = false;
    pass(60);
    hears = true;
    pass(25);
    driver.advanceWallClockTime(Duration.ofMinutes(10)); // it stood still
    pass(25);
    assertThat(alertedRules()).isEmpty();
    pass(10);
    assertThat(alertedRules()).containsExactly("Sensor silent");
  }

  /** A new driver whose store is filled from what the old one wrote to its changelog. */
  private void restart() {
    driver
        .producedTopicNames()
        .forEach(topic -> {
          if (topic.endsWith("detector-changelog")) {
            driver
                .createOutputTopic(topic, new ByteArrayDeserializer(), new ByteArrayDeserializer())
                .readRecordsToList()
                .forEach(record ->
                    changelog.put(HexFormat.of().formatHex(record.key()), record.value()));
          }
        });
    assertThat(changelog).isNotEmpty();
    driver.close();
    driver = driver();
    LoggedState state =
        Objects.requireNonNull(
                (PrimStore<?>) driver.getAllStateStores().get(DetectionTopology.STORE))
            .state();
    changelog.forEach((key, value) -> state.restore(HexFormat.of().parseHex(key), value));
    state.index();
  }
}
