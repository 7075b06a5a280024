package io.leukocyte.events;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Test;

/** Bytes of any kind: refused with the one exception, or a cursor on which nothing fails. */
class HostileBatchTest {
  private static final byte[] STORY = withMarks(TestEvents.STORY);

  /** The story in two parts: what is altered is read much faster so. */
  private static final List<byte[]> PARTS =
      List.of(withMarks(TestEvents.FIRST_STORY), withMarks(TestEvents.SECOND_STORY));

  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  private final BatchCursor cursor = new BatchCursor();

  private static byte[] withMarks(List<Event> events) {
    BatchWriter writer = new BatchWriter(TestEvents.HOST, TestEvents.EPOCH);
    events.forEach(writer::add);
    return writer.finish(7, new byte[] {1, 2, 3, 4, 5, 6, 7, 8, 9});
  }

  /** Whether the bytes were a batch; everything it has was then read. */
  private boolean reads(byte[] bytes) {
    try {
      cursor.open(bytes);
    } catch (MalformedBatchException e) {
      assertThat(cursor.next()).isFalse();
      return false;
    }
    drain();
    return true;
  }

  private void drain() {
    assertThat(cursor.marks()).hasSizeLessThanOrEqualTo(BatchLimits.MAX_MARKS_BYTES);
    for (int c = 1; c <= cursor.containers(); c++) {
      cursor.containerRef(c);
      cursor.containerPrivileged(c);
      for (BatchCursor.ContainerField field : BatchCursor.ContainerField.values()) {
        cursor.containerSymbol(c, field);
      }
    }
    for (int s = 1; s <= cursor.symbols(); s++) {
      cursor.string(s);
      assertThat(cursor.stringAt(s) + cursor.stringLength(s))
          .isLessThanOrEqualTo(cursor.bytes().length);
    }
    while (cursor.next()) {
      for (Column column : cursor.kind().columns()) {
        read(column);
      }
      EventJson.write(new Observed(cursor.id(), cursor.event()));
    }
  }

  private void read(Column column) {
    switch (column.type()) {
      case SYMBOL, TEXT -> cursor.text(column);
      case LIST -> cursor.list(column);
      case INT -> cursor.intAt(column);
      case LONG -> cursor.longAt(column);
    }
  }

  @Test
  void everyTruncationIsRefused() {
    for (int length = 0; length < STORY.length; length++) {
      assertThat(reads(Arrays.copyOf(STORY, length))).as("length %d", length).isFalse();
    }
    assertThat(reads(Arrays.copyOf(STORY, STORY.length + 1))).isFalse();
    assertThat(reads(STORY)).isTrue();
  }

  @Test
  void everySingleBitFlipIsRefusedOrReadable() {
    for (byte[] part : PARTS) {
      int refused = 0;
      for (int bit = 0; bit < part.length * 8; bit++) {
        byte[] bytes = part.clone();
        bytes[bit / 8] ^= (byte) (1 << bit % 8);
        if (!reads(bytes)) {
          refused++;
        }
      }
      assertThat(refused).isBetween(1_000, part.length * 8 - 1_000);
    }
  }

  @Test
  void randomMutationsAreRefusedOrReadable() {
    Random random = new Random(31);
    int refused = 0;
    for (int i = 0; i < 200_000; i++) {
      byte[] bytes = PARTS.get(i % 2).clone();
      for (int n = random.nextInt(4); n >= 0; n--) {
        mutate(bytes, random);
      }
      if (!reads(bytes)) {
        refused++;
      }
    }
    assertThat(refused).isBetween(20_000, 199_000);
  }

  private static void mutate(byte[] bytes, Random random) {
    int at = random.nextInt(bytes.length - 8);
    ByteBuffer buffer = Batches.little(bytes);
    switch (random.nextInt(6)) {
      case 0 -> bytes[at] = (byte) random.nextInt();
      case 1 -> buffer.putInt(at, random.nextInt());
      case 2 -> buffer.putInt(at, random.nextInt(64));
      case 3 -> buffer.putShort(at, (short) random.nextInt());
      case 4 -> buffer.putLong(at, random.nextBoolean() ? -1 : Long.MIN_VALUE);
      default -> System.arraycopy(bytes, random.nextInt(bytes.length - 8), bytes, at, 8);
    }
  }

