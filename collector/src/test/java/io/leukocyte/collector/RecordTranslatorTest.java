package io.leukocyte.collector;

import static io.leukocyte.collector.SensorSamples.DB;
import static io.leukocyte.collector.SensorSamples.NETWORK;
import static io.leukocyte.collector.SensorSamples.NOW;
import static io.leukocyte.collector.SensorSamples.SECOND;
import static io.leukocyte.collector.SensorSamples.WEB;
import static io.leukocyte.collector.SensorSamples.bytes;
import static io.leukocyte.collector.SensorSamples.connection;
import static io.leukocyte.collector.SensorSamples.container;
import static io.leukocyte.collector.SensorSamples.exec;
import static io.leukocyte.collector.SensorSamples.exit;
import static io.leukocyte.collector.SensorSamples.flags;
import static io.leukocyte.collector.SensorSamples.fork;
import static io.leukocyte.collector.SensorSamples.head;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.leukocyte.collector.SensorSamples.Task;
import io.leukocyte.events.ContainerRef;
import io.leukocyte.events.Endpoint;
import io.leukocyte.events.Event;
import io.leukocyte.events.NetConnect;
import io.leukocyte.events.NetFlow;
import io.leukocyte.events.ProcessExec;
import io.leukocyte.events.ProcessExit;
import io.leukocyte.events.ProcessInfo;
import io.leukocyte.events.ProcessRef;
import io.leukocyte.events.Protocol;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Records of the kernel become events. */
class RecordTranslatorTest {
  private static final long OFFSET = 1_700_000_000L * SECOND;
  private static final Task NGINX = Task.of(1001, 900);
  private static final Task CURL = Task.of(1002, 1001);
  private static final byte[] TARGET = {(byte) 203, 0, 113, 9};

  @TempDir private Path emptyProc = Path.of("");
  private final AtomicInteger flowsReported = new AtomicInteger();
  private final AtomicInteger hostNetworks = new AtomicInteger();
  private final NetworkOwners networks = new NetworkOwners();

  private RecordTranslator translator() {
    return translator(Redaction.ON);
  }

  private RecordTranslator translator(Redaction redaction) {
    BootClock clock = new BootClock(() -> OFFSET + NOW, () -> NOW);
    return new RecordTranslator(
        new ProcessTable(new ProcFiles(emptyProc), clock, 100, redaction),
        networks,
        clock,
        ContainerRef::unknown,
        flowsReported::incrementAndGet,
        hostNetworks::incrementAndGet);
  }

  private static <T extends Event> T event(
      RecordTranslator translator, MemorySegment record, Class<T> type) {
    return type.cast(Objects.requireNonNull(translator.translate(new SensorRecord(record))));
  }

  private static MemorySegment nginx() {
    return exec(NGINX, "nginx", "nginx\0sbin\0usr\0", "", bytes("nginx\0-g\0daemon off;\0"));
  }

  private static MemorySegment curl() {
    return exec(CURL, "curl", "curl\0bin\0usr\0", "html\0www\0var\0", bytes("curl\0-s\0x\0"));
  }

  @Test
  void anExecCarriesAllOfItsRecord() {
    RecordTranslator translator = translator();
    event(translator, nginx(), ProcessExec.class);

    ProcessExec exec =
        event(translator, flags(curl(), SensorLayout.FLAG_UPPER_LAYER), ProcessExec.class);

    assertThat(exec.time()).isEqualTo(OFFSET + NOW);
    assertThat(exec.container()).isEqualTo(ContainerRef.unknown(WEB));
    ProcessInfo process = exec.process();
    assertThat(process.ref()).isEqualTo(new ProcessRef(1002, OFFSET + CURL.start()));
    assertThat(process.containerPid()).isEqualTo(2);
    assertThat(process.name()).isEqualTo("curl");
    assertThat(process.executable()).isEqualTo("/usr/bin/curl");
    assertThat(process.workingDirectory()).isEqualTo("/var/www/html");
    assertThat(process.args()).containsExactly("curl", "-s", "x");
    assertThat(process.uid()).isEqualTo(33);
    assertThat(process.gid()).isEqualTo(34);
    assertThat(process.loginUid()).isEqualTo(-1);
    assertThat(process.flags()).isEqualTo(new ProcessInfo.Flags(false, true, false, false));
    assertThat(process.parent())
        .isEqualTo(
            new ProcessInfo.Parent(
                new ProcessRef(1001, OFFSET + NGINX.start()),
                "nginx",
                "/usr/sbin/nginx",
                List.of("nginx", "-g", "daemon off;")));
    assertThat(process.ancestors()).containsExactly("containerd-shim");
  }

