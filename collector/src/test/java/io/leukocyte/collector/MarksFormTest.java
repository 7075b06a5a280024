package io.leukocyte.collector;

import static io.leukocyte.collector.TestEvents.DATABASE;
import static io.leukocyte.collector.TestEvents.WEB;
import static org.assertj.core.api.Assertions.assertThat;

import io.leukocyte.collector.Marks.LogMark;
import io.leukocyte.engine.LogPlace;
import io.leukocyte.events.BatchCursor;
import io.leukocyte.events.BatchLimits;
import io.leukocyte.events.BatchWriter;
import io.leukocyte.events.ContainerId;
import io.leukocyte.events.MalformedBatchException;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

class MarksFormTest {
  private static final long NOW = TestBatches.EPOCH * 1_000_000 + 3_600_000_000_123L;

  private static Map<ContainerId, LogPlaces.Numbered> logs(ContainerId id, LogMark mark) {
    return Map.of(id, new LogPlaces.Numbered(1, mark));
  }

  /** A batch with a line of WEB in it. */
  private static BatchCursor batch(Map<ContainerId, LogPlaces.Numbered> logs)
      throws MalformedBatchException {
    BatchWriter writer = new BatchWriter(TestBatches.HOST, TestBatches.EPOCH);
    writer.add(TestEvents.line(WEB, NOW, "a line"));
    byte[] marks = MarksForm.encode(logs, writer.containerNumbers(), TestBatches.EPOCH);
    return BatchCursor.over(writer.finish(3, marks));
  }

  private static BatchCursor withMarks(byte[] marks) throws MalformedBatchException {
    BatchWriter writer = new BatchWriter(TestBatches.HOST, TestBatches.EPOCH);
    writer.add(TestEvents.line(WEB, NOW, "a line"));
    return BatchCursor.over(writer.finish(3, marks));
  }

  @Test
  void placesOfEachFormComeBack() throws MalformedBatchException {
    long most = Long.MAX_VALUE;
    List<LogMark> marks =
        List.of(
            LogMark.NONE,
            LogMark.both(NOW),
            new LogMark(LogPlace.at(NOW), LogPlace.BEGIN),
            new LogMark(new LogPlace(NOW, 64_769, 1_234_567, 70_001, NOW), LogPlace.at(NOW - 5)),
            new LogMark(LogPlace.BEGIN, new LogPlace(NOW, 1, 2, 0, 0)),
            new LogMark(new LogPlace(NOW, 8, 9, 10, NOW), new LogPlace(NOW - 1, 8, 9, 7, NOW - 1)),
            new LogMark(new LogPlace(NOW, 8, 9, 10, NOW), new LogPlace(NOW - 1, 8, 10, 7, NOW)),
            new LogMark(
                new LogPlace(most, most, most, most, most), new LogPlace(1, -1, -1, most, 1)));
    for (LogMark mark : marks) {
      for (ContainerId id : List.of(WEB, DATABASE)) {
        assertThat(MarksForm.decode(batch(logs(id, mark)))).contains(Map.of(id, mark));
      }
    }
  }

  @Test
  void aPlaceOfAContainerOfTheBatchCostsLittle() throws MalformedBatchException {
    LogMark mark =
        new LogMark(
            new LogPlace(NOW, 64_769, 1_234_567, 5_000_000, NOW),
            new LogPlace(NOW - 1_000_000_000, 64_769, 1_234_567, 4_999_000, NOW - 1_000_000_000));
    assertThat(batch(logs(WEB, mark)).marks()).hasSizeLessThanOrEqualTo(50);
    assertThat(batch(Map.of()).marks()).isEmpty();
  }

  @Test
  void whatPassesTheBoundIsLeftOutAsAWhole() throws MalformedBatchException {
    Map<ContainerId, LogPlaces.Numbered> logs = new LinkedHashMap<>();
    long most = Long.MAX_VALUE;
    LogMark mark = LogMark.both(most);
    for (int i = 0; i < 2_000; i++) {
      logs.put(new ContainerId("%064x".formatted(i)), new LogPlaces.Numbered(i, mark));
    }
    BatchCursor cursor = batch(logs);
    assertThat(cursor.marks().length).isBetween(32_000, BatchLimits.MAX_MARKS_BYTES);
    Map<ContainerId, LogMark> read = MarksForm.decode(cursor).orElseThrow();
    assertThat(read)
        .hasSizeBetween(500, 1_000)
        .allSatisfy((id, m) -> assertThat(m).isEqualTo(mark));
    assertThat(logs.keySet().stream().limit(read.size())).hasSameElementsAs(read.keySet());
  }

  @Test
  void theFormOfALaterCollectorIsPassedOver() throws MalformedBatchException {
    byte[] marks = batch(logs(WEB, LogMark.both(NOW))).marks();
    marks[0] = 2;
    assertThat(MarksForm.decode(withMarks(marks))).isEmpty();
  }

  @Test
  void bytesOfAnyKindAreRefusedOrArePlaces() throws MalformedBatchException {
    Random random = new Random(41);
    byte[] sound =
        batch(
                logs(
                    DATABASE,
                    new LogMark(
                        new LogPlace(NOW, 8, 9, 10, NOW), new LogPlace(NOW, 8, 9, 10, NOW))))
            .marks();
    for (int length = 2; length < sound.length; length++) {
      assertThat(MarksForm.decode(withMarks(Arrays.copyOf(sound, length))))
          .as("length %d", length)
          .isEmpty();
    }
    int refused = 0;
    for (int i = 0; i < 20_000; i++) {
      byte[] bytes = sound.clone();
      for (int n = random.nextInt(3); n >= 0; n--) {
        bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
      }
      Optional<Map<ContainerId, LogMark>> read = MarksForm.decode(withMarks(bytes));
      refused += read.isEmpty() ? 1 : 0;
    }
    assertThat(refused).isBetween(100, 19_900);
  }
}
