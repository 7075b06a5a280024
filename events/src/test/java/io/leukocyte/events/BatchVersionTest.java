package io.leukocyte.events;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class BatchVersionTest {
  private static final byte[] STORY = TestEvents.batch(TestEvents.STORY);

  @Test
  void whatALaterMinorVersionAddsIsSkippedAndCounted() throws MalformedBatchException {
    BatchCursor cursor = BatchCursor.over(Batches.ofALaterMinor(STORY));
    List<Event> events = new ArrayList<>();
    while (cursor.next()) {
      assertThat(cursor.index()).isEqualTo(events.size() + 1);
      events.add(cursor.event());
    }

    assertThat(events).isEqualTo(TestEvents.STORY);
    assertThat(cursor.minor()).isEqualTo(BatchFormat.MINOR + 1);
    assertThat(cursor.count()).isEqualTo(TestEvents.STORY.size() + 2);
    assertThat(cursor.unknownRows()).isEqualTo(2);
    assertThat(cursor.unknownSections()).isEqualTo(1);
  }

  @Test
  void marksAreGivenBackAndNobodyElseSeesThem() throws MalformedBatchException {
    BatchWriter writer = new BatchWriter(TestEvents.HOST, 1);
    TestEvents.STORY.forEach(writer::add);
    byte[] marks = new byte[BatchLimits.MAX_MARKS_BYTES];
    java.util.Arrays.fill(marks, (byte) 7);
    BatchCursor cursor = BatchCursor.over(writer.finish(3, marks));
    List<Event> events = new ArrayList<>();
    while (cursor.next()) {
      events.add(cursor.event());
    }

    assertThat(events).isEqualTo(TestEvents.STORY);
    assertThat(cursor.marks()).isEqualTo(marks);
    assertThat(cursor.minor()).isEqualTo(BatchFormat.MINOR);
    assertThat(cursor.unknownSections()).isZero();
    cursor.open(STORY);
    assertThat(cursor.marks()).isEmpty();
    assertThatThrownBy(() -> writer.finish(4, new byte[BatchLimits.MAX_MARKS_BYTES + 1]))
        .hasMessageContaining("too long");
  }

  @Test
  void marksTwiceOrBeyondTheirBoundAreRefused() {
    List<Batches.Section> sections = new ArrayList<>(Batches.sections(STORY));
    sections.add(
        new Batches.Section(BatchFormat.SECTION_MARKS, new byte[BatchLimits.MAX_MARKS_BYTES + 1]));
    int rows = TestEvents.STORY.size();
    assertThatThrownBy(() -> BatchCursor.over(Batches.with(STORY, sections, rows, new byte[0])))
        .hasMessageContaining("marks length");
    sections.set(4, new Batches.Section(BatchFormat.SECTION_MARKS, new byte[1]));
    sections.add(new Batches.Section(BatchFormat.SECTION_MARKS, new byte[1]));
    assertThatThrownBy(() -> BatchCursor.over(Batches.with(STORY, sections, rows, new byte[0])))
        .hasMessageContaining("section twice");
  }

  @Test
  void columnsThatAnEarlierWriterDidNotKnowAreAbsent() throws MalformedBatchException {
    List<Batches.Section> sections = new ArrayList<>();
    for (Batches.Section section : Batches.sections(TestEvents.batch(List.of(TestEvents.DIES)))) {
      byte[] content = section.content();
      if (section.id() == BatchFormat.SECTION_ROWS) {
        content = java.util.Arrays.copyOf(content, Columns.Lifecycle.ACTION.end());
        Batches.little(content).putShort(2, (short) content.length);
      }
      sections.add(new Batches.Section(section.id(), content));
    }
    BatchCursor cursor = BatchCursor.over(Batches.with(STORY, sections, 1, new byte[0]));

    assertThat(cursor.next()).isTrue();
    assertThat(cursor.event())
        .isEqualTo(
            new ContainerLifecycle(
                TestEvents.DIES.time(), TestEvents.WEB, "die", null, new java.util.TreeMap<>()));
  }

  @Test
  void whatAProcessHadBeforeMinorVersionTwoStaysWhereItWas() throws MalformedBatchException {
    assertThat(Columns.Proc.LAST.end()).isEqualTo(104);
    assertThat(Columns.Exit.CODE.offset()).isEqualTo(104);
    assertThat(Columns.Exit.SIGNAL.end()).isEqualTo(112);
    assertThat(Columns.Connect.PROTOCOL.offset()).isEqualTo(104);
    assertThat(Columns.Connect.DESTINATION_PORT.end()).isEqualTo(124);
    BatchCursor cursor =
        BatchCursor.over(
            withoutTheLast(
                24,
                new ProcessExec(1, TestEvents.WEB, knownShell()),
                new ProcessExit(2, TestEvents.WEB, knownShell(), 3, 9)));
    NetConnect connect = connect(knownShell(), "shop.example");
    BatchCursor connects = BatchCursor.over(withoutTheLast(28, connect));

    ProcessInfo shell =
        knownShell().with(new ProcessInfo.More(0, List.of(), false, true)); // a flag it knew not of
    assertThat(cursor.next()).isTrue();
    assertThat(cursor.event()).isEqualTo(new ProcessExec(1, TestEvents.WEB, shell));
    assertThat(cursor.next()).isTrue();
    assertThat(cursor.event()).isEqualTo(new ProcessExit(2, TestEvents.WEB, shell, 3, 9));
    assertThat(connects.next()).isTrue();
    assertThat(connects.event()).isEqualTo(connect(shell, null));
  }

  @Test
  void connectionsOfMinorVersionTwoHaveNoNames() throws MalformedBatchException {
    BatchCursor cursor =
        BatchCursor.over(withoutTheLast(16, connect(knownShell(), "shop.example")));

    assertThat(cursor.next()).isTrue();
    assertThat(cursor.event()).isEqualTo(connect(knownShell(), null));
  }

  @Test
  void flowsOfMinorVersionTwoBeganInTheContainer() throws MalformedBatchException {
    NetFlow answers = TestEvents.ANSWERS;
    BatchCursor cursor = BatchCursor.over(withoutTheLast(24, answers));

    assertThat(cursor.next()).isTrue();
    assertThat(cursor.event())
        .isEqualTo(
            new NetFlow(
                answers.time(),
                answers.container(),
                answers.protocol(),
                answers.destination(),
                answers.bytes(),
                answers.packets(),
                answers.interval()));
  }

  @Test
  void whatMinorVersionFourAddedIsAbsentInRowsOfVersionThree() throws MalformedBatchException {
    BatchCursor flows = BatchCursor.over(withoutTheLast(16, TestEvents.DOWNLOADS));
    ProcessExec started = TestEvents.NEW_PROGRAM;
    BatchCursor execs = BatchCursor.over(withoutTheLast(12, started));
    BatchCursor accepts = BatchCursor.over(withoutTheLast(16, TestEvents.ACCEPTS_BY_NAME));

    assertThat(flows.next()).isTrue();
    NetFlow flow = (NetFlow) flows.event();
    assertThat(flow.bytes()).isEqualTo(TestEvents.DOWNLOADS.bytes());
    assertThat(flow.domain()).isEqualTo(TestEvents.DOWNLOADS.domain());
    assertThat(flow.receivedBytes()).isZero();
    assertThat(flow.receivedPackets()).isZero();
    assertThat(execs.next()).isTrue();
    assertThat(execs.event())
        .isEqualTo(
            new ProcessExec(
                started.time(),
                started.container(),
                started.process().with(ProcessInfo.More.NONE)));
    assertThat(accepts.next()).isTrue();
    assertThat(((NetAccept) accepts.event()).domain()).isNull();
    assertThat(((NetAccept) accepts.event()).client())
        .isEqualTo(TestEvents.ACCEPTS_BY_NAME.client());
  }

  @Test
  void usersOfMinorVersionFourHaveNoNames() throws MalformedBatchException {
    List<Event> named = TestEvents.FIFTH_STORY;
    BatchCursor cursor = BatchCursor.over(withoutTheLast(4, named.toArray(Event[]::new)));
    for (Event event : named) {
      assertThat(cursor.next()).isTrue();
      ProcessInfo process = process(cursor.event());
      assertThat(process.more().names()).isEqualTo(ProcessInfo.Names.NONE);
      assertThat(process.uid()).isEqualTo(process(event).uid());
      assertThat(process.more().lineage()).isEqualTo(process(event).more().lineage());
      assertThat(process.userName()).isEqualTo(process.uid() == 0 ? "root" : null);
    }
    assertThat(cursor.next()).isFalse();
  }

  private static ProcessInfo process(Event event) {
    return switch (event) {
      case ProcessExec e -> e.process();
      case ProcessExit e -> e.process();
      case SystemCall e -> e.process();
      case Event e -> throw new AssertionError("No process in " + e);
    };
  }

  private static NetConnect connect(ProcessInfo process, @Nullable String domain) {
    return new NetConnect(
        3,
        TestEvents.WEB,
        process,
        Protocol.TCP,
        new Endpoint("198.51.100.7", 1),
        new Endpoint("203.0.113.9", 2),
        domain);
  }

  private static ProcessInfo knownShell() {
    return TestEvents.SHELL_IN_WEB_CONTAINER
        .process()
        .with(new ProcessInfo.More(5, List.of("A=b"), false, true));
  }

  /** A batch whose rows lack their last bytes, as an earlier writer wrote them. */
  private static byte[] withoutTheLast(int bytes, Event... events) {
    byte[] batch = TestEvents.batch(List.of(events));
    List<Batches.Section> sections = new ArrayList<>();
    for (Batches.Section section : Batches.sections(batch)) {
      byte[] content = section.content();
      if (section.id() == BatchFormat.SECTION_ROWS) {
        content = new byte[content.length - bytes * events.length];
        int from = 0;
        int to = 0;
        while (to < content.length) {
          int length = Batches.little(section.content()).getShort(from + 2);
          System.arraycopy(section.content(), from, content, to, length - bytes);
          Batches.little(content).putShort(to + 2, (short) (length - bytes));
          from += length;
          to += length - bytes;
        }
      }
      sections.add(new Batches.Section(section.id(), content));
    }
    return Batches.with(batch, sections, events.length, new byte[0]);
  }

  @Test
  void laterMajorVersionIsToldBeforeAnythingElseIsRead() {
    byte[] later = STORY.clone();
    later[4] = 2;

    assertThat(BatchCursor.majorOf(later)).isEqualTo(2);
    assertThat(BatchCursor.reads(2)).isFalse();
    assertThat(BatchCursor.majorOf(STORY)).isEqualTo(1);
    assertThat(BatchCursor.reads(1)).isTrue();
    assertThat(BatchCursor.majorOf("{\"a\":1}".getBytes(java.nio.charset.StandardCharsets.UTF_8)))
        .isEqualTo(-1);
    assertThat(BatchCursor.majorOf(new byte[0])).isEqualTo(-1);
    assertThatThrownBy(() -> BatchCursor.over(later))
        .isInstanceOf(MalformedBatchException.class)
        .hasMessageContaining("another major version (2)");
  }
}