  @Test
  void aParentThatIsGoneKeepsTheNameTheKernelGave() {
    ProcessExec exec = event(translator(), curl(), ProcessExec.class);

    ProcessInfo.Parent parent = Objects.requireNonNull(exec.process().parent());
    assertThat(parent.name()).isEqualTo("nginx");
    assertThat(parent.executable()).isNull();
    assertThat(parent.args()).isEmpty();
  }

  @Test
  void aConnectionCarriesTheProgramThatWasStarted() {
    RecordTranslator translator = translator();
    event(translator, curl(), ProcessExec.class);

    NetConnect connect =
        event(translator, connection(SensorLayout.CONNECT, CURL, 6, TARGET, 443), NetConnect.class);

    ProcessInfo process = Objects.requireNonNull(connect.process());
    assertThat(process.args()).containsExactly("curl", "-s", "x");
    assertThat(process.executable()).isEqualTo("/usr/bin/curl");
    assertThat(connect.protocol()).isEqualTo(Protocol.TCP);
    assertThat(connect.source()).isEqualTo(new Endpoint("10.0.0.1", 4000));
    assertThat(connect.destination()).isEqualTo(new Endpoint("203.0.113.9", 443));
  }

  @Test
  void eachEventOfAProcessThatStayedTheSameHasTheSameObject() {
    RecordTranslator translator = translator();
    event(translator, nginx(), ProcessExec.class);
    ProcessExec exec = event(translator, curl(), ProcessExec.class);

    NetConnect connect =
        event(translator, connection(SensorLayout.CONNECT, CURL, 6, TARGET, 443), NetConnect.class);
    ProcessExit exit = event(translator, exit(CURL, "curl", 0), ProcessExit.class);

    assertThat(connect.process()).isSameAs(exec.process());
    assertThat(exit.process()).isSameAs(exec.process());
  }

  @Test
  void eachEventOfAThreadWithANameOfItsOwnHasTheSameObject() {
    RecordTranslator translator = translator();
    event(translator, nginx(), ProcessExec.class);
    ProcessExec exec = event(translator, curl(), ProcessExec.class);

    ProcessInfo first = of(translator, CURL, "resolver");
    assertThat(first.name()).isEqualTo("resolver");
    assertThat(first.args()).isEqualTo(exec.process().args());
    assertThat(of(translator, CURL, "curl")).isSameAs(exec.process());
    assertThat(of(translator, CURL, "resolver")).isSameAs(first);
    ProcessExec next = event(translator, curl(), ProcessExec.class);
    assertThat(of(translator, CURL, "resolver"))
        .as("what was known is another")
        .isNotSameAs(first)
        .isEqualTo(first);
    assertThat(next.process()).isEqualTo(exec.process());
  }

  @Test
  void whatTheNewParentOfAProcessRunsIsInItsNextEvent() {
    RecordTranslator translator = translator();
    Task init = Task.of(900, 1);
    Task orphan = Task.of(CURL.pid(), init.pid());
    event(translator, curl(), ProcessExec.class);
    event(translator, exec(init, "tini", "tini\0", "", bytes("tini\0")), ProcessExec.class);

    ProcessInfo first = of(translator, orphan, "curl");
    assertThat(parent(first).name()).isEqualTo("tini");
    assertThat(of(translator, orphan, "curl")).isSameAs(first);
    event(translator, exec(init, "runit", "runit\0", "", bytes("runit\0")), ProcessExec.class);
    assertThat(parent(of(translator, orphan, "curl")).name()).isEqualTo("runit");
  }

