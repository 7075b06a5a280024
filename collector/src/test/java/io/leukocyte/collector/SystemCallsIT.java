package io.leukocyte.collector;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.leukocyte.events.BpfLoad;
import io.leukocyte.events.ContainerId;
import io.leukocyte.events.CredChange;
import io.leukocyte.events.Endpoint;
import io.leukocyte.events.FdDup;
import io.leukocyte.events.FileChange;
import io.leukocyte.events.FileOpen;
import io.leukocyte.events.FsMount;
import io.leukocyte.events.KernelCall;
import io.leukocyte.events.KernelModule;
import io.leukocyte.events.MemFileless;
import io.leukocyte.events.NetAccept;
import io.leukocyte.events.NetConnect;
import io.leukocyte.events.NetListen;
import io.leukocyte.events.NetSend;
import io.leukocyte.events.NetSocket;
import io.leukocyte.events.NsChange;
import io.leukocyte.events.ProcControl;
import io.leukocyte.events.ProcTrace;
import io.leukocyte.events.ProcessInfo;
import io.leukocyte.events.ProcessRef;
import io.leukocyte.events.Protocol;
import io.leukocyte.events.SignalKill;
import io.leukocyte.events.SystemCall;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Each system call that the sensor reports, made by a real program in a real container. */
class SystemCallsIT {
  private static final String NAME = "collector-calls";
  private static final SensorOptions OPTIONS =
      new SensorOptions(8 << 20, false, Duration.ofMillis(500));
  private static final EnvironmentNames ENVIRONMENT =
      new EnvironmentNames(Set.of("LD_PRELOAD", "GLIBC_TUNABLES"));
  private static final int EPERM = -1;
  private static final int ENOENT = -2;
  private static final int EACCES = -13;

  private static ContainerId container = new ContainerId("0".repeat(64));
  private static SensorProbe probe;

  @BeforeAll
  static void startContainerThenTheSensor() {
    SensorProbe.requireDocker();
    container =
        Docker.start(
            NAME,
            "--network",
            "none",
            "--security-opt",
            "seccomp=unconfined",
            "debian:bookworm-slim",
            "sleep",
            "1000");
    probe = SensorProbe.start(OPTIONS);
    probe.sensor().observe(TracedCalls.names(), ENVIRONMENT);
  }

  @AfterAll
  static void removeAll() {
    if (probe != null) {
      probe.close();
    }
    Docker.remove(NAME);
  }

  /** Runs a program of perl as a user in the container, and waits for its end. */
  private static void perl(String program, String user) {
    Docker.Result result =
        Docker.run("exec", "-u", user, "-w", "/tmp", NAME, "perl", "-e", program);
    assertThat(result.code()).as(result.output()).isZero();
  }

  private static void perl(String program) {
    perl(program, "0");
  }

  /** The first that a program of perl in the container made. */
  private static <T extends SystemCall> T first(Class<T> type, Predicate<? super T> which) {
    return first(type, "perl", which);
  }

  private static <T extends SystemCall> T first(
      Class<T> type, String program, Predicate<? super T> which) {
    return probe.first(
        type,
        e -> SensorProbe.isOf(e, container) && program.equals(e.process().name()) && which.test(e));
  }

  // ---- programs ----

  @Test
  void aProgramsStartTellsTheVariablesThatAreAskedForAndNoOther() {
    Docker.run(
        "exec", "-e", "LD_PRELOAD=/tmp/evil.so", "-e", "PASSWORD=hush", NAME, "/bin/true", "p1");

    ProcessInfo process = probe.exec("p1").process();

    assertThat(process.more().environment()).containsExactly("LD_PRELOAD=/tmp/evil.so");
    assertThat(process.more().environmentTruncated()).isFalse();
    assertThat(process.more().groupLeader()).isTrue();
    assertThat(process.more().permittedCapabilities())
        .isEqualTo(process.capabilities())
        .isNotZero();
  }

  @Test
  void anEnvironmentWithoutEndIsCutAndSaysSo() {
    Docker.run("exec", "-e", "A=" + "x".repeat(9000), NAME, "/bin/true", "p2");

    assertThat(probe.exec("p2").process().more().environmentTruncated()).isTrue();
  }

  @Test
  void whoIsNoLeaderOfItsGroupIsNone() {
    Docker.sh(NAME, "/bin/true p3; :");

    assertThat(probe.exec("p3").process().more().groupLeader()).isFalse();
  }

