package io.leukocyte.analyzer;

import static io.leukocyte.analyzer.TestCorrelations.BURST;
import static io.leukocyte.analyzer.TestCorrelations.BURSTS;
import static io.leukocyte.analyzer.TestCorrelations.DB;
import static io.leukocyte.analyzer.TestCorrelations.FETCHED;
import static io.leukocyte.analyzer.TestCorrelations.RULES;
import static io.leukocyte.analyzer.TestCorrelations.SENT;
import static io.leukocyte.analyzer.TestCorrelations.SPREAD;
import static io.leukocyte.analyzer.TestCorrelations.SPREADS;
import static io.leukocyte.analyzer.TestCorrelations.WEB;
import static io.leukocyte.analyzer.TestCorrelations.container;
import static io.leukocyte.analyzer.TestEvents.EPOCH;
import static io.leukocyte.analyzer.TestEvents.HOST;
import static io.leukocyte.analyzer.TestEvents.NOON;
import static io.leukocyte.analyzer.TestEvents.OTHER_HOST;
import static io.leukocyte.analyzer.TestEvents.SECOND;
import static io.leukocyte.analyzer.TestEvents.SHELL_RULE;
import static io.leukocyte.analyzer.TestEvents.egress;
import static io.leukocyte.analyzer.TestEvents.exec;
import static io.leukocyte.analyzer.TestEvents.facts;
import static io.leukocyte.analyzer.TestEvents.heartbeat;
import static io.leukocyte.analyzer.TestEvents.shell;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.leukocyte.events.Alert;
import io.leukocyte.events.AlertJson;
import io.leukocyte.events.ContainerLog;
import io.leukocyte.events.EventId;
import io.leukocyte.events.EventJson;
import io.leukocyte.events.HostId;
import io.leukocyte.events.Observed;
import io.leukocyte.events.SensorLoss;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Correlations of both stages as the detectors evaluate them. */
class CorrelationDetectionTest {
  private final Findings found = new Findings(RULES);
  private final List<Alert> fleet = new ArrayList<>();

  /** Takes batches to both stages; alerts of the second stage are in {@link #fleet}. */
  private void replay(List<TestHistory.Batch> batches) throws Exception {
    Replay replay = new Replay(RULES, DetectorSettings.DEFAULTS, fleet::add);
    for (TestHistory.Batch batch : batches) {
      replay.add(batch.value());
    }
  }

  private List<Alert> of(String rule, List<Alert> alerts) {
    return alerts.stream().filter(alert -> alert.rule().name().equals(rule)).toList();
  }

  @Test
  void alertComesAtTheCrossingAndWhatFollowsIsCountedIntoIt() {
    found.send(facts(NOON, WEB, Map.of("tier", "web")), heartbeat(NOON));
    for (int i = 0; i < 8; i++) {
      found.send(shell(NOON + i * SECOND, WEB));
    }
    assertThat(found.alertedRules()).containsExactly(SHELL_RULE, BURST);
    Alert alert = found.alerts.getLast();
    assertThat(alert.output()).isEqualTo("3 shells within 10s in 000000000001, last sh in web");
    assertThat(alert.message()).isEqualTo("Burst of shells: web");
    assertThat(alert.labels()).containsEntry("tier", "web");
    assertThat(alert.hostname()).isEqualTo("a.example");
    assertThat(alert.cause().id()).isEqualTo(new EventId(HOST, EPOCH, 3, 0));
    assertThat(alert.id())
        .isEqualTo(Alert.idOf(BURST, List.of("000000000001"), alert.cause().id()));
    found.send(heartbeat(NOON + 20 * SECOND));
    assertThat(found.lastIncident().timeline())
        .extracting(Incident.Entry::rule, Incident.Entry::count)
        .containsExactly(tuple(SHELL_RULE, 8L), tuple(BURST, 6L));
  }