  private static ProcessInfo.Parent parent(ProcessInfo process) {
    return Objects.requireNonNull(process.parent());
  }

  private static ProcessInfo of(RecordTranslator translator, Task task, String name) {
    MemorySegment record = connection(SensorLayout.CONNECT, task, 6, TARGET, 443);
    record
        .asSlice(SensorLayout.at(SensorLayout.RECORD, "comm"), SensorLayout.COMM_SIZE)
        .fill((byte) 0);
    SensorSamples.write(record, SensorLayout.at(SensorLayout.RECORD, "comm"), bytes(name));
    return Objects.requireNonNull(event(translator, record, NetConnect.class).process());
  }

  @Test
  void whatAProcessChangedIsInItsNextEvent() {
    RecordTranslator translator = translator();
    event(translator, nginx(), ProcessExec.class);
    ProcessInfo before = event(translator, curl(), ProcessExec.class).process();

    assertThat(changed(translator, "uid", 0).uid()).isZero();
    assertThat(changed(translator, "gid", 0).gid()).isZero();
    assertThat(changed(translator, "container_pid", 9).containerPid()).isEqualTo(9);
    assertThat(changed(translator, "flags", SensorLayout.FLAG_HOST_MOUNTS).flags().hostMounts())
        .isTrue();
    ProcessInfo adopted = changed(translator, "parent_pid", 1);
    assertThat(Objects.requireNonNull(adopted.parent()).ref().pid()).isEqualTo(1);
    assertThat(adopted.args()).isEqualTo(before.args());
    for (String name : List.of("cur", "curl2", "CURL", "")) {
      assertThat(event(translator, exit(CURL, name, 0), ProcessExit.class).process().name())
          .isEqualTo(name);
    }
  }

  /** The process of a connection whose record has another value there. */
  private static ProcessInfo changed(RecordTranslator translator, String field, int value) {
    MemorySegment record = connection(SensorLayout.CONNECT, CURL, 6, TARGET, 443);
    record.set(JAVA_INT, SensorLayout.at(SensorLayout.RECORD, field), value);
    return Objects.requireNonNull(event(translator, record, NetConnect.class).process());
  }

  @Test
  void aForkedChildLeadsNoGroupUntilItSaysSo() {
    RecordTranslator translator = translator();
    ProcessExec leader =
        event(translator, flags(nginx(), SensorLayout.FLAG_GROUP_LEADER), ProcessExec.class);
    assertThat(leader.process().more().groupLeader()).isTrue();
    Task worker = Task.of(1005, 1001);
    assertThat(translator.translate(new SensorRecord(fork(worker, "nginx")))).isNull();

    NetConnect connect =
        event(
            translator, connection(SensorLayout.CONNECT, worker, 6, TARGET, 443), NetConnect.class);

    ProcessInfo process = Objects.requireNonNull(connect.process());
    assertThat(process.args()).startsWith("nginx");
    assertThat(process.more().groupLeader()).isFalse();
  }

  @Test
  void aForkedChildRunsItsParentsProgram() {
    RecordTranslator translator = translator();
    event(translator, nginx(), ProcessExec.class);
    Task worker = Task.of(1005, 1001);
    assertThat(translator.translate(new SensorRecord(fork(worker, "nginx")))).isNull();

    NetConnect connect =
        event(
            translator,
            connection(SensorLayout.CONNECT, worker, 6, TARGET, 65_000),
            NetConnect.class);

    ProcessInfo process = Objects.requireNonNull(connect.process());
    assertThat(process.args()).containsExactly("nginx", "-g", "daemon off;");
    assertThat(Objects.requireNonNull(process.parent()).executable()).isEqualTo("/usr/sbin/nginx");
    assertThat(process.ancestors()).containsExactly("nginx", "containerd-shim");
    assertThat(connect.destination().port()).isEqualTo(65_000);
  }

