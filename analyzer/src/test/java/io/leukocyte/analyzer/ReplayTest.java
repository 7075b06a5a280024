package io.leukocyte.analyzer;

import static io.leukocyte.analyzer.TestEvents.HOST;
import static io.leukocyte.analyzer.TestEvents.NOON;
import static io.leukocyte.analyzer.TestEvents.SECOND;
import static io.leukocyte.analyzer.TestEvents.SHELL_RULE;
import static io.leukocyte.analyzer.TestEvents.SHELL_RULES;
import static io.leukocyte.analyzer.TestEvents.WEB;
import static io.leukocyte.analyzer.TestEvents.batch;
import static io.leukocyte.analyzer.TestEvents.exec;
import static io.leukocyte.analyzer.TestEvents.shell;
import static org.assertj.core.api.Assertions.assertThat;

import io.leukocyte.events.Alert;
import io.leukocyte.events.BatchCursor;
import io.leukocyte.events.EventId;
import io.leukocyte.events.EventJson;
import io.leukocyte.events.MalformedBatchException;
import io.leukocyte.events.MalformedJsonException;
import io.leukocyte.events.Observed;
import io.leukocyte.events.SensorLoss;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ReplayTest {
  /** The lines that recording the batches would have written. */
  static List<String> recording(List<byte[]> batches) throws MalformedBatchException {
    List<String> lines = new ArrayList<>();
    for (byte[] batch : batches) {
      BatchCursor cursor = BatchCursor.over(batch);
      while (cursor.next()) {
        lines.add(EventJson.line(new Observed(cursor.id(), cursor.event())));
      }
    }
    return lines;
  }

  private static List<Alert> replay(List<String> lines) throws MalformedJsonException {
    List<Alert> alerts = new ArrayList<>();
    Replay replay = new Replay(SHELL_RULES, DetectorSettings.DEFAULTS, alerts::add);
    for (String line : lines) {
      replay.add(EventJson.read(line));
    }
    replay.end();
    return alerts;
  }

  /** Empty batches leave no line; collectors do not send them. */
  private static List<byte[]> batches() {
    return TestHistory.random(7, 3, 1_500).batches().stream()
        .map(TestHistory.Batch::value)
        .filter(batch -> !isEmpty(batch))
        .toList();
  }

  private static boolean isEmpty(byte[] batch) {
    try {
      return BatchCursor.over(batch).count() == 0;
    } catch (MalformedBatchException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void recordingGivesTheAlertsThatItsBatchesGave() throws Exception {
    List<byte[]> batches = batches();
    Findings live = new Findings(SHELL_RULES);
    batches.forEach(live::take);
    assertThat(live.alerts).hasSizeGreaterThan(200);
    assertThat(replay(recording(batches)))
        .isEqualTo(live.alerts.stream().filter(alert -> !isGap(alert)).toList());
  }

  private static boolean isGap(Alert alert) {
    return alert.cause().event() instanceof SensorLoss loss && loss.source().equals("sequence");
  }

  @Test
  void batchesCutOutOfARecordingAreCountedAndNoAlert() throws Exception {
    List<String> lines =
        recording(
            List.of(
                batch(HOST, 0, exec(NOON, WEB, "a")),
                batch(HOST, 7, exec(NOON + SECOND, WEB, "b"))));
    List<Alert> alerts = new ArrayList<>();
    Replay replay = new Replay(SHELL_RULES, DetectorSettings.DEFAULTS, alerts::add);
    for (String line : lines) {
      replay.add(EventJson.read(line));
    }
    replay.end();
    assertThat(alerts).isEmpty();
    assertThat(replay.tally().of(Tally.Count.MISSING_BATCHES)).isEqualTo(6);
  }

  @Test
  void sameRecordingTwiceGivesTheSameAlerts() throws Exception {
    List<String> lines = recording(batches());
    assertThat(replay(lines)).isEqualTo(replay(lines));
  }

  @Test
  void recordingThatLacksRowsKeepsTheIdsOfTheOthers() throws Exception {
    byte[] batch =
        batch(HOST, 5, exec(NOON, WEB, "a"), exec(NOON, WEB, "b"), shell(NOON + SECOND, WEB));
    List<String> lines = recording(List.of(batch));
    lines.remove(1);
    List<Alert> alerts = replay(lines);
    assertThat(alerts).hasSize(1);
    EventId cause = alerts.getFirst().cause().id();
    assertThat(cause).isEqualTo(new EventId(HOST, TestEvents.EPOCH, 5, 2));
    assertThat(alerts.getFirst().id()).isEqualTo(Alert.idOf(SHELL_RULE, List.of(), cause));
  }

  @Test
  void batchesFromKafkaAreTakenAsTheyAre() throws Exception {
    List<byte[]> batches = batches();
    Findings live = new Findings(SHELL_RULES);
    batches.forEach(live::take);
    List<Alert> alerts = new ArrayList<>();
    Replay replay = new Replay(SHELL_RULES, DetectorSettings.DEFAULTS, alerts::add);
    for (byte[] batch : batches) {
      replay.add(batch);
    }
    assertThat(alerts).isEqualTo(live.alerts);
    assertThat(replay.tally().of(Tally.Count.MATCHES)).isEqualTo(live.counted(Tally.Count.MATCHES));
  }
}