  @Test
  void alertTellsWhatItCounted() throws Exception {
    found.send(exec(NOON, WEB, "curl"), exec(NOON + SECOND, WEB, "tool1"));
    Alert alert = of(FETCHED, found.alerts).getFirst();
    assertThat(alert.correlation())
        .isEqualTo(
            new Alert.Correlation(
                "temporal_ordered",
                60 * SECOND,
                2,
                List.of("container.id"),
                List.of(WEB.id().brief()),
                List.of(
                    new Alert.Cause("Fetch", new EventId(HOST, EPOCH, 0, 0), NOON, WEB.id()),
                    new Alert.Cause(
                        "Tool", new EventId(HOST, EPOCH, 0, 1), NOON + SECOND, WEB.id()))));
    assertThat(AlertJson.read(AlertJson.write(alert))).isEqualTo(alert);
    assertThat(new String(AlertJson.write(alert), UTF_8))
        .as("what policies match")
        .contains("\"correlation\":\"Fetched and run\"");
    assertThat(found.alertedRules()).as("its parts are silent").containsExactly(FETCHED);
  }

  /** A field stands in the output whichever match it is of; the completing one comes first. */
  @ParameterizedTest
  @ValueSource(strings = {"container.id", "container.image.repository"})
  void outputOfATemporalCorrelationHasTheFieldsOfAllItsMatches(String group) throws Exception {
    List<String> outputs = new ArrayList<>();
    Replay replay =
        new Replay(
            TestCorrelations.attacks(group),
            DetectorSettings.DEFAULTS,
            alert -> outputs.add(alert.output()));
    replay.add(TestEvents.batch(HOST, 0, exec(NOON, WEB, "sh")));
    replay.add(TestEvents.batch(HOST, 1, exec(NOON + SECOND, WEB, "curl")));
    replay.add(TestEvents.batch(HOST, 2, log(NOON + 2 * SECOND, "an attack")));
    replay.add(TestEvents.batch(HOST, 3, log(NOON + 100 * SECOND, "one more attack")));
    replay.add(TestEvents.batch(HOST, 4, exec(NOON + 101 * SECOND, WEB, "curl")));
    replay.add(TestEvents.batch(HOST, 5, exec(NOON + 102 * SECOND, WEB, "sh")));
    assertThat(outputs)
        .containsExactly(
            "curl sh curl line=an attack port=<NA>", "sh sh curl line=one more attack port=<NA>");
  }

  private static ContainerLog log(long time, String line) {
    return new ContainerLog(time, WEB, ContainerLog.Stream.STDOUT, line, line.length(), false);
  }

  @Test
  void whatLastsLongerThanAMinuteIsStillOneAlert() {
    for (int i = 0; i < 300; i++) {
      found.send(shell(NOON + i * SECOND, WEB));
    }
    assertThat(of(BURST, found.alerts)).hasSize(1);
    found.send(heartbeat(NOON + 302 * SECOND));
    assertThat(found.lastIncident().timeline())
        .filteredOn(entry -> entry.rule().equals(BURST))
        .extracting(Incident.Entry::count)
        .containsExactly(298L);
  }

  @Test
  void correlationOfACorrelationCountsItsAlerts() {
    for (int burst = 0; burst < 3; burst++) {
      for (int i = 0; i < 5; i++) {
        found.send(shell(NOON + (burst * 100 + i) * SECOND, WEB));
      }
    }
    assertThat(of(BURST, found.alerts)).hasSize(3);
    Alert alert = of(BURSTS, found.alerts).getFirst();
    assertThat(of(BURSTS, found.alerts)).hasSize(1);
    assertThat(Objects.requireNonNull(alert.correlation()).causes())
        .extracting(Alert.Cause::rule, Alert.Cause::time)
        .containsExactly(tuple(BURST, NOON + 2 * SECOND), tuple(BURST, NOON + 102 * SECOND));
  }

  @Test
  void containersAndHostsDoNotMix() {
    found.send(shell(NOON, WEB), shell(NOON, DB), shell(NOON, WEB), shell(NOON, DB));
    assertThat(found.alertedRules()).doesNotContain(BURST);
    found.sendFrom(OTHER_HOST, shell(NOON, container(9, "x")), shell(NOON, container(9, "x")));
    assertThat(found.alertedRules()).doesNotContain(BURST);
  }