  @Test
  void randomBytesAreRefused() {
    Random random = new Random(32);
    for (int i = 0; i < 10_000; i++) {
      byte[] bytes = new byte[random.nextInt(300)];
      random.nextBytes(bytes);
      if (bytes.length > 12 && random.nextBoolean()) {
        System.arraycopy(STORY, 0, bytes, 0, 8);
        Batches.little(bytes).putInt(8, bytes.length);
      }
      assertThat(reads(bytes)).isFalse();
    }
  }

  @Test
  void hugeCountsAreRefusedBeforeMemoryIsTaken() {
    List<Integer> counts = new ArrayList<>(List.of(32));
    int at = Batches.little(STORY).getShort(6);
    for (Batches.Section section : Batches.sections(STORY)) {
      counts.add(at + 4);
      if (section.id() <= 2) {
        counts.add(at + 8);
      }
      at += 8 + section.content().length;
    }
    for (int position : counts) {
      for (int value : List.of(Integer.MAX_VALUE, -1, Integer.MIN_VALUE, 70_000)) {
        byte[] bytes = STORY.clone();
        Batches.little(bytes).putInt(position, value);
        long before = THREADS.getCurrentThreadAllocatedBytes();
        assertThat(reads(bytes)).as("%d at %d", value, position).isFalse();
        assertThat(THREADS.getCurrentThreadAllocatedBytes() - before).isLessThan(1 << 20);
      }
    }
  }

  @Test
  void batchBeyondTheLimitIsRefused() {
    byte[] bytes = Arrays.copyOf(STORY, BatchLimits.MAX_BYTES + 1);
    Batches.little(bytes).putInt(8, bytes.length);

    assertThatThrownBy(() -> cursor.open(bytes))
        .isInstanceOf(MalformedBatchException.class)
        .hasMessage("Not a batch: longer than the limit (1048577)");
  }

  @Test
  void nextBatchDoesNotSeeTheOneBefore() throws MalformedBatchException {
    List<Batches.Section> noText =
        Batches.sections(TestEvents.batch(List.of(TestEvents.WEB_ATTACK))).stream()
            .filter(section -> section.id() != BatchFormat.SECTION_TEXT)
            .map(HostileBatchTest::withoutTextOfRow)
            .toList();
    cursor.open(Batches.ofALaterMinor(STORY));
    cursor.open(Batches.with(STORY, noText, 1, new byte[0]));

    assertThat(cursor.next()).isTrue();
    assertThat(((ContainerLog) cursor.event()).line()).isEmpty();
  }

  private static Batches.Section withoutTextOfRow(Batches.Section section) {
    if (section.id() == BatchFormat.SECTION_ROWS) {
      Batches.little(section.content()).putLong(Columns.Log.LINE.offset(), 0);
    }
    return section;
  }

  @Test
  void portsBeyondTheirRangeDoNotStopTheReader() throws MalformedBatchException {
    byte[] bytes = TestEvents.batch(List.of(TestEvents.CONNECT_OUTSIDE));
    int row = rowsAt(bytes);
    ByteBuffer buffer = Batches.little(bytes);
    buffer.putInt(row + Columns.Connect.SOURCE_PORT.offset(), 70_000);
    buffer.putInt(row + Columns.Connect.DESTINATION_PORT.offset(), -1);
    buffer.putInt(row + Columns.Connect.PROTOCOL.offset(), 200);
    cursor.open(bytes);

    assertThat(cursor.next()).isTrue();
    NetConnect connect = (NetConnect) cursor.event();
    assertThat(connect.source().port()).isEqualTo(70_000 & 0xffff);
    assertThat(connect.destination().port()).isEqualTo(65_535);
    assertThat(connect.protocol()).isEqualTo(Protocol.OTHER);
  }

  private static int rowsAt(byte[] batch) {
    int at = Batches.little(batch).getShort(6);
    for (Batches.Section section : Batches.sections(batch)) {
      if (section.id() == BatchFormat.SECTION_ROWS) {
        return at + 8;
      }
      at += 8 + section.content().length;
    }
    throw new AssertionError("no rows");
  }

