package io.leukocyte.events;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class BatchBoundsTest {
  private static int number;

  /** A string of its own of more than the bound. */
  private static String huge() {
    return number++ + "é".repeat(BatchLimits.MAX_STRING_BYTES);
  }

  private static List<String> hugeList() {
    return List.of(huge(), huge(), huge());
  }

  private static ContainerRef hugeContainer() {
    return new ContainerRef(
        new ContainerId("%064x".formatted(number++)), huge(), huge(), huge(), huge(), true);
  }

  private static ProcessInfo hugeProcess() {
    return new ProcessInfo(
        new ProcessRef(1, 1),
        1,
        huge(),
        huge(),
        hugeList(),
        false,
        huge(),
        1,
        1,
        1,
        1,
        1,
        ProcessInfo.Flags.NONE,
        new ProcessInfo.Parent(new ProcessRef(2, 2), huge(), huge(), hugeList()),
        hugeList(),
        new ProcessInfo.More(
            1,
            hugeList(),
            false,
            true,
            new ProgramFile(Long.MIN_VALUE, Long.MIN_VALUE, Long.MIN_VALUE, Long.MIN_VALUE),
            Collections.nCopies(100, new ProcessInfo.Ancestor(1, huge(), huge(), huge())),
            new ProcessInfo.Names(huge(), huge(), huge())));
  }

  private static SortedMap<String, String> hugeMap() {
    SortedMap<String, String> map = new TreeMap<>();
    for (int i = 0; i < 200; i++) {
      map.put("label-" + i, "é".repeat(700) + i);
    }
    return map;
  }

  private static ContainerFacts facts(
      SortedMap<String, String> labels, List<ContainerFacts.Mount> mounts, String state) {
    ContainerFacts f = TestEvents.FACTS;
    return new ContainerFacts(
        f.time(),
        f.container(),
        state,
        f.pid(),
        f.created(),
        f.started(),
        labels,
        mounts,
        f.networks(),
        f.networkMode(),
        f.pidMode(),
        f.ports(),
        f.user(),
        f.entrypoint(),
        f.tty(),
        f.logDriver(),
        f.restartPolicy(),
        f.limits(),
        f.security());
  }

  private static Endpoint hugeEnd() {
    return new Endpoint(huge(), 1);
  }

  private static Event hugeEvent(Kind kind) {
    return switch (kind) {
      case PROCESS_EXEC -> new ProcessExec(1, hugeContainer(), hugeProcess());
      case PROCESS_EXIT -> new ProcessExit(1, hugeContainer(), hugeProcess(), 1, 1);
      case NET_CONNECT ->
          new NetConnect(
              1,
              hugeContainer(),
              hugeProcess(),
              Protocol.TCP,
              new Endpoint(huge(), 1),
              new Endpoint(huge(), 1));
      case NET_FLOW ->
          new NetFlow(1, hugeContainer(), Protocol.TCP, new Endpoint(huge(), 1), 1, 1, 1);
      case CONTAINER_LIFECYCLE -> new ContainerLifecycle(1, hugeContainer(), huge(), 1, hugeMap());
      case CONTAINER_FACTS -> facts(hugeMap(), List.of(), "x".repeat(1 << 20));
      case CONTAINER_LOG ->
          new ContainerLog(
              1, hugeContainer(), ContainerLog.Stream.TTY, "é".repeat(1 << 20), 1, false);
      case CONTAINER_STATS ->
          new ContainerStats(1, hugeContainer(), 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1);
      case FILE_OPEN ->
          new FileOpen(
              1,
              hugeContainer(),
              hugeProcess(),
              huge(),
              huge(),
              huge(),
              1,
              1,
              true,
              true,
              false,
              1);
      case FILE_CHANGE ->
          new FileChange(
              1, hugeContainer(), hugeProcess(), huge(), huge(), huge(), 1, 1, 1, 1, false, 1);
      case NET_ACCEPT ->
          new NetAccept(
              1, hugeContainer(), hugeProcess(), huge(), Protocol.TCP, hugeEnd(), hugeEnd(), 1);
      case NET_LISTEN ->
          new NetListen(1, hugeContainer(), hugeProcess(), huge(), Protocol.TCP, hugeEnd(), 1, 1);
      case NET_SEND ->
          new NetSend(
              1,
              hugeContainer(),
              hugeProcess(),
              huge(),
              Protocol.TCP,
              hugeEnd(),
              hugeEnd(),
              1,
              huge(),
              huge(),
              1);
      case NET_SOCKET -> new NetSocket(1, hugeContainer(), hugeProcess(), huge(), 1, 1, 1, 1);
      case FD_DUP ->
          new FdDup(
              1,
              hugeContainer(),
              hugeProcess(),
              huge(),
              1,
              1,
              new FdDup.Socket(hugeEnd(), hugeEnd()),
              1);
      case PROC_TRACE ->
          new ProcTrace(
              1, hugeContainer(), hugeProcess(), huge(), 1, new ProcessRef(1, 1), huge(), 1);
      case PROC_CONTROL ->
          new ProcControl(1, hugeContainer(), hugeProcess(), huge(), 1, 1, huge(), 1);
      case NS_CHANGE -> new NsChange(1, hugeContainer(), hugeProcess(), huge(), 1, 1);
      case CRED_CHANGE ->
          new CredChange(1, hugeContainer(), hugeProcess(), huge(), 1, 1, 1, 1, 1, 1, 1);
      case SIGNAL_KILL ->
          new SignalKill(
              1, hugeContainer(), hugeProcess(), huge(), 1, new ProcessRef(1, 1), huge(), 1);
      case FS_MOUNT ->
          new FsMount(1, hugeContainer(), hugeProcess(), huge(), huge(), huge(), huge(), 1, 1);
      case KERNEL_MODULE ->
          new KernelModule(1, hugeContainer(), hugeProcess(), huge(), huge(), huge(), 1);
      case KERNEL_CALL ->
          new KernelCall(
              1, hugeContainer(), hugeProcess(), huge(), List.of(1L, 2L, 3L, 4L, 5L, 6L), 1);
      case BPF_LOAD -> new BpfLoad(1, hugeContainer(), hugeProcess(), huge(), 1, 1, 1);
      case MEM_FILELESS -> new MemFileless(1, hugeContainer(), hugeProcess(), huge(), huge(), 1, 1);
      case SENSOR_LOSS -> new SensorLoss(1, hugeContainer(), huge(), huge(), huge(), 1, 1, 1);
      case SENSOR_HEARTBEAT ->
          new SensorHeartbeat(1, huge(), huge(), hugeList(), huge(), huge(), 1, 1, 1, 1, 1);
    };
  }

  @Test
  void largestEventOfEachKindFitsIntoABatchThatIsNotFull() throws MalformedBatchException {
    for (Kind kind : Kind.values()) {
      BatchWriter writer = new BatchWriter(new HostId("h".repeat(128)), 1);
      String filler = "f".repeat(1_000);
      while (writer.bytes() + filler.length() + 100 < BatchLimits.FLUSH_BYTES) {
        writer.add(
            new ContainerLog(
                1, TestEvents.WEB, ContainerLog.Stream.STDOUT, filler, filler.length(), false));
        if (writer.count() == BatchLimits.FLUSH_EVENTS - 1) {
          filler = "f".repeat(BatchLimits.FLUSH_BYTES - writer.bytes() - 200);
        }
      }
      int before = writer.bytes();
      writer.add(hugeEvent(kind));

      assertThat(writer.bytes() - before)
          .as(kind.text())
          .isLessThanOrEqualTo(BatchLimits.MAX_EVENT_BYTES);
      assertThat(writer.truncated()).isPositive();
      byte[] batch = writer.finish(1, new byte[BatchLimits.MAX_MARKS_BYTES]);
      assertThat(batch.length).isLessThanOrEqualTo(BatchLimits.MAX_BYTES);
      BatchCursor cursor = BatchCursor.over(batch);
      Event last = null;
      while (cursor.next()) {
        last = cursor.event();
      }
      assertThat(last).isNotNull().extracting(Event::kind).isEqualTo(kind);
    }
    assertThat(BatchLimits.FLUSH_BYTES + BatchLimits.MAX_EVENT_BYTES)
        .isLessThan(BatchLimits.MAX_BYTES);
  }

  @Test
  void batchThatIsNeverFinishedRefusesMore() {
    BatchWriter writer = new BatchWriter(TestEvents.HOST, 1);

    assertThatThrownBy(
            () -> {
              for (int i = 0; i < 20; i++) {
                writer.add(hugeEvent(Kind.CONTAINER_LOG));
              }
            })
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("The batch is full; finish it before the next event");
    assertThat(writer.isFull()).isTrue();
    assertThat(writer.bytes()).isLessThanOrEqualTo(BatchLimits.MAX_BYTES);
  }

  @Test
  void argumentsAreCutInTheMiddleOfTheOneThatPassesTheBoundAndMarked()
      throws MalformedBatchException {
    String script = "x".repeat(40_000);
    ProcessInfo p = ProcessInfo.unknown(new ProcessRef(1, 1));
    ProcessInfo shell =
        new ProcessInfo(
            p.ref(),
            0,
            "sh",
            null,
            List.of("sh", "-c", script, "last"),
            false,
            null,
            0,
            0,
            0,
            0,
            0,
            ProcessInfo.Flags.NONE,
            null,
            List.of());

    ProcessInfo read = ((ProcessExec) roundTrip(new ProcessExec(1, null, shell))).process();

    assertThat(read.argsTruncated()).isTrue();
    assertThat(read.args())
        .containsExactly("sh", "-c", "x".repeat(BatchLimits.MAX_STRING_BYTES - 6));
  }

  @Test
  void pathsAndEnvironmentThatAreCutAreMarked() throws MalformedBatchException {
    String novel = "/é".repeat(BatchLimits.MAX_STRING_BYTES);
    FileOpen given = TestEvents.READS_SHADOW;
    ProcessInfo process =
        given.process().with(new ProcessInfo.More(0, List.of("A=" + novel), false, false));
    FileOpen open =
        (FileOpen)
            roundTrip(
                new FileOpen(
                    1, null, process, "open", "/etc", novel, 0, 0, false, false, false, 3));
    FileChange change =
        (FileChange)
            roundTrip(
                new FileChange(1, null, process, "unlink", novel, null, 0, 0, 0, 0, false, 0));

    assertThat(open.pathTruncated()).isTrue();
    assertThat(novel).startsWith(open.asked());
    assertThat(open.process().more().environmentTruncated()).isTrue();
    assertThat(open.process().argsTruncated()).isFalse();
    assertThat(change.pathTruncated()).isTrue();
    assertThat(((FileOpen) roundTrip(given)).pathTruncated()).isFalse();
  }

  @Test
  void argumentsUpToTheBoundStayWhole() throws MalformedBatchException {
    List<String> args = Collections.nCopies(40, "y".repeat(800));
    ProcessInfo p = TestEvents.SHELL_IN_WEB_CONTAINER.process();
    ProcessInfo many =
        new ProcessInfo(
            p.ref(),
            0,
            "sh",
            null,
            args,
            false,
            null,
            0,
            0,
            0,
            0,
            0,
            ProcessInfo.Flags.NONE,
            null,
            List.of());

    assertThat(roundTrip(new ProcessExec(1, null, many))).isEqualTo(new ProcessExec(1, null, many));
  }

  @Test
  void attributesKeepWholePairs() throws MalformedBatchException {
    ContainerLifecycle read =
        (ContainerLifecycle)
            roundTrip(new ContainerLifecycle(1, TestEvents.WEB, "start", null, hugeMap()));

    assertThat(read.attributes()).hasSizeBetween(10, ContainerLifecycle.MAX_ATTRIBUTES);
    assertThat(hugeMap()).containsAllEntriesOf(read.attributes());
  }

  @Test
  void longValuesOfAttributesAreCut() throws MalformedBatchException {
    SortedMap<String, String> attributes = new TreeMap<>();
    attributes.put("a", "x".repeat(1023) + "\uD83D\uDC33");
    ContainerLifecycle read =
        (ContainerLifecycle)
            roundTrip(new ContainerLifecycle(1, TestEvents.WEB, "start", null, attributes));

    assertThat(read.attributes().get("a")).isEqualTo("x".repeat(1023));
  }

  @Test
  void factsThatAreTooLongLoseTheirLongestLabelsAndSayWhat() throws MalformedBatchException {
    SortedMap<String, String> labels = new TreeMap<>(TestEvents.FACTS.labels());
    labels.put("config", "\"é".repeat(60_000));
    labels.put("more", "x".repeat(80_000));
    ContainerFacts given = facts(labels, TestEvents.FACTS.mounts(), "running");

    ContainerFacts read = (ContainerFacts) roundTrip(given);

    SortedMap<String, String> left = new TreeMap<>(TestEvents.FACTS.labels());
    left.put("more", "x".repeat(80_000));
    assertThat(read).isEqualTo(facts(left, TestEvents.FACTS.mounts(), "running"));
    FactsJson.Bounded bounded = FactsJson.write(given, BatchLimits.MAX_TEXT_BYTES);
    assertThat(bounded.cut()).isTrue();
    assertThat(bounded.json()).endsWith("\"left_out\":[\"labels\"]}");
  }

  @Test
  void factsWithTooManyMountsLoseTheMountsAndStayReadable() throws MalformedBatchException {
    List<ContainerFacts.Mount> mounts =
        Collections.nCopies(
            2_000, new ContainerFacts.Mount("bind", "/s".repeat(50), "/d".repeat(50), true));
    ContainerFacts given = facts(TestEvents.FACTS.labels(), mounts, "running");

    ContainerFacts read = (ContainerFacts) roundTrip(given);

    assertThat(read.mounts()).isEmpty();
    assertThat(read.networks()).isEqualTo(TestEvents.FACTS.networks());
    FactsJson.Bounded bounded = FactsJson.write(given, BatchLimits.MAX_TEXT_BYTES);
    assertThat(bounded.json()).contains("\"left_out\":[\"labels\",\"entrypoint\",\"mounts\"]");
  }

  @Test
  void factsThatNothingCanShortenSayOnlyThat() {
    FactsJson.Bounded bounded =
        FactsJson.write(facts(new TreeMap<>(), List.of(), "x".repeat(1 << 20)), 1_000);

    assertThat(bounded).isEqualTo(new FactsJson.Bounded("{\"left_out\":[\"all\"]}", true));
  }

  @Test
  void stringsAreCutAtAWholeCharacter() throws MalformedBatchException {
    String line = "x" + "\uD83D\uDC33".repeat(BatchLimits.MAX_TEXT_BYTES / 4);
    ContainerLog read =
        (ContainerLog)
            roundTrip(
                new ContainerLog(
                    1, TestEvents.WEB, ContainerLog.Stream.STDOUT, line, 200_000, false));

    assertThat(read.line()).isEqualTo(line.substring(0, line.length() - 2));
  }

  @Test
  void lengthsInUtf8AreFoundWithoutEncoding() {
    for (String text : List.of("", "a", "é", "日", "\uD83D\uDC33", "a\ud800", "\udc00b", "é日a")) {
      assertThat(Utf8.length(text)).isEqualTo(text.getBytes(StandardCharsets.UTF_8).length);
      for (int most = 0; most < 10; most++) {
        String within = Utf8.within(text, most);
        assertThat(text).startsWith(within);
        assertThat(Utf8.length(within)).isLessThanOrEqualTo(most);
      }
    }
  }

  @Test
  @SuppressWarnings("NullAway") // what a caller without null checks may give
  void eventThatCannotBeWrittenLeavesTheBatchWhole() throws MalformedBatchException {
    BatchWriter writer = new BatchWriter(TestEvents.HOST, 1);
    writer.add(TestEvents.HEARTBEAT);

    assertThatThrownBy(
            () -> writer.add(new NetFlow(1, TestEvents.WEB, Protocol.TCP, null, 1, 1, 1)))
        .isInstanceOf(NullPointerException.class);

    BatchCursor cursor = BatchCursor.over(writer.finish(0));
    assertThat(cursor.next()).isTrue();
    assertThat(cursor.event()).isEqualTo(TestEvents.HEARTBEAT);
    assertThat(cursor.next()).isFalse();
  }

  private static Event roundTrip(Event event) throws MalformedBatchException {
    BatchCursor cursor = BatchCursor.over(TestEvents.batch(List.of(event)));
    assertThat(cursor.next()).isTrue();
    return cursor.event();
  }
}