  @Test
  void eventsFarAheadOfTheirHostsOthersAreNotCounted() {
    found.send(shell(NOON, WEB));
    found.send(
        shell(NOON + SECOND, WEB),
        shell(NOON + 86_400 * SECOND, WEB),
        shell(NOON + 86_401 * SECOND, WEB));
    assertThat(found.alertedRules()).doesNotContain(BURST);
    found.send(shell(NOON + 2 * SECOND, WEB));
    assertThat(found.alertedRules()).contains(BURST);
  }

  @Test
  void clockThatWasSetBackHoldsNothingUp() {
    found.send(shell(NOON, WEB));
    long earlier = NOON - 7_200 * SECOND;
    found.send(shell(earlier, WEB), shell(earlier, WEB), shell(earlier, WEB));
    assertThat(found.alertedRules()).contains(BURST);
    assertThat(found.counted(Tally.Count.LATE_MATCHES)).isZero();
  }

  @Test
  void lateMatchesAreCountedAndLeftOut() {
    found.send(shell(NOON, WEB));
    found.send(shell(NOON - 20 * SECOND, WEB));
    assertThat(found.counted(Tally.Count.LATE_MATCHES)).isEqualTo(1);
  }

  @Test
  void windowsAreForgottenWhenNothingInThemCounts() {
    found.send(shell(NOON, WEB), exec(NOON, WEB, "curl"));
    assertThat(found.state.windows().size()).isEqualTo(2);
    found.send(heartbeat(NOON + 65 * SECOND));
    assertThat(found.state.windows().size()).isEqualTo(1);
    found.send(heartbeat(NOON + 76 * SECOND));
    assertThat(found.state.windows().size()).isZero();
    assertThat(found.state.windows().matches()).isZero();
  }

  @Test
  void tooManyGroupsAreForgottenCountedAndReported() {
    DetectorSettings small =
        new DetectorSettings(DetectorSettings.DEFAULTS.allowedNetworks(), 1 << 20, 10_000, 64);
    Findings crowded = new Findings(RULES, small, new DetectorState());
    for (int i = 0; i < 1_000; i++) {
      crowded.send(shell(NOON, container(i + 1, "c")));
      assertThat(crowded.state.windows().size()).isLessThanOrEqualTo(64);
    }
    assertThat(crowded.counted(Tally.Count.EVICTED_GROUPS))
        .isEqualTo(1_000 - crowded.state.windows().size());
    List<Alert> lost = of("Correlation groups lost", crowded.alerts);
    assertThat(lost).hasSize(1);
    assertThat(lost.getFirst().cause().event()).isInstanceOf(SensorLoss.class);
  }

  @Test
  void matchesOverAllGroupsAreBounded() {
    DetectorSettings small =
        new DetectorSettings(DetectorSettings.DEFAULTS.allowedNetworks(), 1 << 20, 10_000, 16);
    Findings crowded = new Findings(RULES, small, new DetectorState());
    for (int i = 0; i < 4_000; i++) {
      crowded.send(shell(NOON + i * SECOND / 1_000, container(i % 10 + 1, "c")));
      assertThat(crowded.state.windows().matches()).isLessThanOrEqualTo(16 * 32);
    }
    assertThat(crowded.counted(Tally.Count.EVICTED_GROUPS)).isPositive();
  }

  /** The heart of it: a restart anywhere changes nothing of what is found. */
  @Test
  void detectorThatIsRestoredAgainAndAgainFindsTheSame() {
    List<TestHistory.Batch> history = TestCorrelations.random(1, 3, 2_000);
    Findings steady = new Findings(RULES);
    history.forEach(batch -> steady.take(batch.value()));
    assertThat(steady.alertedRules()).contains(SHELL_RULE, BURST, BURSTS, FETCHED);

    Random random = new Random(2);
    Map<String, byte[]> changelog = new LinkedHashMap<>();
    List<Object> alerts = new ArrayList<>();
    List<Object> matches = new ArrayList<>();
    int from = 0;
    while (from < history.size()) {
      DetectorState state = new DetectorState();
      changelog.forEach((key, value) -> state.restore(HexFormat.of().parseHex(key), value));
      state.index();
      Findings part = new Findings(RULES, DetectorSettings.DEFAULTS, state);
      int to = Math.min(history.size(), from + 1 + random.nextInt(60));
      for (TestHistory.Batch batch : history.subList(from, to)) {
        part.take(batch.value());
        if (random.nextInt(5) == 0) {
          drain(state, changelog);
        }
      }
      drain(state, changelog);
      alerts.addAll(part.alerts);
      matches.addAll(part.matches);
      from = to;
    }
    assertThat(alerts).isEqualTo(new ArrayList<Object>(steady.alerts));
    assertThat(matches).isEqualTo(new ArrayList<Object>(steady.matches));
  }

