package io.leukocyte.analyzer;

import static io.leukocyte.analyzer.TestEvents.HOST;
import static io.leukocyte.analyzer.TestEvents.NOON;
import static io.leukocyte.analyzer.TestEvents.OTHER_HOST;
import static io.leukocyte.analyzer.TestEvents.SECOND;
import static io.leukocyte.analyzer.TestEvents.heartbeat;
import static org.assertj.core.api.Assertions.assertThat;

import io.leukocyte.events.CheckResult;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.common.Metric;
import org.apache.kafka.common.MetricName;
import org.apache.kafka.streams.KafkaStreams.State;
import org.junit.jupiter.api.Test;

class AnalyzerHealthTest {
  private static final long NOW = NOON / 1_000_000;

  private final Findings found = new Findings(TestEvents.NO_RULES);
  private final TaskWatch watch = new TaskWatch(1);
  private final Map<MetricName, Metric> streams = new HashMap<>();
  private long now = NOW;
  private final AnalyzerHealth health =
      new AnalyzerHealth(() -> streams, Set.of(watch), Duration.ofSeconds(6), () -> now);

  private record Fixed(MetricName metricName, Object metricValue) implements Metric {}

  private void streams(String name, double value) {
    MetricName metric = new MetricName(name, "group", "", Map.of("partition", "1"));
    streams.put(metric, new Fixed(metric, value));
  }

  private CheckResult check(String name) {
    return health.check().stream()
        .filter(result -> result.name().equals(name))
        .findFirst()
        .orElseThrow();
  }

  @Test
  void allIsWellAtFirst() {
    assertThat(health.check()).hasSize(3).allMatch(result -> result instanceof CheckResult.Ok);
  }

  @Test
  void kafkaThatDoesNotAnswerIsSaid() {
    streams("last-heartbeat-seconds-ago", 11);
    assertThat(check("kafka")).isInstanceOf(CheckResult.Ok.class);
    streams("last-heartbeat-seconds-ago", 13);
    assertThat(check("kafka"))
        .isInstanceOfSatisfying(
            CheckResult.Failed.class,
            failed -> assertThat(failed.problem()).contains("not answered for 13 s"));
  }

  @Test
  void lagIsSaidWithItsAge() {
    found.send(heartbeat(NOON));
    watch.batch(found.state, HOST, NOW - 30_000, NOW);
    assertThat(health.lag()).isEqualTo(new AnalyzerHealth.Lag(0, 0));
    streams("records-lag", 500);
    assertThat(health.lag()).isEqualTo(new AnalyzerHealth.Lag(500, 30_000));
    assertThat(check("lag"))
        .isInstanceOfSatisfying(
            CheckResult.Degraded.class,
            degraded -> {
              assertThat(degraded.problem()).isEqualTo("Detection is 30 s behind, 500 batches");
              assertThat(degraded.todo()).contains("analyzer.threads");
            });
  }

  @Test
  void batchesThatNobodyTakesAreSaid() {
    found.send(heartbeat(NOON));
    watch.begin(found.state, NOW);
    watch.batch(found.state, HOST, NOW, NOW);
    streams("records-lag", 1);
    now += 120_000;
    assertThat(check("lag")).isInstanceOf(CheckResult.Degraded.class);
    now += 1_000;
    assertThat(check("lag"))
        .isInstanceOfSatisfying(
            CheckResult.Failed.class,
            failed -> {
              assertThat(failed.problem())
                  .isEqualTo("Batches wait and none was taken for two minutes, of partition 1");
              assertThat(failed.todo()).contains("find-hanging");
            });
    watch.batch(found.state, HOST, now, now);
    assertThat(check("lag")).isInstanceOf(CheckResult.Ok.class);
    now += 121_000;
    streams("records-lag", 0);
    assertThat(check("lag")).isInstanceOf(CheckResult.Ok.class);
  }

  @Test
  void partitionsThatAreTakenUpForTooLongAreSaid() {
    health.changed(State.RUNNING);
    assertThat(health.detection(State.RUNNING, 5))
        .isEqualTo(new CheckResult.Ok("analyzer", "5 rules, detection is running"));
    health.changed(State.REBALANCING);
    now += 120_000;
    assertThat(health.detection(State.REBALANCING, 5)).isInstanceOf(CheckResult.Degraded.class);
    now += 1_000;
    assertThat(health.detection(State.REBALANCING, 5))
        .isInstanceOfSatisfying(
            CheckResult.Failed.class,
            failed -> {
              assertThat(failed.problem()).contains("for 121 s");
              assertThat(failed.todo()).contains("find-hanging");
            });
    health.changed(State.RUNNING);
    health.changed(State.REBALANCING);
    assertThat(health.detection(State.REBALANCING, 5)).isInstanceOf(CheckResult.Degraded.class);
  }

  @Test
  void silentHostIsNamedUntilItIsGone() {
    found.send(heartbeat(NOON)).sendFrom(OTHER_HOST, heartbeat(NOON));
    watch.batch(found.state, HOST, NOW, NOW);
    now += 121_000;
    watch.batch(found.state, OTHER_HOST, now, now);
    assertThat(check("hosts"))
        .isInstanceOfSatisfying(
            CheckResult.Degraded.class,
            degraded -> assertThat(degraded.problem()).endsWith("two minutes: host-a"));
    now += 3_600_000;
    watch.batch(found.state, OTHER_HOST, now, now);
    assertThat(check("hosts")).isEqualTo(new CheckResult.Ok("hosts", "1 hosts are heard"));
  }

  @Test
  void restoredHostIsSilentFromTheStartOfTheTaskUnlessItWasGone() {
    found.send(heartbeat(NOON)).sendFrom(OTHER_HOST, heartbeat(NOON - 3_700 * SECOND));
    watch.begin(found.state, NOW);
    assertThat(check("hosts")).isEqualTo(new CheckResult.Ok("hosts", "1 hosts are heard"));
    now += 121_000;
    assertThat(check("hosts")).isInstanceOf(CheckResult.Degraded.class);
  }

  @Test
  void clockAheadIsNamed() {
    found.send(heartbeat(NOON + 3_600 * SECOND));
    watch.batch(found.state, HOST, NOW, NOW);
    assertThat(check("hosts"))
        .isInstanceOfSatisfying(
            CheckResult.Degraded.class,
            degraded ->
                assertThat(degraded.problem())
                    .isEqualTo("The clocks of 1 hosts are more than a minute ahead: host-a"));
  }

  @Test
  void gaugesTellTheSame() {
    SimpleMeterRegistry registry = new SimpleMeterRegistry();
    health.register(registry);
    found.send(heartbeat(NOON));
    watch.batch(found.state, HOST, NOW - 2_000, NOW);
    streams("records-lag", 7);
    streams("commit-latency-max", 40);
    assertThat(registry.get("leuko.analyzer.lag").gauge().value()).isEqualTo(7);
    assertThat(registry.get("leuko.analyzer.lag.age").timeGauge().value(TimeUnit.SECONDS))
        .isEqualTo(2);
    assertThat(registry.get("leuko.analyzer.commit.max").timeGauge().value(TimeUnit.SECONDS))
        .isEqualTo(0.04);
    assertThat(registry.get("leuko.analyzer.state").tag("what", "hosts").gauge().value())
        .isEqualTo(1);
    now += 121_000;
    assertThat(registry.get("leuko.analyzer.hosts.silent").gauge().value()).isEqualTo(1);
  }
}