  @Test
  void numbersBeyondTheirRangeInCallsDoNotStopTheReader() throws MalformedBatchException {
    for (int count : new int[] {7, Integer.MAX_VALUE, -1}) {
      byte[] bytes = TestEvents.batch(List.of(TestEvents.RING));
      Batches.little(bytes).putInt(rowsAt(bytes) + CallColumns.Kernel.COUNT.offset(), count);
      cursor.open(bytes);

      assertThat(cursor.next()).isTrue();
      assertThat(((KernelCall) cursor.event()).args()).hasSize(count < 0 ? 0 : 6);
    }
    byte[] bytes = TestEvents.batch(List.of(TestEvents.USES));
    Batches.little(bytes)
        .putLong(rowsAt(bytes) + Columns.Stats.CPU_THOUSANDTHS.offset(), Long.MIN_VALUE);
    cursor.open(bytes);

    assertThat(cursor.next()).isTrue();
    assertThat(((ContainerStats) cursor.event()).cpuPercent()).isNegative();
  }

  @Test
  void factsThatAreNoJsonLeaveTheContainerKnown() throws MalformedBatchException {
    byte[] bytes = TestEvents.batch(List.of(TestEvents.FACTS));
    bytes[bytes.length - 1] = '!';
    cursor.open(bytes);

    assertThat(cursor.next()).isTrue();
    assertThat(cursor.event())
        .isEqualTo(ContainerFacts.unknown(TestEvents.FACTS.time(), TestEvents.WEB));
  }

  @Test
  void containerEventWithoutAContainerDoesNotStopTheReader() throws MalformedBatchException {
    byte[] bytes = TestEvents.batch(List.of(TestEvents.DIES));
    Batches.little(bytes).putInt(rowsAt(bytes) + 4, 0);
    cursor.open(bytes);

    assertThat(cursor.next()).isTrue();
    assertThat(((ContainerLifecycle) cursor.event()).container().id().value())
        .isEqualTo("0".repeat(64));
  }

  @Test
  void smallBatchCannotUnfoldIntoManyLists() {
    byte[] nuls = new byte[BatchLimits.MAX_STRING_BYTES];
    byte[] rows = repeat(row(Kind.PROCESS_EXEC, Columns.Proc.ARGS.end(), 1), 12_000);
    assertQuick(batch(nuls, rows, 12_000, new byte[0]));
    rows = repeat(row(Kind.CONTAINER_LIFECYCLE, Kind.CONTAINER_LIFECYCLE.rowLength(), 1), 16_000);
    assertQuick(batch(nuls, rows, 16_000, new byte[0]));
  }

  @Test
  void smallBatchCannotUnfoldIntoManyTexts() {
    byte[] text = "{\"labels\":{".getBytes(StandardCharsets.UTF_8);
    byte[] row = new byte[Kind.CONTAINER_FACTS.rowLength()];
    Batches.little(row)
        .putShort(0, (short) Kind.CONTAINER_FACTS.code())
        .putShort(2, (short) row.length)
        .putInt(20, text.length);

    assertThat(reads(batch(new byte[0], row, 1, text))).isTrue();
    assertThat(reads(batch(new byte[0], repeat(row, 2), 2, text))).isFalse();
  }

  /** A row in which every column that may name a string does. */
  private static byte[] row(Kind kind, int length, int symbol) {
    byte[] row = new byte[length];
    ByteBuffer buffer = Batches.little(row);
    buffer.putShort(0, (short) kind.code()).putShort(2, (short) length);
    for (Column column : kind.columns()) {
      if (column.type() == Column.Type.LIST && column.end() <= length) {
        buffer.putInt(column.offset(), symbol);
      }
    }
    return row;
  }

  private static byte[] repeat(byte[] row, int times) {
    ByteBuffer out = ByteBuffer.allocate(row.length * times);
    for (int i = 0; i < times; i++) {
      out.put(row);
    }
    return out.array();
  }

  private static byte[] batch(byte[] string, byte[] rows, int count, byte[] text) {
    byte[] strings = new byte[6 + string.length];
    Batches.little(strings).putInt(1).putShort((short) string.length).put(string);
    return Batches.with(
        STORY,
        List.of(
            new Batches.Section(BatchFormat.SECTION_STRINGS, strings),
            new Batches.Section(BatchFormat.SECTION_ROWS, rows),
            new Batches.Section(BatchFormat.SECTION_TEXT, text)),
        count,
        new byte[0]);
  }

  private void assertQuick(byte[] bytes) {
    Assertions.assertTimeout(
        Duration.ofSeconds(5),
        () -> {
          cursor.open(bytes);
          int events = 0;
          while (cursor.next()) {
            cursor.event();
            events++;
          }
          assertThat(events).isEqualTo(cursor.count());
        });
  }
}