  private static void drain(LoggedState state, Map<String, byte[]> changelog) {
    state.drain((key, value) -> {
      String name = HexFormat.of().formatHex(key);
      changelog.remove(name);
      if (value != null) {
        changelog.put(name, value);
      }
    });
  }

  @Test
  void forgottenWindowsLeaveNothingInTheChangelog() {
    Map<String, byte[]> changelog = new LinkedHashMap<>();
    found.send(shell(NOON, WEB), exec(NOON, WEB, "curl"));
    drain(found.state, changelog);
    assertThat(changelog.keySet()).filteredOn(key -> key.startsWith("06")).hasSize(2);
    found.send(heartbeat(NOON + 100 * SECOND));
    drain(found.state, changelog);
    assertThat(changelog.keySet()).filteredOn(key -> key.startsWith("06")).isEmpty();
  }

  @Test
  void matchGoesToTheSecondStageWithAllThatAnAlertTells() {
    found.send(facts(NOON, WEB, Map.of("tier", "web")), heartbeat(NOON));
    found.send(exec(NOON, WEB, "tool1"));
    FleetMatch match = found.matches.getFirst();
    assertThat(match.occurrence().correlation()).isEqualTo(SPREAD);
    assertThat(match.occurrence().group()).containsExactly("tool1");
    assertThat(match.occurrence().value()).isEqualTo(WEB.id().value());
    assertThat(match.labels()).containsEntry("tier", "web");
    assertThat(FleetMatchJson.read(FleetMatchJson.write(match))).isEqualTo(match);
    assertThat(new String(FleetMatchJson.key(match), UTF_8))
        .isEqualTo("[\"Tool on several hosts\",\"tool1\"]");
  }

  @Test
  void hugeEventsAreCutToWhatKafkaTakes() throws Exception {
    StringBuilder line = new StringBuilder("tool");
    for (int i = 0; i < 65_530 - 4; i++) {
      line.append('\u0001');
    }
    Map<String, String> labels = new TreeMap<>();
    for (int i = 0; i < 200; i++) {
      labels.put("label" + i, line.substring(0, 1_000));
    }
    ContainerLog log =
        new ContainerLog(NOON, WEB, ContainerLog.Stream.STDOUT, line.toString(), 65_530, false);
    found.send(exec(NOON, WEB, "tool1"));
    FleetMatch huge =
        new FleetMatch(
            found.matches.getFirst().occurrence(),
            new Observed(found.matches.getFirst().cause().id(), log),
            null,
            new TreeMap<>(labels));
    byte[] record = FleetMatchJson.write(huge);
    assertThat(record).hasSizeLessThan(1_000_000);
    FleetMatch read = FleetMatchJson.read(record);
    assertThat(read.cause().id()).isEqualTo(huge.cause().id());
    assertThat(read.labels()).hasSizeBetween(20, 40);
  }

  @Test
  void threeHostsAreOneAlertWithTheCausesOfAll() throws Exception {
    replay(spread("tool1", List.of(0, 1, 2), 0));
    assertThat(fleet).extracting(alert -> alert.rule().name()).containsExactly(SPREAD);
    Alert alert = fleet.getFirst();
    assertThat(alert.output()).isEqualTo("tool1 in 3 containers");
    assertThat(alert.groupBy()).containsExactly("tool1");
    assertThat(alert.message()).isEqualTo("Tool on several hosts: tool1");
    assertThat(Objects.requireNonNull(alert.correlation()).causes())
        .extracting(cause -> cause.event().host().value())
        .containsExactly("h0", "h1", "h2");
  }

