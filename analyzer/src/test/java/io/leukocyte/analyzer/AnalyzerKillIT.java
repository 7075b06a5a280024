package io.leukocyte.analyzer;

import static org.assertj.core.api.Assertions.assertThat;

import io.leukocyte.events.Alert;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The analyzer is killed in the middle of windows, again and again; nothing is lost or doubled. */
class AnalyzerKillIT {
  private static final int PARTITIONS = 2;
  private static final int KILLS = 3;

  @TempDir Path folder;

  @Test
  void killedAnalyzerRaisesEachAlertExactlyOnce() throws Exception {
    TestHistory history = TestHistory.random(42, 4, 6_000);
    Findings expected = new Findings(TestEvents.SHELL_RULES);
    history.batches().forEach(batch -> expected.take(batch.value()));
    assertThat(expected.alerts).hasSizeGreaterThan(300);

    try (TestBroker broker = TestBroker.start(folder.resolve("kafka"), PARTITIONS)) {
      Published published = new Published(broker, PARTITIONS);
      Feed feed = new Feed(broker, history, Duration.ofMillis(2)).allow(history.batches().size());
      Process analyzer = AnalyzerProcess.start(broker.port(), folder, 0);
      try {
        for (int kill = 1; kill <= KILLS; kill++) {
          published.awaitAlerts(kill * expected.alerts.size() / (KILLS + 1));
          analyzer.destroyForcibly().waitFor();
          analyzer = AnalyzerProcess.start(broker.port(), folder, kill);
        }
        feed.await();
        List<Alert> alerts = published.alertsWhenThereAre(expected.alerts.size());
        assertThat(Published.ids(alerts))
            .doesNotHaveDuplicates()
            .containsAll(Published.ids(expected.alerts));
        assertThat(Published.byHost(alerts)).isEqualTo(Published.byHost(expected.alerts));
        assertThat(Published.byId(published.incidents()))
            .isEqualTo(Published.byId(expected.incidents));
      } finally {
        analyzer.destroyForcibly().waitFor();
      }
    }
  }
}