  // ---- files ----

  @Test
  void anOpenTellsTheFileBehindSymbolicLinks() {
    perl("symlink '/etc/shadow', '/tmp/harmless'; open my $f, '<', 'harmless'; close $f");

    FileOpen open = first(FileOpen.class, e -> "/tmp/harmless".equals(e.asked()));

    assertThat(open.path()).isEqualTo("/etc/shadow");
    assertThat(open.call()).isEqualTo("openat");
    assertThat(open.result()).isPositive();
    assertThat(open.flags() & 3).as("read only").isZero();
    assertThat(open.created()).isFalse();
    assertThat(open.upperLayer()).as("it is the image's").isFalse();
    FileChange link = first(FileChange.class, e -> e.path().equals("/tmp/harmless"));
    assertThat(link.target()).isEqualTo("/etc/shadow");
    assertThat(link.call()).startsWith("symlink");
  }

  @Test
  void anOpenThatFailedTellsWhatWasAskedForAndTheError() {
    perl("open my $f, '<', '../etc/./there/is/none'; 1");

    FileOpen open = first(FileOpen.class, e -> e.path().equals("/etc/there/is/none"));

    assertThat(open.result()).isEqualTo(ENOENT);
    assertThat(open.failed()).isTrue();
    assertThat(open.asked()).isEqualTo("/tmp/../etc/./there/is/none");
  }

  /** Who serves files by what strangers ask for opens such paths. */
  @Test
  void aPathThatClimbsIsToldWithItsSteps() {
    perl("open my $f, '<', '../../tmp/../etc/debian_version'; open $f, '<', './harmless-2'; 1");

    FileOpen open = first(FileOpen.class, e -> e.path().equals("/etc/debian_version"));

    assertThat(open.asked()).isEqualTo("/tmp/../../tmp/../etc/debian_version");
    assertThat(open.result()).isPositive();
    assertThat(first(FileOpen.class, e -> e.path().equals("/tmp/harmless-2")).asked()).isNull();
  }

  @Test
  void anOpenThatMayNotIsSeen() {
    perl("open my $f, '<', '/etc/shadow'; 1", "65534");

    FileOpen open =
        first(FileOpen.class, e -> e.path().equals("/etc/shadow") && e.process().uid() == 65534);

    assertThat(open.result()).isEqualTo(EACCES);
  }

  @Test
  void aFileThatIsMadeAndWrittenIsSeenWithItsMode() {
    perl(
        "use Fcntl; sysopen my $f, '/tmp/fresh', O_CREAT|O_WRONLY, 0640; close $f;"
            + " sysopen $f, '/tmp/fresh', O_CREAT|O_WRONLY, 0640; close $f");

    FileOpen made = first(FileOpen.class, e -> e.path().equals("/tmp/fresh") && e.created());

    assertThat(made.mode()).isEqualTo(0640);
    assertThat(made.flags() & 0x41).isEqualTo(0x41);
    assertThat(made.upperLayer()).isTrue();
    FileOpen again = first(FileOpen.class, e -> e.path().equals("/tmp/fresh") && !e.created());
    assertThat(again.asked()).isNull();
  }

  @Test
  void changesOfNamesAndModesAreSeen() {
    perl(
        "mkdir '/tmp/d', 0750; open my $f, '>', '/tmp/d/a'; close $f; chdir '/tmp/d';"
            + "rename 'a', 'b'; link 'b', 'c'; chmod 04755, 'b'; chown 33, 34, 'b';"
            + "truncate 'b', 0; unlink 'c'; unlink '/tmp/d/b'; chdir '/'; rmdir '/tmp/d'");

    assertThat(first(FileChange.class, e -> e.call().equals("mkdir") && e.path().equals("/tmp/d")))
        .satisfies(e -> assertThat(e.mode()).isEqualTo(0750));
    assertThat(first(FileChange.class, e -> "/tmp/d/b".equals(e.target())))
        .satisfies(e -> assertThat(e.path()).isEqualTo("/tmp/d/a"));
    assertThat(first(FileChange.class, e -> "/tmp/d/c".equals(e.target())))
        .satisfies(e -> assertThat(e.call()).startsWith("link"));
    assertThat(first(FileChange.class, e -> e.call().contains("chmod") && e.mode() == 04755))
        .satisfies(e -> {
          assertThat(e.path()).isEqualTo("/tmp/d/b");
          assertThat(e.mode()).isEqualTo(04755);
          assertThat(e.result()).isZero();
        });
    assertThat(first(FileChange.class, e -> e.call().contains("chown") && e.uid() == 33))
        .satisfies(e -> {
          assertThat(e.path()).isEqualTo("/tmp/d/b");
          assertThat(e.uid()).isEqualTo(33);
          assertThat(e.gid()).isEqualTo(34);
        });
    first(FileChange.class, e -> e.call().equals("truncate") && e.path().equals("/tmp/d/b"));
    first(FileChange.class, e -> e.call().startsWith("unlink") && e.path().equals("/tmp/d/c"));
    first(FileChange.class, e -> e.call().equals("rmdir") && e.path().equals("/tmp/d"));
  }