  /** A tool is started on hosts, each a second after the one before. */
  private static List<TestHistory.Batch> spread(String tool, List<Integer> hosts, int sequence) {
    List<TestHistory.Batch> batches = new ArrayList<>();
    for (int host : hosts) {
      batches.add(
          TestCorrelations.batch(
              host,
              sequence,
              exec(NOON + (sequence * 10 + host) * SECOND, container(host + 1, "c"), tool)));
    }
    return batches;
  }

  @Test
  void alertHasTheSameIdWhicheverHostIsHeardFirst() throws Exception {
    List<TestHistory.Batch> batches = spread("tool1", List.of(0, 1, 2), 0);
    List<String> ids = new ArrayList<>();
    for (int i = 0; i < 6; i++) {
      fleet.clear();
      Collections.shuffle(batches, new Random(i));
      replay(batches);
      ids.addAll(Published.ids(fleet));
    }
    assertThat(ids).hasSize(6).containsOnly(ids.getFirst());
  }

  @Test
  void correlationOverAllHostsIsPartOfAnother() throws Exception {
    List<TestHistory.Batch> batches = spread("tool1", List.of(0, 1, 2), 0);
    batches.addAll(spread("tool2", List.of(0, 1, 2), 1));
    replay(batches);
    assertThat(fleet)
        .extracting(alert -> alert.rule().name())
        .containsExactly(SPREAD, SPREAD, SPREADS);
    assertThat(fleet.getLast().output()).isEqualTo("2 tools, last tool2");
    assertThat(fleet.getLast().groupBy()).isEmpty();
  }

  @Test
  void bytesOfSeveralHostsAreAddedUp() throws Exception {
    List<TestHistory.Batch> batches = new ArrayList<>();
    for (int host = 0; host < 3; host++) {
      batches.add(
          TestCorrelations.batch(
              host, 0, egress(NOON, container(host + 1, "c"), "203.0.113.9", 400_000)));
    }
    replay(batches.subList(0, 2));
    assertThat(fleet).isEmpty();
    replay(batches);
    assertThat(fleet).extracting(alert -> alert.rule().name()).containsExactly(SENT);
    assertThat(fleet.getFirst().output()).isEqualTo("1200000 bytes to 203.0.113.9");
  }

  @Test
  void secondStageThatIsRestoredAgainAndAgainFindsTheSame() {
    Findings first = new Findings(RULES);
    TestCorrelations.random(3, 4, 3_000).forEach(batch -> first.take(batch.value()));
    Findings steady = new Findings(RULES);
    fleet(first.matches, steady, new WindowState());
    assertThat(steady.alertedRules()).contains(SPREAD, SENT);

    Random random = new Random(4);
    Map<String, byte[]> changelog = new LinkedHashMap<>();
    Findings parts = new Findings(RULES);
    int from = 0;
    while (from < first.matches.size()) {
      WindowState state = new WindowState();
      changelog.forEach((key, value) -> state.restore(HexFormat.of().parseHex(key), value));
      state.index();
      int to = Math.min(first.matches.size(), from + 1 + random.nextInt(60));
      fleet(first.matches.subList(from, to), parts, state);
      drain(state, changelog);
      from = to;
    }
    assertThat(parts.alerts).isEqualTo(steady.alerts);
    assertThat(parts.matches).isEqualTo(steady.matches);
    assertThat(parts.incidents).isEqualTo(steady.incidents);
  }

  private static void fleet(List<FleetMatch> matches, Findings to, WindowState state) {
    FleetDetector detector =
        new FleetDetector(RULES, DetectorSettings.DEFAULTS, state, new Tally());
    matches.forEach(match -> detector.process(match, to));
  }

