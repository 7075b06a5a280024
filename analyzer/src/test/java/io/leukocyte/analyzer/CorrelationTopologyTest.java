package io.leukocyte.analyzer;

import static io.leukocyte.analyzer.TestCorrelations.BURST;
import static io.leukocyte.analyzer.TestCorrelations.RULES;
import static io.leukocyte.analyzer.TestCorrelations.SPREAD;
import static io.leukocyte.analyzer.TestCorrelations.SPREADS;
import static io.leukocyte.analyzer.TestCorrelations.WEB;
import static io.leukocyte.analyzer.TestCorrelations.container;
import static io.leukocyte.analyzer.TestEvents.NOON;
import static io.leukocyte.analyzer.TestEvents.SECOND;
import static io.leukocyte.analyzer.TestEvents.exec;
import static io.leukocyte.analyzer.TestEvents.shell;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.leukocyte.events.Alert;
import io.leukocyte.events.AlertJson;
import io.leukocyte.events.MalformedJsonException;
import io.leukocyte.events.Topic;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Properties;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.TopologyTestDriver;
import org.apache.kafka.streams.test.TestRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Both stages in the topology, without a broker. */
class CorrelationTopologyTest {
  private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
  private final Map<String, Map<String, byte[]>> changelogs = new HashMap<>();
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
        () -> RULES,
        new AnalyzerMetrics(registry),
        new Poison(),
        new HashSet<>(),
        new Silence(Duration.ofHours(1), partition -> false),
        OrderTrust.NONE);
  }

  @AfterEach
  void close() {
    driver.close();
  }

  private void send(TestHistory.Batch batch) {
    send(Topic.EVENTS, batch.host().value().getBytes(UTF_8), batch.value());
  }

  private void send(Topic topic, byte[] key, byte[] value) {
    driver
        .createInputTopic(topic.text(), new ByteArraySerializer(), new ByteArraySerializer())
        .pipeInput(key, value, NOON / 1_000_000);
  }

  private List<TestRecord<byte[], byte[]>> read(String topic) {
    return driver
        .createOutputTopic(topic, new ByteArrayDeserializer(), new ByteArrayDeserializer())
        .readRecordsToList();
  }

  private List<Alert> alerts() {
    List<Alert> alerts = new ArrayList<>();
    for (TestRecord<byte[], byte[]> record : read(Topic.ALERTS.text())) {
      try {
        alerts.add(AlertJson.read(record.value()));
      } catch (MalformedJsonException e) {
        throw new AssertionError(e);
      }
    }
    return alerts;
  }

  /** A new driver whose stores are filled from what the old one wrote to its changelogs. */
  private void restart() {
    for (String store : List.of(DetectionTopology.STORE, DetectionTopology.WINDOWS)) {
      Map<String, byte[]> log = changelogs.computeIfAbsent(store, s -> new LinkedHashMap<>());
      read("test-" + store + "-changelog")
          .forEach(record -> {
            String key = HexFormat.of().formatHex(record.key());
            log.remove(key);
            if (record.value() != null) {
              log.put(key, record.value());
            }
          });
    }
    driver.close();
    driver = driver();
    changelogs.forEach((store, log) -> {
      LoggedState state =
          Objects.requireNonNull((PrimStore<?>) driver.getAllStateStores().get(store)).state();
      log.forEach((key, value) -> state.restore(HexFormat.of().parseHex(key), value));
      state.index();
    });
  }

  @Test
  void stagesHaveTasksOfTheirOwn() {
    assertThat(topology().describe().subtopologies()).hasSize(2);
    assertThat(topology().describe().toString())
        .contains("Source: fleet-matches", "Processor: correlate", "stores: [correlator, profiler]")
        .contains(
            "Sink: fleet-alerts", "Sink: fleet-incidents", "Sink: fleet-inner", "Sink: fleet-dead")
        .contains("Source: orders (topics: [leuko.commands])", "Sink: fleet-profiles");
  }

  @Test
  void windowOfOneHostOutlivesARestart() {
    send(TestCorrelations.batch(0, 0, shell(NOON, WEB), shell(NOON + SECOND, WEB)));
    restart();
    send(TestCorrelations.batch(0, 1, shell(NOON + 2 * SECOND, WEB)));
    assertThat(alerts()).extracting(alert -> alert.rule().name()).containsExactly(BURST);
    restart();
    send(TestCorrelations.batch(0, 2, shell(NOON + 3 * SECOND, WEB)));
    assertThat(alerts()).isEmpty();
  }

  @Test
  void windowOverAllHostsOutlivesARestart() throws Exception {
    List<TestHistory.Batch> batches = new ArrayList<>();
    for (int round = 0; round < 2; round++) {
      for (int host = 0; host < 3; host++) {
        batches.add(
            TestCorrelations.batch(
                host,
                round,
                exec(
                    NOON + (10 * round + host) * SECOND,
                    container(host + 1, "c"),
                    "tool" + round)));
      }
    }
    List<Alert> live = new ArrayList<>();
    List<Incident> incidents = new ArrayList<>();
    for (TestHistory.Batch batch : batches) {
      send(batch);
      live.addAll(alerts());
      read(Topic.INCIDENTS.text())
          .forEach(record -> incidents.add(IncidentJson.read(record.value())));
      restart();
    }
    assertThat(live)
        .extracting(alert -> alert.rule().name())
        .containsExactly(SPREAD, SPREAD, SPREADS);
    List<Alert> replayed = new ArrayList<>();
    Replay replay = new Replay(RULES, DetectorSettings.DEFAULTS, replayed::add);
    for (TestHistory.Batch batch : batches) {
      replay.add(batch.value());
    }
    assertThat(live).isEqualTo(replayed);
    assertThat(incidents).extracting(Incident::alerts).containsOnly(1L).hasSize(3);
  }

  @Test
  void whatIsNoMatchGoesToTheDead() {
    send(Topic.MATCHES, new byte[0], "{\"rule\": 1}".getBytes(UTF_8));
    send(Topic.MATCHES, new byte[0], "nothing".getBytes(UTF_8));
    assertThat(read(Topic.DEAD.text()))
        .extracting(
            record -> new String(record.headers().lastHeader("leuko.dead.reason").value(), UTF_8))
        .containsExactly("Not a match: correlation is not a text", "Not a match: it is no JSON");
  }
}