  @Test
  void aPathWithoutEndIsCutAndSaysSo() {
    perl("open my $f, '<', '/' . ('x' x 5000); 1");

    FileOpen open = first(FileOpen.class, e -> e.path().startsWith("/xxxxx"));

    assertThat(open.pathTruncated()).isTrue();
    assertThat(open.path().length()).isLessThanOrEqualTo(4096);
  }

  @Test
  void aNameOfAnyBytesDoesNoHarm() {
    perl("open my $f, '>', \"/tmp/n\\n\\e[31m\\xff\"; close $f");

    FileOpen open = first(FileOpen.class, e -> e.path().startsWith("/tmp/n\n"));

    assertThat(open.path()).isEqualTo("/tmp/n\n\u001b[31m\ufffd");
  }

  // ---- sockets ----

  @Test
  void aServerIsSeenFromItsSocketToTheConnectionItAccepts() {
    perl(
        "use Socket; socket my $s, PF_INET, SOCK_STREAM, 0; bind $s, pack_sockaddr_in(7401,"
            + " INADDR_LOOPBACK); listen $s, 17; socket my $c, PF_INET, SOCK_STREAM, 0;"
            + " connect $c, pack_sockaddr_in(7401, INADDR_LOOPBACK); accept my $a, $s; 1");

    NetListen bind =
        first(NetListen.class, e -> e.call().equals("bind") && e.local().port() == 7401);
    assertThat(bind.local()).isEqualTo(new Endpoint("127.0.0.1", 7401));
    assertThat(bind.protocol()).isEqualTo(Protocol.TCP);
    NetListen listen =
        first(NetListen.class, e -> e.call().equals("listen") && e.local().port() == 7401);
    assertThat(listen.backlog()).isEqualTo(17);
    NetAccept accept = first(NetAccept.class, e -> e.server().port() == 7401);
    assertThat(accept.client().address()).isEqualTo("127.0.0.1");
    assertThat(accept.client().port()).isPositive();
    assertThat(accept.result()).isPositive();
  }

  @Test
  void aQuestionToANameServerIsReadAndSoIsWhereADatagramGoes() {
    String question =
        "pack('n6', 1, 256, 1, 0, 0, 0) . \"\\x06secret\\x04evil\\x07example\\0\" . pack('n2', 16, 1)";
    perl(
        "use Socket; socket my $s, PF_INET, SOCK_DGRAM, 0;"
            + "send $s, "
            + question
            + ", 0, pack_sockaddr_in(53, INADDR_LOOPBACK);"
            + "send $s, 'x' x 99, 0, pack_sockaddr_in(7402, INADDR_LOOPBACK)");

    NetSend asked = first(NetSend.class, e -> e.remote().port() == 53);
    assertThat(asked.dnsName()).isEqualTo("secret.evil.example");
    assertThat(asked.dnsType()).isEqualTo("TXT");
    assertThat(asked.protocol()).isEqualTo(Protocol.UDP);
    NetSend other = first(NetSend.class, e -> e.remote().port() == 7402);
    assertThat(other.remote().address()).isEqualTo("127.0.0.1");
    assertThat(other.bytes()).isEqualTo(99);
    assertThat(other.dnsName()).isNull();
  }

