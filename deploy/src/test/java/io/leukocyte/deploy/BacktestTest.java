package io.leukocyte.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import io.leukocyte.analyzer.DetectorSettings;
import io.leukocyte.events.BatchWriter;
import io.leukocyte.events.EventId;
import io.leukocyte.events.EventJson;
import io.leukocyte.events.HostId;
import io.leukocyte.events.MalformedJsonException;
import io.leukocyte.events.Observed;
import io.leukocyte.events.SensorHeartbeat;
import io.leukocyte.responder.Foresight;
import io.leukocyte.responder.PolicyFile;
import io.leukocyte.responder.PolicySet;
import io.leukocyte.rules.RuleFile;
import io.leukocyte.rules.RuleSet;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class BacktestTest {
  private static final Path RECORDING = Path.of("src/test/resources/recordings/shell.ndjson");
  private static final String SHELL =
      "- rule: A shell\n  desc: d\n"
          + "  condition: evt.type = execve and container.id != host and proc.name in (sh, bash)\n"
          + "  output: o\n  priority: WARNING\n";
  private static final String OPEN =
      "- rule: A secret is read\n  desc: d\n"
          + "  condition: evt.type = openat and fd.name = /etc/shadow\n"
          + "  output: o\n  priority: WARNING\n";
  private static final String POLICY =
      "- policy: isolate\n  match: {rules: [A shell]}\n  actions: [quarantine: {for: 5m}]\n"
          + "  guard: {mode: dry-run}\n";

  private static Backtest backtest(String rules) throws IOException, MalformedJsonException {
    RuleSet.Loaded loaded = RuleSet.load(List.of(new RuleFile("new.yaml", rules)));
    assertThat(loaded.problems()).isEmpty();
    Backtest backtest = new Backtest(loaded.rules(), DetectorSettings.DEFAULTS, 1);
    batches().forEach(backtest::add);
    return backtest;
  }

  /** The recording as it was in Kafka. */
  private static List<byte[]> batches() throws IOException, MalformedJsonException {
    Map<Long, List<Observed>> bySequence = new TreeMap<>();
    for (String line : Files.readAllLines(RECORDING)) {
      Observed observed = EventJson.read(line, new EventId(new HostId("h"), 0, 0, 0));
      bySequence.computeIfAbsent(observed.id().sequence(), n -> new ArrayList<>()).add(observed);
    }
    return bySequence.values().stream().map(BacktestTest::batch).toList();
  }

  private static byte[] batch(List<Observed> events) {
    EventId first = events.getFirst().id();
    BatchWriter writer = new BatchWriter(first.host(), first.epoch());
    events.forEach(observed -> writer.add(observed.event()));
    return writer.finish(first.sequence(), first.index());
  }

  @Test
  void itCountsWhatARuleWouldHaveFoundAndWhere() throws Exception {
    Backtest backtest = backtest(SHELL);
    Backtest.Finding shell = backtest.findings().getFirst();
    assertThat(shell.rule()).isEqualTo("A shell");
    assertThat(shell.alerts()).isPositive();
    assertThat(shell.containers().values().stream().mapToLong(n -> n).sum())
        .isEqualTo(shell.alerts());
    assertThat(shell.examples()).hasSize(1);
    assertThat(backtest.events()).isEqualTo(Files.readAllLines(RECORDING).size());
    assertThat(backtest.collectedSince("A shell")).isEqualTo(backtest.begin());
  }

  /** Nobody asked for opened files in those days: that none was found says nothing. */
  @Test
  void aRuleWhoseEventsWereNotCollectedSaysSo() throws Exception {
    Backtest backtest = backtest(OPEN);
    assertThat(backtest.findings().getFirst().alerts()).isZero();
    assertThat(backtest.collectedSince("A secret is read")).isNull();
  }

  /** What a collector lets pass of opened files follows from the rules that it has. */
  @Test
  void pathsAreSureOnceCollectorsHadTheseRules() throws Exception {
    Backtest backtest = backtest(SHELL + OPEN);
    long later = backtest.end();
    assertThat(backtest.pathsSince("A shell")).isEqualTo(backtest.begin());
    assertThat(backtest.pathsSince("A secret is read")).isNull();
    backtest.add(heartbeat(later + 1, "other", 1_000));
    assertThat(backtest.pathsSince("A secret is read")).isNull();
    backtest.add(heartbeat(later + 2, hash(SHELL + OPEN), 1_001));
    assertThat(backtest.pathsSince("A secret is read")).isEqualTo(later + 1);
    assertThat(backtest.pathsSince("A shell")).isEqualTo(backtest.begin());
  }

  private static String hash(String rules) {
    return RuleSet.load(List.of(new RuleFile("new.yaml", rules))).rules().hash();
  }

  private static byte[] heartbeat(long time, String bundle, long sequence) {
    BatchWriter writer = new BatchWriter(new HostId("other"), 1);
    writer.add(new SensorHeartbeat(time, "h", "ebpf", List.of(), bundle, "1", 0, 0, 0, 0, 0));
    return writer.finish(sequence);
  }

  @Test
  void aCorrelationIsCollectedAsFarAsItsRulesAre() throws Exception {
    String both =
        "- correlation: both\n  desc: d\n  type: %s\n  rules: [A shell, A secret is read]\n"
            + "  group-by: [container.id]\n  timespan: 60s\n%s  output: o\n  priority: ERROR\n";
    Backtest inTime = backtest(SHELL + OPEN + both.formatted("temporal", ""));
    assertThat(inTime.findings()).extracting(Backtest.Finding::rule).contains("both");
    assertThat(inTime.collectedSince("both")).isNull();
    Backtest counted =
        backtest(SHELL + OPEN + both.formatted("event_count", "  condition: {gte: 9}\n"));
    assertThat(counted.collectedSince("both")).isEqualTo(counted.begin());
  }

  @Test
  void itTellsWhatThePoliciesWouldHaveDoneWhateverTheirMode() throws Exception {
    PolicySet.Loaded policies = PolicySet.load(List.of(new PolicyFile("p.yaml", POLICY)), Set.of());
    assertThat(policies.problems()).isEmpty();
    assertThat(backtest(SHELL).foresee(policies.policies()))
        .containsKey(new Foresight.Planned("isolate", "quarantine", true));
    assertThat(backtest(OPEN).foresee(policies.policies())).isEmpty();
  }

  @Test
  void aBatchThatCannotBeReadIsCounted() throws Exception {
    Backtest backtest = backtest(SHELL);
    backtest.add(new byte[] {1, 2, 3});
    assertThat(backtest.unreadable()).isOne();
  }
}