  /** A program, its forked child, and what that starts: the first is above the parent then. */
  @Test
  void secretsOfAProcessAreMaskedInTheLineItsDescendantsAreToldWith() {
    for (Redaction redaction : Redaction.values()) {
      RecordTranslator translator = translator(redaction);
      Task child = Task.of(1002, 1001);
      Task grandchild = Task.of(1003, 1002);
      byte[] args = bytes("nginx\0--password\0two words\0-q\0");
      event(translator, exec(NGINX, "nginx", "nginx\0", "", args), ProcessExec.class);
      translator.translate(new SensorRecord(fork(child, "nginx")));
      translator.translate(new SensorRecord(fork(grandchild, "nginx")));

      NetConnect connect =
          event(
              translator,
              connection(SensorLayout.CONNECT, grandchild, 6, TARGET, 443),
              NetConnect.class);

      assertThat(Objects.requireNonNull(connect.process()).more().lineage())
          .extracting(ProcessInfo.Ancestor::commandLine)
          .first()
          .isEqualTo(
              redaction == Redaction.ON
                  ? "nginx --password *** -q"
                  : "nginx --password two words -q");
    }
  }

  @Test
  void aProcessThatNobodyKnowsIsStillNamed() {
    NetConnect connect =
        event(
            translator(), connection(SensorLayout.CONNECT, CURL, 6, TARGET, 443), NetConnect.class);

    ProcessInfo process = Objects.requireNonNull(connect.process());
    assertThat(process.name()).isEqualTo("curl");
    assertThat(process.uid()).isEqualTo(33);
    assertThat(process.executable()).isNull();
    assertThat(process.args()).isEmpty();
  }

  @Test
  void anExitTellsCodeOrSignal() {
    RecordTranslator translator = translator();
    event(translator, curl(), ProcessExec.class);

    ProcessExit exited = event(translator, exit(CURL, "curl", 7 << 8), ProcessExit.class);
    ProcessExit killed = event(translator, exit(CURL, "curl", 0x80 | 11), ProcessExit.class);

    assertThat(exited.exitCode()).isEqualTo(7);
    assertThat(exited.signal()).isZero();
    assertThat(exited.process().args()).containsExactly("curl", "-s", "x");
    assertThat(killed.exitCode()).isZero();
    assertThat(killed.signal()).isEqualTo(11);
  }

  @Test
  void datagramsToOneDestinationAreOneConnectionAMinute() {
    RecordTranslator translator = translator();
    MemorySegment first = connection(SensorLayout.SEND, CURL, 17, TARGET, 53);
    MemorySegment soon = later(connection(SensorLayout.SEND, CURL, 17, TARGET, 53), 59);
    MemorySegment still = later(connection(SensorLayout.SEND, CURL, 17, TARGET, 53), 100);
    MemorySegment other = connection(SensorLayout.SEND, CURL, 17, TARGET, 54);
    MemorySegment again = later(connection(SensorLayout.SEND, CURL, 17, TARGET, 53), 161);

    assertThat(translator.translate(new SensorRecord(first))).isInstanceOf(NetConnect.class);
    assertThat(translator.translate(new SensorRecord(soon))).isNull();
    assertThat(translator.translate(new SensorRecord(still))).isNull();
    assertThat(translator.translate(new SensorRecord(other))).isInstanceOf(NetConnect.class);
    assertThat(translator.translate(new SensorRecord(again))).isInstanceOf(NetConnect.class);
  }

  private static MemorySegment later(MemorySegment record, int seconds) {
    record.set(
        ValueLayout.JAVA_LONG,
        SensorLayout.at(SensorLayout.RECORD, "time"),
        NOW + seconds * SECOND);
    return record;
  }

  @Test
  void aPacketOfNobodyBelongsToTheNetworksOwner() {
    networks.claim(NETWORK, WEB);
    Task nobody = new Task(0, 0, 0, 0, 0);
    MemorySegment record = connection(SensorLayout.SEND, nobody, 17, TARGET, 53);
    record.asSlice(SensorLayout.at(SensorLayout.RECORD, "container"), 64).fill((byte) 0);

    NetConnect connect = event(translator(), record, NetConnect.class);

    assertThat(connect.process()).isNull();
    assertThat(Objects.requireNonNull(connect.container()).id()).isEqualTo(WEB);
  }