  @Test
  void aDatagramThatComesIsSeenWithWhereItIsFrom() {
    perl(
        "use Socket; socket my $s, PF_INET, SOCK_DGRAM, 0; bind $s, pack_sockaddr_in(7404,"
            + " INADDR_LOOPBACK); socket my $c, PF_INET, SOCK_DGRAM, 0; bind $c,"
            + " pack_sockaddr_in(7405, INADDR_LOOPBACK); send $c, 'y' x 33, 0,"
            + " pack_sockaddr_in(7404, INADDR_LOOPBACK); recv $s, my $t, 100, 0");

    NetSend came = first(NetSend.class, e -> e.call().equals("recvfrom"));

    assertThat(came.local()).isEqualTo(new Endpoint("127.0.0.1", 7404));
    assertThat(came.remote()).isEqualTo(new Endpoint("127.0.0.1", 7405));
    assertThat(came.bytes()).isEqualTo(33);
  }

  @Test
  void socketsOfFileSystemsAreSeenByTheirPaths() {
    perl(
        "use Socket; chdir '/tmp'; socket my $s, PF_UNIX, SOCK_STREAM, 0;"
            + " bind $s, pack_sockaddr_un('own.sock'); listen $s, 3;"
            + " socket my $c, PF_UNIX, SOCK_STREAM, 0; connect $c, pack_sockaddr_un('./own.sock');"
            + " socket my $d, PF_UNIX, SOCK_DGRAM, 0; bind $d, pack_sockaddr_un(\"\\0hidden\");"
            + " socket my $e, PF_UNIX, SOCK_DGRAM, 0; send $e, 'x', 0,"
            + " pack_sockaddr_un(\"\\0hidden\"); 1");

    NetListen bind = first(NetListen.class, e -> e.local().address().equals("/tmp/own.sock"));
    assertThat(bind.call()).isEqualTo("bind");
    assertThat(bind.protocol()).isEqualTo(Protocol.OTHER);
    assertThat(bind.local().port()).isZero();
    NetConnect connect =
        probe.first(NetConnect.class, e -> e.destination().address().equals("/tmp/own.sock"));
    assertThat(connect.protocol()).isEqualTo(Protocol.OTHER);
    assertThat(Objects.requireNonNull(connect.process()).name()).isEqualTo("perl");
    first(NetListen.class, e -> e.local().address().startsWith("@hidden"));
    first(NetSend.class, e -> e.remote().address().startsWith("@hidden"));
  }

  @Test
  void socketsOfUnusualKindsAreSeen() {
    perl("socket my $s, 17, 3, 0; socket my $a, 38, 5, 0; 1");

    NetSocket packet = first(NetSocket.class, e -> e.domain() == 17);
    assertThat(packet.type() & 0xf).isEqualTo(3);
    assertThat(packet.result()).as("NET_RAW is Docker's default").isPositive();
    first(NetSocket.class, e -> e.domain() == 38);
  }

  @Test
  void aSocketInThePlaceOfTheStandardStreamsIsSeen() {
    perl(
        "use Socket; use POSIX; socket my $s, PF_INET, SOCK_STREAM, 0; bind $s,"
            + " pack_sockaddr_in(7403, INADDR_LOOPBACK); listen $s, 1;"
            + " socket my $c, PF_INET, SOCK_STREAM, 0;"
            + " connect $c, pack_sockaddr_in(7403, INADDR_LOOPBACK); POSIX::dup2(fileno($c), 0)");

    FdDup dup = first(FdDup.class, e -> e.newFd() == 0);

    assertThat(dup.call()).startsWith("dup");
    assertThat(Objects.requireNonNull(dup.socket()).remote())
        .isEqualTo(new Endpoint("127.0.0.1", 7403));
  }

  // ---- processes and the kernel ----

  /** Numbers of x86-64 or arm64. */
  private static int number(String call) {
    TracedCall traced = TracedCalls.named(call).orElseThrow();
    return CallInterest.isArm() ? traced.arm64() : traced.x86();
  }

  private static void call(String name, String arguments) {
    perl("syscall(" + number(name) + (arguments.isEmpty() ? "" : ", " + arguments) + "); 1");
  }

  @Test
  void oneProcessThatTakesHoldOfAnotherIsSeen() {
    call("ptrace", "16, 1, 0, 0");
    ProcTrace attach = first(ProcTrace.class, e -> e.request() == 16);
    assertThat(attach.target().pid()).as("on the host").isEqualTo(hostPid());
    assertThat(attach.target().startTime()).isPositive();
    assertThat(attach.targetName()).isEqualTo("sleep");
    call("process_vm_readv", "1, 0, 0, 0, 0, 0");
    assertThat(first(ProcTrace.class, e -> e.call().equals("process_vm_readv")).target())
        .isEqualTo(attach.target());
    call("ptrace", "0, 1, 0, 0");
    assertThat(first(ProcTrace.class, e -> e.request() == 0 && e.call().equals("ptrace")).target())
        .isEqualTo(new ProcessRef(0, 0));
    call("ptrace", "16, 4000000, 0, 0");
    first(ProcTrace.class, e -> e.target().equals(new ProcessRef(4_000_000, 0)));
  }

