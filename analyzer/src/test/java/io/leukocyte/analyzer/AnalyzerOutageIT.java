package io.leukocyte.analyzer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.leukocyte.events.Alert;
import io.leukocyte.events.CheckResult;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Kafka goes away in the middle of windows and comes back; the analyzer goes on by itself. */
class AnalyzerOutageIT {
  private static final int PARTITIONS = 2;
  private static final Duration OUTAGE = Duration.ofSeconds(10);
  private static final Duration PATIENCE = Duration.ofSeconds(90);

  @TempDir Path folder;

  @Test
  void analyzerSaysThatKafkaIsAwayAndGoesOnWhenItIsBack() throws Exception {
    TestHistory history = TestHistory.random(5, 4, 3_000);
    int half = history.batches().size() / 2;
    Findings expected = new Findings(TestEvents.SHELL_RULES);
    history.batches().subList(0, half / 2).forEach(batch -> expected.take(batch.value()));
    int alertsAtQuarter = expected.alerts.size();
    history
        .batches()
        .subList(half / 2, history.batches().size())
        .forEach(batch -> expected.take(batch.value()));

    try (TestBroker broker = TestBroker.start(folder.resolve("kafka"), PARTITIONS);
        Analyzer analyzer =
            new Analyzer(
                AnalyzerProcess.settings(folder.resolve("state")),
                broker.settings(),
                TestEvents.SHELL_RULES,
                new SimpleMeterRegistry())) {
      analyzer.start();
      Published published = new Published(broker, PARTITIONS);
      Feed feed = new Feed(broker, history, Duration.ofMillis(2)).allow(half);
      published.awaitAlerts(alertsAtQuarter);
      long gone = System.nanoTime();
      broker.stop();
      await()
          .atMost(PATIENCE)
          .untilAsserted(() ->
              assertThat(analyzer.check())
                  .filteredOn(result -> result.name().equals("kafka"))
                  .singleElement()
                  .isInstanceOf(CheckResult.Failed.class));
      await().atMost(PATIENCE).until(() -> System.nanoTime() - gone >= OUTAGE.toNanos());
      broker.restart();
      feed.allow(history.batches().size() - half).await();
      List<Alert> alerts = published.alertsWhenThereAre(expected.alerts.size());
      assertThat(Published.ids(alerts)).doesNotHaveDuplicates();
      assertThat(Published.byHost(alerts)).isEqualTo(Published.byHost(expected.alerts));
      assertThat(Published.byId(published.incidents()))
          .isEqualTo(Published.byId(expected.incidents));
      await()
          .atMost(PATIENCE)
          .untilAsserted(() ->
              assertThat(analyzer.check())
                  .allMatch(result -> !(result instanceof CheckResult.Failed)));
    }
  }
}