  @Test
  void flowsBelongToTheContainerWhoseProgramStartedInTheirNetwork() {
    RecordTranslator translator = translator();
    event(translator, nginx(), ProcessExec.class);
    FlowTable.Flow flow =
        new FlowTable.Flow(NETWORK, Protocol.UDP, new Endpoint("203.0.113.9", 53), 100, 2);

    Event event = translator.flow(flow, NOW, 2 * SECOND);

    assertThat(event)
        .isEqualTo(
            new NetFlow(
                OFFSET + NOW,
                ContainerRef.unknown(WEB),
                Protocol.UDP,
                new Endpoint("203.0.113.9", 53),
                100,
                2,
                2 * SECOND));
    assertThat(translator.flow(otherNetwork(flow), NOW, SECOND)).isNull();
  }

  private static FlowTable.Flow otherNetwork(FlowTable.Flow flow) {
    return new FlowTable.Flow(1, flow.protocol(), flow.remote(), flow.bytes(), flow.packets());
  }

  @Test
  void aNetworkThatGoesToAnotherContainerIsReportedBefore() {
    RecordTranslator translator = translator();
    event(translator, nginx(), ProcessExec.class);
    event(translator, exit(NGINX, "nginx", 0), ProcessExit.class);
    assertThat(flowsReported).hasValue(0);

    event(translator, container(curl(), DB), ProcessExec.class);

    assertThat(flowsReported).hasValue(1);
    assertThat(networks.of(NETWORK)).isEqualTo(DB);
  }

  @Test
  void aSetUpTaskOwnsNoNetwork() {
    event(translator(), flags(curl(), SensorLayout.FLAG_SETUP), ProcessExec.class);

    assertThat(networks.of(NETWORK)).isNull();
  }

  @Test
  void hostileTextIsKeptAndInvalidBytesAreReplaced() {
    byte[] args = {'a', '\n', 0, 0x1b, '[', 0, (byte) 0xff, (byte) 0xfe, 0, 0, 'c'};

    ProcessExec exec =
        event(translator(), exec(CURL, "\u001b[2J", "x\0", "", args), ProcessExec.class);

    assertThat(exec.process().args()).containsExactly("a\n", "\u001b[", "\ufffd\ufffd", "", "c");
    assertThat(exec.process().name()).isEqualTo("\u001b[2J");
  }

  @Test
  void aPathThatWasCutOrHangsNowhereShowsIt() {
    ProcessExec cut =
        event(
            translator(),
            flags(curl(), SensorLayout.FLAG_EXE_TRUNCATED | SensorLayout.FLAG_CWD_TRUNCATED),
            ProcessExec.class);
    ProcessExec memory =
        event(
            translator(),
            flags(
                exec(CURL, "x", "memfd:x\0", "", bytes("x\0")),
                SensorLayout.FLAG_EXE_UNROOTED | SensorLayout.FLAG_FILELESS),
            ProcessExec.class);

    assertThat(cut.process().executable()).isEqualTo("/bin/curl"); // as it was called
    assertThat(cut.process().workingDirectory()).isEqualTo("…/var/www/html");
    assertThat(memory.process().executable()).isEqualTo("memfd:x");
    assertThat(memory.process().flags().fileless()).isTrue();
  }

  @Test
  void sizesBeyondTheRecordReadNothingElse() {
    Random random = new Random(7);
    for (int i = 0; i < 2000; i++) {
      MemorySegment record = curl();
      long from = SensorLayout.at(SensorLayout.EXEC_RECORD, "args_size");
      for (int b = 0; b < 20; b++) {
        record.set(ValueLayout.JAVA_BYTE, from + b, (byte) random.nextInt());
      }

      assertThat(event(translator(), record, ProcessExec.class).process().ref().pid())
          .isEqualTo(1002);
    }
  }

  @Test
  void aRecordOfAnotherKindIsAnError() {
    MemorySegment record = head(99, CURL, "x", SensorLayout.RECORD.byteSize());

    assertThatThrownBy(() -> translator().translate(new SensorRecord(record)))
        .hasMessageContaining("99");
  }
}