  @Test
  void namespacesAreSeen() {
    call("unshare", "0x20000000");
    NsChange unshare = first(NsChange.class, e -> e.call().equals("unshare"));
    assertThat(unshare.flags()).isEqualTo(0x20000000L);
    assertThat(unshare.result()).isEqualTo(EPERM);
    perl("open my $f, '<', '/proc/self/ns/net'; syscall(" + number("setns") + ", fileno($f), 0)");
    first(NsChange.class, e -> e.call().equals("setns"));
  }

  @Test
  void mountsAreSeen() {
    perl(
        "my ($s,$t,$y)=(\"/dev/sda\\0\",\"/mnt/x\\0\",\"ext4\\0\"); syscall("
            + number("mount")
            + ", $s, $t, $y, 1, 0); my $r = \"/tmp\\0\"; syscall("
            + number("chroot")
            + ", $r); my $u=\"/proc\\0\"; syscall("
            + number("umount2")
            + ", $u, 2)");

    FsMount mount = first(FsMount.class, e -> e.call().equals("mount"));
    assertThat(mount.source()).isEqualTo("/dev/sda");
    assertThat(mount.target()).isEqualTo("/mnt/x");
    assertThat(mount.type()).isEqualTo("ext4");
    assertThat(mount.flags()).isEqualTo(1);
    assertThat(mount.failed()).isTrue();
    assertThat(first(FsMount.class, e -> e.call().equals("chroot")).target()).isEqualTo("/tmp");
    assertThat(first(FsMount.class, e -> e.call().equals("umount2")).flags()).isEqualTo(2);
  }

  @Test
  void callsIntoTheKernelAreSeen() {
    perl("my $n = \"evil_mod\\0\"; syscall(" + number("delete_module") + ", $n, 0)");
    assertThat(first(KernelModule.class, e -> e.call().equals("delete_module")).name())
        .isEqualTo("evil_mod");
    perl(
        "open my $f, '<', '/etc/hostname'; my $p = \"\\0\"; syscall("
            + number("finit_module")
            + ", fileno($f), $p, 0)");
    assertThat(first(KernelModule.class, e -> e.call().equals("finit_module")).path())
        .isEqualTo("/etc/hostname");
    perl("my $a = pack('L', 7) . (\"\\0\" x 124); syscall(" + number("bpf") + ", 5, $a, 128)");
    BpfLoad load = first(BpfLoad.class, e -> e.command() == 5);
    assertThat(load.programType()).isEqualTo(7);
    assertThat(load.failed()).isTrue();
    call("userfaultfd", "4097");
    assertThat(first(KernelCall.class, e -> e.call().equals("userfaultfd")).args())
        .startsWith(4097L);
    for (String name : List.of("perf_event_open", "io_uring_setup", "keyctl")) {
      call(name, "0, 0, 0, 0, 0");
      first(KernelCall.class, e -> e.call().equals(name));
    }
  }

  @Test
  void aFileInMemoryIsSeenByItsName() {
    perl("my $n = \"implant\\0\"; syscall(" + number("memfd_create") + ", $n, 1)");

    MemFileless memfd = first(MemFileless.class, e -> "implant".equals(e.name()));

    assertThat(memfd.flags()).isEqualTo(1);
    assertThat(memfd.result()).isPositive();
  }

  @Test
  void aChangeOfTheUserIsSeenWithBeforeAndAfter() {
    perl("syscall(" + number("setresuid") + ", 33, 33, 33)");

    CredChange change = first(CredChange.class, e -> e.call().equals("setresuid"));

    assertThat(change.uidBefore()).isZero();
    assertThat(change.uid()).isEqualTo(33);
    assertThat(change.capabilitiesBefore()).isNotZero();
    assertThat(change.capabilities()).isZero();
    assertThat(change.result()).isZero();
  }

