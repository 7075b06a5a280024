package io.leukocyte.analyzer;

import static io.leukocyte.analyzer.TestCorrelations.BURST;
import static io.leukocyte.analyzer.TestCorrelations.BURSTS;
import static io.leukocyte.analyzer.TestCorrelations.FETCHED;
import static io.leukocyte.analyzer.TestCorrelations.RULES;
import static io.leukocyte.analyzer.TestCorrelations.SPREAD;
import static io.leukocyte.analyzer.TestCorrelations.SPREADS;
import static io.leukocyte.analyzer.TestCorrelations.container;
import static io.leukocyte.analyzer.TestEvents.NOON;
import static io.leukocyte.analyzer.TestEvents.SECOND;
import static io.leukocyte.analyzer.TestEvents.exec;
import static org.assertj.core.api.Assertions.assertThat;

import io.leukocyte.events.Alert;
import io.leukocyte.events.Event;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Correlations over hosts in two partitions, on a real broker, with the analyzer killed in the
 * middle of windows: the committed alerts of both stages are those of one replay.
 */
class CorrelationIT {
  private static final int PARTITIONS = 2;
  private static final int HOSTS = 3;
  private static final int ROUNDS = 20;
  private static final int BATCHES_A_ROUND = 30;

  @TempDir Path folder;

  @Test
  void killedAnalyzerRaisesEachAlertOfBothStagesExactlyOnce() throws Exception {
    TestHistory history = history();
    List<Alert> expected = new ArrayList<>();
    Replay replay = new Replay(RULES, DetectorSettings.DEFAULTS, expected::add);
    for (TestHistory.Batch batch : history.batches()) {
      replay.add(batch.value());
    }
    assertThat(expected)
        .extracting(alert -> alert.rule().name())
        .contains(BURST, BURSTS, FETCHED, SPREAD, SPREADS);

    try (TestBroker broker = TestBroker.start(folder.resolve("kafka"), PARTITIONS)) {
      Published published = new Published(broker, PARTITIONS);
      Feed feed = new Feed(broker, history, Duration.ofMillis(2)).allow(history.batches().size());
      Process analyzer = AnalyzerProcess.withCorrelations(broker.port(), folder, 0);
      try {
        published.awaitAlerts(expected.size() / 2);
        analyzer.destroyForcibly().waitFor();
        analyzer = AnalyzerProcess.withCorrelations(broker.port(), folder, 1);
        feed.await();
        List<Alert> alerts = published.alertsWhenThereAre(expected.size());
        assertThat(Published.ids(alerts)).doesNotHaveDuplicates();
        assertThat(ids(alerts)).isEqualTo(ids(expected));
        assertThat(alerts).extracting(alert -> alert.rule().name()).contains(SPREADS);
      } finally {
        analyzer.destroyForcibly().waitFor();
      }
    }
  }

  /**
   * Ids of the alerts, but for the correlation of what comes from two partitions: its order is
   * theirs.
   */
  private static Set<String> ids(List<Alert> alerts) {
    Set<String> ids = new HashSet<>();
    for (Alert alert : alerts) {
      if (!alert.rule().name().equals(SPREADS)) {
        ids.add(alert.rule().name() + " " + alert.id().value());
      }
    }
    return ids;
  }

  /** Shells and fetches on all hosts; in each round a tool of its own comes to each host. */
  private static TestHistory history() {
    Random random = new Random(11);
    long[] sequences = new long[HOSTS];
    List<TestHistory.Batch> batches = new ArrayList<>();
    for (int round = 0; round < ROUNDS; round++) {
      for (int i = 0; i < BATCHES_A_ROUND; i++) {
        int host = i % HOSTS;
        long time = NOON + (round * BATCHES_A_ROUND + i) * SECOND;
        int number = host * 100 + random.nextInt(4) + 1;
        Event event =
            i >= BATCHES_A_ROUND - HOSTS
                ? exec(time, container(number, "c"), "tool" + round)
                : exec(time, container(number, "c"), random.nextInt(9) == 0 ? "curl" : "sh");
        Event shell =
            exec(time, container(host * 100 + 9, "d"), random.nextInt(3) == 0 ? "sh" : "cat");
        batches.add(TestCorrelations.batch(host, sequences[host]++, event, shell));
      }
    }
    return new TestHistory(batches);
  }
}
