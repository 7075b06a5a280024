package io.leukocyte.analyzer;

import static io.leukocyte.analyzer.TestBaselines.BASELINE;
import static io.leukocyte.analyzer.TestBaselines.HOUR;
import static io.leukocyte.analyzer.TestBaselines.IMAGE;
import static io.leukocyte.analyzer.TestBaselines.KEYS;
import static io.leukocyte.analyzer.TestBaselines.NEW_PROCESS;
import static io.leukocyte.analyzer.TestBaselines.RULES;
import static io.leukocyte.analyzer.TestBaselines.batch;
import static io.leukocyte.analyzer.TestBaselines.exec;
import static io.leukocyte.analyzer.TestBaselines.order;
import static io.leukocyte.analyzer.TestBaselines.start;
import static io.leukocyte.analyzer.TestBaselines.web;
import static io.leukocyte.analyzer.TestEvents.NOON;
import static io.leukocyte.analyzer.TestEvents.SECOND;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.leukocyte.events.Alert;
import io.leukocyte.events.AlertJson;
import io.leukocyte.events.MalformedJsonException;
import io.leukocyte.events.OrderKeys;
import io.leukocyte.events.Priority;
import io.leukocyte.events.ProfileOrder;
import io.leukocyte.events.ProfileOrderJson;
import io.leukocyte.events.Topic;
import io.leukocyte.rules.Aspect;
import io.leukocyte.rules.Profile;
import io.leukocyte.rules.ProfileJson;
import io.leukocyte.rules.RuleSet;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Properties;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.TopologyTestDriver;
import org.apache.kafka.streams.test.TestRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Baselines through both stages of the topology, without a broker. */
class BaselineTopologyTest {
  private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
  private final Map<String, Map<String, byte[]>> changelogs = new HashMap<>();
  private RuleSet rules = RULES;
  private OrderTrust trust = new OrderTrust(false, Optional.of(KEYS));
  private TopologyTestDriver driver = driver();
  private int sequence;