  @Test
  void secondStageIsBoundedAndSaysSo() {
    DetectorSettings small =
        new DetectorSettings(DetectorSettings.DEFAULTS.allowedNetworks(), 1 << 20, 100, 32);
    WindowState state = new WindowState();
    FleetDetector detector = new FleetDetector(RULES, small, state, new Tally());
    Findings out = new Findings(RULES);
    for (int i = 0; i < 500; i++) {
      found.send(exec(NOON, WEB, "tool" + i));
    }
    found.matches.forEach(match -> detector.process(match, out));
    assertThat(state.size()).isLessThanOrEqualTo(32);
    assertThat(detector.tally().of(Tally.Count.EVICTED_GROUPS)).isEqualTo(500 - state.size());
    assertThat(out.alertedRules()).containsExactly("Correlation groups lost");
  }

  @Test
  void secondStageForgetsWindowsThatWereLongNotUsed() {
    WindowState state = new WindowState();
    found.send(exec(NOON, WEB, "tool1"));
    fleet(found.matches, found, state);
    state.tick(700 * SECOND);
    assertThat(state.size()).isEqualTo(1);
    state.tick(200 * SECOND);
    assertThat(state.size()).isZero();
  }

  @Test
  void alertOverAllHostsHasAnIncidentThatCountsAndCloses() throws Exception {
    for (TestHistory.Batch batch : spread("tool1", List.of(0, 1, 2), 0)) {
      found.take(batch.value());
    }
    for (int i = 1; i <= 10; i++) {
      found.take(
          TestCorrelations.batch(
                  0, i, exec(NOON + (2 + i) * SECOND / 2, container(1, "c"), "tool1"))
              .value());
    }
    Findings out = new Findings(RULES);
    WindowState state = new WindowState();
    fleet(found.matches, out, state);
    assertThat(out.incidents).hasSizeBetween(3, 7);
    Incident last = out.lastIncident();
    assertThat(last.state()).isEqualTo(Incident.State.OPEN);
    assertThat(last.timeline().getFirst().alert()).isEqualTo(out.alerts.getFirst().id());
    assertThat(last.timeline().getFirst().lastCauses()).isNotEmpty();
    new FleetDetector(RULES, DetectorSettings.DEFAULTS, state, new Tally())
        .tick(3_600 * SECOND, out);
    assertThat(out.lastIncident().state()).isEqualTo(Incident.State.CLOSED);
    assertThat(out.lastIncident().id()).isEqualTo(last.id());
    assertThat(out.lastIncident().matches()).isEqualTo(11);
    assertThat(IncidentJson.read(IncidentJson.write(last))).isEqualTo(last);
  }

  @Test
  void matchOfACorrelationThatIsNotInForceIsCounted() {
    found.send(exec(NOON, WEB, "tool1"));
    Findings other = new Findings(TestEvents.SHELL_RULES);
    FleetDetector detector =
        new FleetDetector(
            TestEvents.SHELL_RULES, DetectorSettings.DEFAULTS, new WindowState(), new Tally());
    detector.process(found.matches.getFirst(), other);
    assertThat(detector.tally().of(Tally.Count.STRAY_MATCHES)).isEqualTo(1);
    assertThat(other.alerts).isEmpty();
  }

  @Test
  void recordingGivesTheAlertsOfBothStages() throws Exception {
    List<TestHistory.Batch> history = TestCorrelations.random(5, 3, 1_500);
    replay(history);
    List<Alert> live = List.copyOf(fleet);
    assertThat(live)
        .extracting(alert -> alert.rule().name())
        .contains(BURST, FETCHED, SPREAD, SENT);
    fleet.clear();
    Replay replay = new Replay(RULES, DetectorSettings.DEFAULTS, fleet::add);
    for (String line : ReplayTest.recording(history.stream().map(b -> b.value()).toList())) {
      replay.add(EventJson.read(line));
    }
    replay.end();
    assertThat(fleet).isEqualTo(live);
  }

  @Test
  void otherHostsAreOtherGroupsOfTheState() {
    HostId other = new HostId("other");
    found.send(shell(NOON, WEB));
    found.sendFrom(other, shell(NOON, WEB));
    assertThat(found.state.windows().size()).isEqualTo(2);
  }
}