  @Test
  void signalsAndNamesAreSeen() {
    perl(
        "kill 0, 1; my $n = \"kworker/0:1\\0\"; syscall(" + number("prctl") + ", 15, $n, 0, 0, 0)");

    int host = hostPid();
    SignalKill kill = first(SignalKill.class, e -> e.target().pid() == host);
    assertThat(kill.signal()).isZero();
    assertThat(kill.targetName()).isEqualTo("sleep");
    perl("my $p = fork // die; if (!$p) { sleep 100; exit } kill 'KILL', $p; waitpid $p, 0");
    SignalKill child = first(SignalKill.class, e -> e.signal() == 9);
    assertThat(child.targetName()).isEqualTo("perl");
    assertThat(child.target().pid()).isNotEqualTo(child.process().ref().pid());
    assertThat(child.target().startTime())
        .isGreaterThanOrEqualTo(child.process().ref().startTime());
    perl("kill 0, -4000001; 1");
    first(SignalKill.class, e -> e.target().equals(new ProcessRef(-4_000_001, 0)));
    perl(
        "my $f = syscall(434, $$ + 0, 0); syscall("
            + number("pidfd_send_signal")
            + ", $f, 0, 0, 0)");
    SignalKill own = first(SignalKill.class, e -> e.call().equals("pidfd_send_signal"));
    assertThat(own.target()).isEqualTo(own.process().ref());
    ProcControl name = first(ProcControl.class, "kworker/0:1", e -> "kworker/0:1".equals(e.text()));
    assertThat(name.option()).isEqualTo(15);
  }

  private static int hostPid() {
    return Integer.parseInt(Docker.ok("inspect", "-f", "{{.State.Pid}}", NAME));
  }

  // ---- calls of 32 bits ----

  /** Writes into the container and runs a static program of 32 bits. */
  private static void run32(String name, MachineCode code) {
    StringBuilder hex = new StringBuilder();
    for (byte b : code.program()) {
      hex.append("%02x".formatted(b));
    }
    perl(
        "open my $f, '>', '/tmp/"
            + name
            + "'; print $f pack('H*', '"
            + hex
            + "'); close $f; chmod 0755, '/tmp/"
            + name
            + "'");
    Docker.Result result = Docker.run("exec", NAME, "/tmp/" + name);
    assertThat(result.code()).as(result.output()).isZero();
  }

  @Test
  void callsOf32BitsAreSeenByTheSameNamesWithTheirOwnNumbers() {
    assumeThat(CallInterest.isArm()).as("its 32-bit calls are of another processor").isFalse();
    MachineCode code = new MachineCode();
    run32(
        "calls32",
        code.call(5, code.text("/etc/shadow"), 0, 0) // open
            .call(39, code.text("/tmp/made32"), 0700, 0) // mkdir
            .call(26, 16, 1, 0) // ptrace
            .call(37, 1, 0, 0) // kill
            .call(1, 0, 0, 0)); // exit

    FileOpen open = first(FileOpen.class, "calls32", e -> e.path().equals("/etc/shadow"));
    assertThat(open.call()).isEqualTo("open");
    assertThat(open.result()).isPositive();
    FileChange made = first(FileChange.class, "calls32", e -> e.path().equals("/tmp/made32"));
    assertThat(made.call()).isEqualTo("mkdir");
    assertThat(made.mode()).isEqualTo(0700);
    ProcTrace trace = first(ProcTrace.class, "calls32", e -> e.request() == 16);
    assertThat(trace.target().pid()).isEqualTo(hostPid());
    SignalKill kill = first(SignalKill.class, "calls32", e -> e.call().equals("kill"));
    assertThat(kill.target().pid()).isEqualTo(hostPid());
    assertThat(kill.result()).isZero();
  }

  // ---- which ----

  @Test
  void onlyWhatIsAskedForIsReportedAndItMayChange() {
    probe.sensor().observe(Set.of("mkdir", "mkdirat"), ENVIRONMENT);
    try {
      perl("open my $f, '>', '/tmp/unseen'; close $f; mkdir '/tmp/seen-1'");
      first(FileChange.class, e -> e.path().equals("/tmp/seen-1"));
      assertThat(probe.all(FileOpen.class, e -> e.path().equals("/tmp/unseen"))).isEmpty();
    } finally {
      probe.sensor().observe(TracedCalls.names(), ENVIRONMENT);
    }
    perl("open my $f, '>', '/tmp/seen-2'; close $f");
    first(FileOpen.class, e -> e.path().equals("/tmp/seen-2"));
  }
}
