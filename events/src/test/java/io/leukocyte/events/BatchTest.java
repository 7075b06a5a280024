package io.leukocyte.events;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class BatchTest {
  private static List<Event> read(byte[] batch) throws MalformedBatchException {
    BatchCursor cursor = BatchCursor.over(batch);
    List<Event> events = new ArrayList<>();
    while (cursor.next()) {
      events.add(cursor.event());
    }
    return events;
  }

  @Test
  void everyEventIsReadBackExactly() throws MalformedBatchException {
    RandomEvents random = new RandomEvents(21);
    BatchWriter writer = new BatchWriter(TestEvents.HOST, TestEvents.EPOCH);
    int total = 0;
    for (int batch = 0; batch < 200; batch++) {
      List<Event> events = new ArrayList<>();
      while (!writer.isFull()) {
        Event event = random.observed().event();
        writer.add(event);
        events.add(event);
      }
      int bytes = writer.bytes();
      byte[] written = writer.finish(batch);

      assertThat(written).hasSize(bytes);
      assertThat(read(written)).isEqualTo(events);
      total += events.size();
    }
    assertThat(total).isEqualTo(200 * BatchLimits.FLUSH_EVENTS);
    assertThat(writer.truncated()).isZero();
  }

  /** One that stands in the batch is copied; the bytes are those of one that is written anew. */
  @Test
  void aProcessOfManyEventsIsWrittenAsIfItWereAnotherEachTime() throws MalformedBatchException {
    ProcessInfo process = TestEvents.SHELL_IN_WEB_CONTAINER.process();
    List<Event> same = new ArrayList<>();
    List<Event> equal = new ArrayList<>();
    for (int i = 0; i < 40; i++) {
      ProcessInfo another = process.with(process.more());
      same.add(new ProcessExit(i, null, process, i, 0));
      equal.add(new ProcessExit(i, null, another, i, 0));
      same.add(new ProcessExec(i, null, process));
      equal.add(new ProcessExec(i, null, another));
    }
    BatchWriter writer = new BatchWriter(TestEvents.HOST, TestEvents.EPOCH);
    for (int batch = 0; batch < 3; batch++) { // what a batch had is not in the next one
      same.forEach(writer::add);
      byte[] written = writer.finish(batch);
      equal.forEach(writer::add);

      assertThat(writer.finish(batch)).isEqualTo(written);
      assertThat(read(written)).isEqualTo(same);
    }
  }

  @Test
  void idIsMadeOfHostEpochSequenceAndIndex() throws MalformedBatchException {
    BatchWriter writer = new BatchWriter(TestEvents.HOST, TestEvents.EPOCH);
    TestEvents.STORY.forEach(writer::add);
    BatchCursor cursor = BatchCursor.over(writer.finish(9, 100));

    for (int i = 0; i < TestEvents.STORY.size(); i++) {
      assertThat(cursor.next()).isTrue();
      assertThat(cursor.id()).isEqualTo(new EventId(TestEvents.HOST, TestEvents.EPOCH, 9, 100 + i));
      assertThat(EventId.parse(cursor.id().toString())).isEqualTo(cursor.id());
      assertThat(cursor.time()).isEqualTo(TestEvents.STORY.get(i).time());
      assertThat(cursor.kind()).isEqualTo(TestEvents.STORY.get(i).kind());
    }
    assertThat(cursor.next()).isFalse();
    cursor.rewind();
    assertThat(cursor.next()).isTrue();
    assertThat(cursor.index()).isEqualTo(100);
  }

  @Test
  void emptyBatchIsABatch() throws MalformedBatchException {
    BatchCursor cursor = BatchCursor.over(TestEvents.batch(List.of()));

    assertThat(cursor.count()).isZero();
    assertThat(cursor.next()).isFalse();
    assertThatThrownBy(cursor::kind).isInstanceOf(IllegalStateException.class);
  }

  @Test
  void stringsAndContainersStandOnceInABatch() throws MalformedBatchException {
    BatchCursor cursor =
        BatchCursor.over(
            TestEvents.batch(
                List.of(
                    TestEvents.SHELL_IN_WEB_CONTAINER,
                    TestEvents.SHELL_IN_WEB_CONTAINER,
                    TestEvents.SHELL_ENDS)));

    assertThat(cursor.containers()).isEqualTo(1);
    assertThat(cursor.symbols()).isEqualTo(12);
    cursor.next();
    int name = cursor.symbol(Columns.Proc.NAME);
    cursor.next();
    assertThat(cursor.symbol(Columns.Proc.NAME)).isEqualTo(name);
    assertThat(cursor.string(name)).isSameAs(cursor.string(name)).isEqualTo("sh");
    assertThat(
            new String(
                cursor.bytes(),
                cursor.stringAt(name),
                cursor.stringLength(name),
                java.nio.charset.StandardCharsets.UTF_8))
        .isEqualTo("sh");
  }

  @Test
  void containerTableIsReadWithoutAnObject() throws MalformedBatchException {
    BatchCursor cursor = BatchCursor.over(TestEvents.batch(TestEvents.STORY));

    assertThat(cursor.containerRef(1)).isEqualTo(TestEvents.WEB);
    assertThat(cursor.containerPrivileged(1)).isFalse();
    assertThat(cursor.string(cursor.containerSymbol(1, BatchCursor.ContainerField.NAME)))
        .isEqualTo("shop-web-1");
    assertThat(cursor.string(cursor.containerSymbol(1, BatchCursor.ContainerField.TAG)))
        .isEqualTo("1.4.2");
    assertThat(cursor.bytes()[cursor.containerIdAt(1)]).isEqualTo((byte) 0x01);
    assertThat(cursor.bytes()[cursor.containerIdAt(1) + 31]).isEqualTo((byte) 0xef);
  }

  @Test
  void cursorIsReusedAndOverNothingAfterAFailure() throws MalformedBatchException {
    byte[] story = TestEvents.batch(TestEvents.STORY);
    BatchCursor cursor = BatchCursor.over(story);
    byte[] broken = story.clone();
    broken[broken.length - 1] ^= 1;
    broken[8] ^= 1;

    assertThatThrownBy(() -> cursor.open(broken)).isInstanceOf(MalformedBatchException.class);
    assertThat(cursor.count()).isZero();
    assertThat(cursor.symbols()).isZero();
    assertThat(cursor.next()).isFalse();

    cursor.open(TestEvents.batch(List.of(TestEvents.WEB_ATTACK)));
    assertThat(cursor.next()).isTrue();
    assertThat(cursor.event()).isEqualTo(TestEvents.WEB_ATTACK);
    assertThat(cursor.next()).isFalse();
  }

  @Test
  void writerIsEmptyAfterABatch() throws MalformedBatchException {
    BatchWriter writer = new BatchWriter(TestEvents.HOST, TestEvents.EPOCH);
    writer.add(TestEvents.WEB_ATTACK);
    writer.finish(0);
    assertThat(writer.count()).isZero();

    writer.add(TestEvents.HEARTBEAT);
    assertThat(read(writer.finish(1))).containsExactly(TestEvents.HEARTBEAT);
  }

  @Test
  void columnsFollowOneAnotherWithoutAGap() {
    for (Kind kind : Kind.values()) {
      int end = Column.ROW_HEADER;
      for (Column column : kind.columns()) {
        assertThat(column.offset()).as("%s %s", kind, column).isEqualTo(end);
        end = column.end();
      }
      assertThat(kind.rowLength()).isEqualTo(end);
      assertThat(Kind.ofCode(kind.code())).isEqualTo(kind);
      assertThat(Kind.ofText(kind.text())).isEqualTo(kind);
    }
    assertThat(Kind.ofCode(0)).isNull();
    assertThat(Kind.ofCode(-1)).isNull();
    assertThat(Kind.ofCode(65535)).isNull();
  }
}