  private TopologyTestDriver driver() {
    Properties properties = new Properties();
    properties.put(StreamsConfig.APPLICATION_ID_CONFIG, "test");
    properties.put(StreamsConfig.BOOTSTRAP_SERVERS_CONFIG, "unused:1");
    properties.put(StreamsConfig.PROCESSING_GUARANTEE_CONFIG, StreamsConfig.EXACTLY_ONCE_V2);
    properties.put(
        StreamsConfig.STATE_DIR_CONFIG,
        System.getProperty("java.io.tmpdir") + "/leuko-baseline-test-" + System.nanoTime());
    return new TopologyTestDriver(
        DetectionTopology.build(
            DetectorSettings.DEFAULTS,
            () -> rules,
            new AnalyzerMetrics(registry),
            new Poison(),
            new HashSet<>(),
            new Silence(Duration.ofHours(1), partition -> false),
            trust),
        properties,
        Instant.ofEpochSecond(0, NOON + 3 * HOUR));
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

  private void send(byte[] order) {
    send(Topic.COMMANDS, ProfileOrderJson.key(BASELINE, IMAGE), order);
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

  private Profile published() {
    TestRecord<byte[], byte[]> last = read(Topic.PROFILES.text()).getLast();
    assertThat(new String(last.key(), UTF_8)).isEqualTo("[\"Web\",\"example/web\"]");
    return ProfileJson.read(last.value());
  }

  private double noted(String what) {
    return registry.get("leuko.analyzer.noted").tag("what", what).counter().count();
  }

  /** A new driver whose stores are filled from what the old one wrote to its changelogs. */
  private void restart() {
    for (String store :
        List.of(DetectionTopology.STORE, DetectionTopology.WINDOWS, DetectionTopology.PROFILES)) {
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

  /** Container 1 starts and runs nginx, which is learned; the hour is over afterwards. */
  private void learn() {
    send(batch(0, 0, start(NOON, web(1)), exec(NOON + SECOND, web(1), "nginx")));
  }

  private void run(int host, String program, long time) {
    send(batch(host, ++sequence, exec(time, web(host + 1), program)));
  }

  @Test
  void whatOneHostLearnedIsKnownOnAnother() {
    learn();
    run(1, "nginx", NOON + 2 * HOUR);
    assertThat(alerts()).isEmpty();
    run(1, "nc", NOON + 2 * HOUR + SECOND);
    List<Alert> alerts = alerts();
    assertThat(alerts).hasSize(1);
    Alert alert = alerts.getFirst();
    assertThat(alert.rule().name()).isEqualTo(NEW_PROCESS);
    assertThat(alert.rule().tags()).containsExactly("container", "mitre_execution");
    assertThat(alert.groupBy()).containsExactly("/bin/nc");
    assertThat(alert.message()).isEqualTo("Web: new process: web-2");
    assertThat(alert.host().value()).isEqualTo("h1");
    assertThat(alert.bundle()).isEqualTo(RULES.hash());
    assertThat(alert.output())
        .startsWith("New process for this image: /bin/nc (seen before: never; learned from ")
        .contains(" in 1 containers, 1 known; image=example/web command=nc ");
    Incident incident = incidents().getFirst();
    assertThat(incident.state()).isEqualTo(Incident.State.OPEN);
    assertThat(incident.container()).isEqualTo(web(2));
    assertThat(incident.timeline()).extracting(Incident.Entry::alert).containsExactly(alert.id());
  }

  private List<Incident> incidents() {
    return read(Topic.INCIDENTS.text()).stream()
        .map(record -> IncidentJson.read(record.value()))
        .toList();
  }

  @Test
  void alertsOfBaselinesAndRulesOfAContainerAreOneIncident() {
    rules = TestBaselines.WITH_A_RULE;
    learn();
    run(0, "sh", NOON + 2 * HOUR);
    List<Alert> raised = new ArrayList<>(alerts());
    restart();
    run(0, "nc", NOON + 2 * HOUR + 2 * SECOND);
    raised.addAll(alerts());
    run(0, "nginx", NOON + 2 * HOUR + 4 * SECOND);
    run(1, "nc", NOON + 2 * HOUR);

    List<Incident> open = incidents();
    assertThat(open).extracting(Incident::state).containsOnly(Incident.State.OPEN);
    assertThat(open.stream().map(Incident::id).distinct()).as("one of each container").hasSize(2);
    Incident first = open.stream().filter(i -> i.container().equals(web(1))).toList().getLast();
    assertThat(first.timeline())
        .extracting(Incident.Entry::rule)
        .containsExactly("Shell", NEW_PROCESS, NEW_PROCESS);
    assertThat(first.timeline())
        .extracting(Incident.Entry::alert)
        .containsExactlyElementsOf(raised.stream().map(Alert::id).toList());
    assertThat(first.alerts()).isEqualTo(3);
    assertThat(first.matches()).isEqualTo(3);
    assertThat(first.priority()).isEqualTo(Priority.CRITICAL);

    run(0, "nginx", NOON + 3 * HOUR);
    assertThat(incidents()).singleElement().isEqualTo(first.closed());
  }

  @Test
  void alertOfAContainerThatIsNotKnownAnyMoreIsAnIncidentByItself() {
    learn();
    run(0, "nc", NOON + 2 * HOUR);
    TestRecord<byte[], byte[]> raised = read(Topic.ALERTS.text()).getFirst();
    Incident open = incidents().getFirst();
    changelogs.clear();
    driver.close();
    driver = driver();

    driver
        .createInputTopic(Topic.ALERTS.text(), new ByteArraySerializer(), new ByteArraySerializer())
        .pipeInput(raised);

    Incident own = incidents().getFirst();
    assertThat(own.state()).isEqualTo(Incident.State.CLOSED);
    assertThat(own.container()).isEqualTo(open.container());
    assertThat(own.timeline()).isEqualTo(open.timeline());
    assertThat(read(Topic.ALERTS.text())).isEmpty();
  }

  @Test
  void alertThatCannotBeReadGoesToTheDeadAndOneOfItsOwnIsLeftAlone() {
    byte[] key = "h0".getBytes(UTF_8);
    send(Topic.ALERTS, key, "{}".getBytes(UTF_8));
    assertThat(read(Topic.DEAD.text())).isEmpty();
    driver
        .createInputTopic(Topic.ALERTS.text(), new ByteArraySerializer(), new ByteArraySerializer())
        .pipeInput(
            new TestRecord<>(
                key,
                "{}".getBytes(UTF_8),
                new RecordHeaders().add(DetectionTopology.JOINS, new byte[0]),
                Instant.ofEpochSecond(0, NOON)));
    assertThat(read(Topic.DEAD.text()))
        .singleElement()
        .satisfies(dead ->
            assertThat(new String(dead.headers().lastHeader("leuko.dead.topic").value(), UTF_8))
                .isEqualTo("leuko.alerts"));
  }

  @Test
  void profileAndWhatWasToldOutliveARestart() {
    learn();
    restart();
    run(0, "nginx", NOON + 2 * HOUR);
    run(0, "nc", NOON + 2 * HOUR);
    assertThat(alerts()).hasSize(1);
    restart();
    run(0, "nc", NOON + 2 * HOUR + SECOND);
    run(0, "nginx", NOON + 2 * HOUR + SECOND);
    assertThat(alerts()).as("told again to the second stage, which knows").isEmpty();
    driver.advanceWallClockTime(Duration.ofSeconds(10));
    Profile profile = published();
    assertThat(Objects.requireNonNull(profile.facets().get(Aspect.PROCESSES)).normal())
        .containsOnlyKeys("/bin/nginx");
    assertThat(Objects.requireNonNull(profile.facets().get(Aspect.PROCESSES)).novel())
        .containsOnlyKeys("/bin/nc");
  }

  @Test
  void valueIsToldOnceAContainerAndHour() {
    learn();
    int before = read(Topic.MATCHES.text()).size();
    assertThat(before).as("the start, and nginx").isEqualTo(2);
    for (int i = 0; i < 100; i++) {
      run(0, "nginx", NOON + (2 + i) * SECOND);
    }
    assertThat(read(Topic.MATCHES.text())).isEmpty();
    run(0, "nginx", NOON + HOUR + SECOND);
    assertThat(read(Topic.MATCHES.text())).hasSize(1);
  }

  @Test
  void restartsAnywhereAndAReplayGiveTheSameAlerts() throws Exception {
    List<TestHistory.Batch> history = TestBaselines.history();
    List<Alert> live = new ArrayList<>();
    List<Incident> liveIncidents = new ArrayList<>();
    int number = 0;
    for (TestHistory.Batch batch : history) {
      send(batch);
      live.addAll(alerts());
      liveIncidents.addAll(incidents());
      if (++number % 7 == 0) {
        restart();
      }
    }
    Findings findings = new Findings(RULES);
    Replay replay = new Replay(RULES, DetectorSettings.DEFAULTS, findings);
    for (TestHistory.Batch batch : history) {
      replay.add(batch.value());
    }
    assertThat(live).isEqualTo(findings.alerts);
    assertThat(liveIncidents).isNotEmpty().isEqualTo(findings.incidents);
    assertThat(live).extracting(Alert::id).doesNotHaveDuplicates();
    assertThat(live.stream().filter(a -> a.groupBy().getFirst().startsWith("/bin/tool")))
        .as("each of ten tools once a container")
        .hasSize(30);
    assertThat(live.stream().filter(a -> a.groupBy().getFirst().startsWith("/bin/h")))
        .as("each of thirty programs a host, as far as they are kept")
        .hasSize(90);
  }

  @Test
  void signedOrderMakesAValueNormalAndIsPublished() {
    learn();
    send(
        ProfileOrderJson.write(
            order(ProfileOrder.Kind.ACCEPT, NOON + 2 * HOUR, "process:/bin/nc"), KEYS));
    Profile profile = published();
    assertThat(Objects.requireNonNull(profile.order()).outcome()).isEqualTo("done: 1 accepted");
    assertThat(Objects.requireNonNull(profile.facets().get(Aspect.PROCESSES)).normal())
        .containsOnlyKeys("/bin/nc", "/bin/nginx");
    run(0, "nc", NOON + 3 * HOUR);
    assertThat(alerts()).isEmpty();
  }

  @Test
  void orderThatNobodyVouchesForChangesNothing() {
    learn();
    ProfileOrder order = order(ProfileOrder.Kind.ACCEPT, NOON + 2 * HOUR, "process:/bin/nc");
    send(ProfileOrderJson.write(order));
    send(ProfileOrderJson.write(order, OrderKeys.parse("k1:" + "f".repeat(32))));
    byte[] other =
        ProfileOrderJson.write(
            order(ProfileOrder.Kind.ACCEPT, NOON + 2 * HOUR, "process:/bin/sh"), KEYS);
    send(new String(other, UTF_8).replace("/bin/sh", "/bin/nc").getBytes(UTF_8));
    assertThat(read(Topic.PROFILES.text())).isEmpty();
    assertThat(noted("refused_orders")).isEqualTo(3);
    run(0, "nc", NOON + 3 * HOUR);
    assertThat(alerts()).hasSize(1);
    trust = OrderTrust.ALL;
    restart();
    send(ProfileOrderJson.write(order));
    assertThat(Objects.requireNonNull(published().order()).outcome()).isEqualTo("done: 1 accepted");
  }

  @Test
  void incidentsThatAnOlderVersionKeptAreLeftBehindAndOtherKeysAreNot() {
    ProfileState state = new ProfileState(1);
    state.restore(new byte[] {8, 1}, new byte[] {1, '{'});
    state.restore(new byte[] {8, 1}, null);
    assertThatThrownBy(() -> state.restore(new byte[] {9, 1}, null))
        .isInstanceOf(UnreadableStateException.class);
  }

  @Test
  void ordersToRespondersAreNoneOfItsBusiness() {
    send(Topic.COMMANDS, "*".getBytes(UTF_8), "{}".getBytes(UTF_8));
    send(Topic.COMMANDS, ProfileOrderJson.key(BASELINE, IMAGE), "{}".getBytes(UTF_8));
    assertThat(read(Topic.DEAD.text()))
        .extracting(
            record -> new String(record.headers().lastHeader("leuko.dead.reason").value(), UTF_8))
        .hasSize(1);
  }

  @Test
  void whatIsNoObservationGoesToTheDead() {
    send(Topic.MATCHES, new byte[0], "{\"baseline\": \"Web\"}".getBytes(UTF_8));
    send(Topic.MATCHES, new byte[0], "{\"baseline\": \"Web\", \"aspect\": \"x\"}".getBytes(UTF_8));
    assertThat(read(Topic.DEAD.text()))
        .extracting(
            record -> new String(record.headers().lastHeader("leuko.dead.reason").value(), UTF_8))
        .containsExactly(
            "Not a match: aspect is not a text", "Not an observation: there is no aspect x");
  }

  @Test
  void baselineThatIsGoneIsStrayAndItsProfileStays() {
    learn();
    RuleSet before = rules;
    List<TestRecord<byte[], byte[]>> told = read(Topic.MATCHES.text());
    rules = TestEvents.NO_RULES;
    send(Topic.MATCHES, told.getLast().key(), told.getLast().value());
    assertThat(noted("stray_matches")).isEqualTo(1);
    rules = before;
    run(0, "nginx", NOON + 2 * HOUR);
    assertThat(alerts()).isEmpty();
  }
}
