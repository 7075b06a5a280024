package io.leukocyte.collector;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.leukocyte.events.CheckResult;
import io.leukocyte.events.ContainerId;
import io.leukocyte.events.NetConnect;
import io.leukocyte.events.NetFlow;
import io.leukocyte.events.ProcessExec;
import io.leukocyte.events.ProcessExit;
import io.leukocyte.events.ProcessInfo;
import io.leukocyte.events.ProcessRef;
import io.leukocyte.events.Protocol;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The kernel sensor with real programs in real containers on the running kernel. */
class KernelSensorIT {
  private static final String NAME = "collector-sensor-a";
  private static final String OTHER = "collector-sensor-b";
  private static final String NETWORK = "collector-sensor-net";
  private static final String DEBIAN = "debian:bookworm-slim";
  private static final String BUSYBOX = "busybox:latest";
  private static final SensorOptions OPTIONS =
      new SensorOptions(8 << 20, false, Duration.ofMillis(500));

  private static final SensorOptions HOST_TOO =
      new SensorOptions(8 << 20, true, Duration.ofSeconds(2));

  private static ContainerId container = new ContainerId("0".repeat(64));
  private static SensorProbe probe;

  @BeforeAll
  static void startContainersThenTheSensor() {
    SensorProbe.requireDocker();
    Docker.run("rm", "-f", NAME, OTHER);
    Docker.run("network", "rm", NETWORK);
    Docker.ok(
        "network",
        "create",
        "--internal",
        "--ipv6",
        "--subnet",
        "203.0.113.0/28",
        "--subnet",
        "2001:db8:113::/64",
        NETWORK);
    container = Docker.start(NAME, "--network", NETWORK, DEBIAN, "sleep", "1000");
    Docker.start(OTHER, "--network", NETWORK, BUSYBOX, "sleep", "1000");
    probe = SensorProbe.start(OPTIONS);
  }

  @AfterAll
  static void removeAll() {
    if (probe != null) {
      probe.close();
    }
    Docker.run("rm", "-f", NAME, OTHER);
    Docker.run("network", "rm", NETWORK);
  }

  private static ProcessInfo process(NetConnect connect) {
    return Objects.requireNonNull(connect.process());
  }

  private static ProcessInfo.Parent parent(ProcessInfo process) {
    return Objects.requireNonNull(process.parent());
  }

  // ---- exec ----

  @Test
  void execTellsProgramArgumentsUserAndParent() {
    long before = System.currentTimeMillis() * 1_000_000;
    Docker.run(
        "exec",
        "-u",
        "65534:65533",
        "-w",
        "/usr/share",
        NAME,
        "sh",
        "-c",
        "true; /bin/true 'two words' x1; :");

    ProcessExec exec = probe.exec("x1");

    ProcessInfo process = exec.process();
    assertThat(SensorProbe.isOf(exec, container)).isTrue();
    assertThat(exec.time()).isBetween(before, System.currentTimeMillis() * 1_000_000);
    assertThat(process.ref().startTime()).isBetween(before, exec.time());
    assertThat(process.args()).containsExactly("/bin/true", "two words", "x1");
    assertThat(process.argsTruncated()).isFalse();
    assertThat(process.name()).isEqualTo("true");
    assertThat(process.executable()).isEqualTo("/usr/bin/true");
    assertThat(process.workingDirectory()).isEqualTo("/usr/share");
    assertThat(process.uid()).isEqualTo(65534);
    assertThat(process.gid()).isEqualTo(65533);
    assertThat(process.capabilities()).isZero();
    assertThat(process.tty()).isZero();
    assertThat(process.containerPid()).isBetween(2, 32768);
    assertThat(process.flags()).isEqualTo(ProcessInfo.Flags.NONE);
    assertThat(parent(process).name()).isEqualTo("sh");
    assertThat(parent(process).args()).startsWith("sh", "-c");
    assertThat(parent(process).executable()).isEqualTo("/usr/bin/dash");
    assertThat(process.ancestors()).anyMatch(name -> name.startsWith("containerd-shim"));
  }

  @Test
  void itsThreadAndThoseThatItWaitsForGoBeforeThoseThatItWatches() throws IOException {
    Map<String, Integer> nice = new TreeMap<>();
    try (DirectoryStream<Path> threads = Files.newDirectoryStream(Path.of("/proc/self/task"))) {
      for (Path thread : threads) {
        String name = Files.readString(thread.resolve("comm")).strip();
        if (name.equals("leuko-sensor") || Precedence.isWaitedFor(thread)) {
          String stat = Files.readString(thread.resolve("stat"));
          String[] behindTheName = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
          nice.put(name, Integer.parseInt(behindTheName[16]));
        }
      }
    }
    assertThat(nice).containsKeys("leuko-sensor", "VM Thread", "C1 CompilerThre");
    assertThat(nice.values()).containsOnly(Precedence.NICE);
  }

  @Test
  void theParentIsTheProcessWhoseExecWasReported() {
    Docker.sh(NAME, "/bin/true x2; :");

    ProcessExec child = probe.exec("x2");
    ProcessExec shell =
        probe.first(
            ProcessExec.class, e -> e.process().ref().equals(parent(child.process()).ref()));

    assertThat(shell.process().args()).containsExactly("sh", "-c", "/bin/true x2; :");
    assertThat(parent(shell.process()).name()).matches("runc|containerd-shim");
  }

  /** The one that was given a secret is above the parent of the last. */
  @Test
  void secretsOfAncestorsAreMaskedWithAllTheirWords() {
    Docker.sh(
        NAME, "sh -c 'sh -c \"/bin/true x20; :\"; :' x --password 'two words' -u \"me:it's\"; :");

    ProcessInfo process = probe.exec("x20").process();

    assertThat(process.more().lineage())
        .extracting(ProcessInfo.Ancestor::commandLine)
        .anySatisfy(line -> assertThat(line).endsWith("x --password *** -u me:***"))
        .noneSatisfy(line -> assertThat(line).contains("words"));
  }

  @Test
  void aTerminalIsSeen() {
    Docker.run("exec", "-t", NAME, "/bin/true", "x3");

    assertThat(probe.exec("x3").process().tty() >> 8).isEqualTo(136); // /dev/pts
    assertThat(probe.exec("x3").process().capabilities()).isNotZero();
  }

  @Test
  void aScriptIsRunByItsInterpreter() {
    Docker.sh(NAME, "printf '#!/bin/sh\\n:\\n' > /tmp/s.sh; chmod +x /tmp/s.sh; /tmp/s.sh x4; :");

    ProcessInfo process = probe.exec("x4").process();

    assertThat(process.executable()).isEqualTo("/usr/bin/dash");
    assertThat(process.args()).containsExactly("/bin/sh", "/tmp/s.sh", "x4");
    assertThat(process.name()).isEqualTo("s.sh");
  }

  @Test
  void aProgramThatIsNotFromTheImageIsMarked() {
    Docker.sh(NAME, "cp /bin/true /tmp/own; /tmp/own x5; /bin/true x6");

    assertThat(probe.exec("x5").process().flags().upperLayer()).isTrue();
    assertThat(probe.exec("x6").process().flags().upperLayer()).isFalse();
  }

  @Test
  void aDeletedProgramIsFileless() {
    Docker.sh(
        NAME, "cp /bin/sh /tmp/gone; /tmp/gone -c 'rm /tmp/gone; exec /proc/self/exe -c : x7'");

    ProcessInfo process = probe.exec("x7").process();

    assertThat(process.flags().fileless()).isTrue();
    assertThat(process.executable()).isEqualTo("/tmp/gone");
  }

  @Test
  void allOfAThousandShortProgramsAreSeen() {
    Docker.sh(NAME, "i=0; while [ $i -lt 1000 ]; do /bin/true many-$i; i=$((i+1)); done");

    awaitExecs("many-", 1000);
  }

  @Test
  void allProgramsOfFourShellsAtOnceAreSeen() {
    Docker.sh(
        NAME,
        "for s in 1 2 3 4; do (i=0; while [ $i -lt 250 ]; do /bin/true four-$s-$i;"
            + " i=$((i+1)); done) & done; wait");

    awaitExecs("four-", 1000);
  }

  private static void awaitExecs(String prefix, int count) {
    await()
        .atMost(Duration.ofSeconds(10))
        .untilAsserted(() -> {
          List<String> seen =
              programs(prefix).stream().map(process -> process.args().getLast()).toList();
          assertThat(seen).hasSize(count).doesNotHaveDuplicates();
        });
    assertThat(probe.sensor().losses()).isEmpty();
    List<ProcessInfo> programs = programs(prefix);
    programs.forEach(KernelSensorIT::assertWhole);
    Set<ProcessRef> started = programs.stream().map(ProcessInfo::ref).collect(Collectors.toSet());
    assertThat(started).hasSize(count);
    await()
        .atMost(Duration.ofSeconds(10))
        .untilAsserted(() ->
            assertThat(
                    probe.of(container, ProcessExit.class).stream()
                        .filter(e -> started.contains(e.process().ref())))
                .hasSize(count)
                .allMatch(e -> e.exitCode() == 0 && e.signal() == 0));
  }

  private static List<ProcessInfo> programs(String prefix) {
    return probe.of(container, ProcessExec.class).stream()
        .map(ProcessExec::process)
        .filter(process -> process.args().getLast().startsWith(prefix))
        .toList();
  }

  /** All facts of a program that a shell in the container started, however short it was. */
  private static void assertWhole(ProcessInfo process) {
    assertThat(process.args()).hasSize(2).startsWith("/bin/true");
    assertThat(process.argsTruncated()).isFalse();
    assertThat(process.name()).isEqualTo("true");
    assertThat(process.executable()).isEqualTo("/usr/bin/true");
    assertThat(process.workingDirectory()).isEqualTo("/");
    assertThat(process.uid()).isZero();
    assertThat(process.gid()).isZero();
    assertThat(process.loginUid()).isEqualTo(-1);
    assertThat(process.tty()).isZero();
    assertThat(process.capabilities()).isNotZero();
    assertThat(process.more().permittedCapabilities()).isEqualTo(process.capabilities());
    assertThat(process.containerPid()).isGreaterThan(1);
    assertThat(process.flags()).isEqualTo(ProcessInfo.Flags.NONE);
    assertThat(process.more().file()).isNotNull();
    assertThat(parent(process).name()).isEqualTo("sh");
    assertThat(parent(process).executable()).isEqualTo("/usr/bin/dash");
    assertThat(parent(process).args()).startsWith("sh", "-c").hasSize(3);
    assertThat(process.ancestors()).anyMatch(name -> name.startsWith("containerd-shim"));
    assertThat(process.more().lineage()).hasSameSizeAs(process.ancestors());
  }

  @Test
  void hostileArgumentsArriveAsTheyAre() {
    Docker.sh(
        NAME,
        "/bin/true \"$(printf 'a\\nb')\" \"$(printf '\\033[2J')\" \"$(printf 'x\\377\\376y')\""
            + " '' x8");

    assertThat(probe.exec("x8").process().args())
        .containsExactly("/bin/true", "a\nb", "\u001b[2J", "x\ufffd\ufffdy", "", "x8");
  }

  @Test
  void longArgumentsAreCutAndMarked() {
    Docker.sh(NAME, "/bin/true x9 \"$(head -c 100000 /dev/zero | tr '\\0' A)\" end");

    ProcessInfo process = probe.exec("x9").process();

    assertThat(process.argsTruncated()).isTrue();
    assertThat(process.args()).hasSize(3);
    assertThat(process.args().getLast()).hasSize(4096 - "/bin/true".length() - 1 - 3);
    assertThat(process.args().getLast()).matches("A+");
  }

  @Test
  void aDeepPathIsWhole() {
    String deep = "/tmp" + "/directory-with-a-long-name".repeat(30);
    Docker.sh(
        NAME, "mkdir -p " + deep + "; cp /bin/true " + deep + "; cd " + deep + "; ./true x10; :");

    ProcessInfo process = probe.exec("x10").process();

    assertThat(process.executable()).isEqualTo(deep + "/true");
    assertThat(process.workingDirectory()).isEqualTo(deep);
  }

  @Test
  void aPathBeyondTheBoundIsMarked() {
    String deep = "/tmp" + "/d".repeat(60);
    Docker.sh(NAME, "mkdir -p " + deep + "; cd " + deep + "; /bin/true x11; :");

    assertThat(probe.exec("x11").process().workingDirectory()).startsWith("…/d/d").endsWith("/d/d");
  }

  // ---- set-up and exit ----

  @Test
  void theRuntimesOwnTasksAreTagged() {
    String name = "collector-sensor-short";
    Docker.remove(name);
    try {
      Docker.ok(
          "run", "--name", name, "--network", "none", BUSYBOX, "sh", "-c", "/bin/true x12; :");
      ContainerId id = new ContainerId(Docker.ok("inspect", "-f", "{{.Id}}", name));
      probe.first(
          ProcessExit.class, e -> SensorProbe.isOf(e, id) && e.process().containerPid() == 1);

      List<ProcessExec> programs =
          probe.of(id, ProcessExec.class).stream()
              .filter(e -> !e.process().flags().setup())
              .toList();
      assertThat(programs).hasSize(2);
      assertThat(programs.getFirst().process().args())
          .containsExactly("sh", "-c", "/bin/true x12; :");
      assertThat(programs.getFirst().process().containerPid()).isEqualTo(1);
      assertThat(probe.of(id, ProcessExec.class))
          .filteredOn(e -> e.process().flags().setup())
          .allMatch(e -> !e.process().args().contains("x12"));
    } finally {
      Docker.remove(name);
    }
  }

  @Test
  void aProcessThatEntersTheHostsMountsIsMarked() {
    String host = String.valueOf(ProcessHandle.current().pid());

    Docker.ok(
        "run",
        "--rm",
        "--network",
        "none",
        "--pid",
        "host",
        "--cap-add",
        "SYS_ADMIN",
        "--cap-add",
        "SYS_PTRACE",
        "--cap-add",
        "SYS_CHROOT",
        DEBIAN,
        "nsenter",
        "-t",
        host,
        "-m",
        "/bin/true",
        "x19");

    ProcessExec inside = probe.first(ProcessExec.class, e -> e.process().args().contains("x19"));
    ProcessExec outside =
        probe.first(
            ProcessExec.class,
            e ->
                e.process().args().getFirst().equals("/bin/true")
                    && e.process().args().contains("x19"));
    assertThat(inside.process().flags().hostMounts()).isFalse();
    assertThat(outside.process().flags().hostMounts()).isTrue();
    assertThat(outside.process().flags().setup()).isFalse();
    assertThat(outside.container()).isNotNull();
  }

  @Test
  void exitTellsCodeAndSignal() {
    Docker.sh(NAME, "sh -c 'exit 7' x13; sh -c 'kill -9 $$' x14; :");

    ProcessInfo exited = probe.exec("x13").process();
    ProcessInfo killed = probe.exec("x14").process();
    ProcessExit exit = probe.first(ProcessExit.class, e -> e.process().ref().equals(exited.ref()));
    ProcessExit kill = probe.first(ProcessExit.class, e -> e.process().ref().equals(killed.ref()));

    assertThat(exit.exitCode()).isEqualTo(7);
    assertThat(exit.signal()).isZero();
    assertThat(exit.process().args()).contains("x13");
    assertThat(kill.exitCode()).isZero();
    assertThat(kill.signal()).isEqualTo(9);
    assertThat(kill.time()).isGreaterThan(killed.ref().startTime());
  }

  @Test
  void aProcessOfManyThreadsEndsOnce() throws Exception {
    try (SensorProbe wide = SensorProbe.start(HOST_TOO)) {
      String java = Path.of(System.getProperty("java.home"), "bin/java").toString();
      new ProcessBuilder(java, "-Dx15", "-version").start().waitFor();
      ProcessInfo process = wide.exec("-Dx15").process();
      wide.first(ProcessExit.class, e -> e.process().ref().equals(process.ref()));
      new ProcessBuilder("/bin/true", "x16").start().waitFor();
      wide.exec("x16");

      assertThat(wide.all(ProcessExit.class, e -> e.process().ref().equals(process.ref())))
          .hasSize(1);
    }
  }

  @Test
  void theEndOfAProcessThatRanBeforeIsReported() {
    String name = "collector-sensor-before";
    ContainerId id = Docker.start(name, "--network", "none", BUSYBOX, "sleep", "1000");
    try (SensorProbe late = SensorProbe.start(OPTIONS)) {
      Docker.ok("kill", name);

      ProcessExit exit = late.first(ProcessExit.class, e -> SensorProbe.isOf(e, id));

      assertThat(exit.signal()).isEqualTo(9);
      assertThat(exit.process().args()).containsExactly("sleep", "1000");
      assertThat(exit.process().executable()).endsWith("busybox");
      assertThat(parent(exit.process()).name()).startsWith("containerd-shim");
      assertThat(exit.process().flags().setup()).isFalse();
    } finally {
      Docker.remove(name);
    }
  }

  // ---- network ----

  /** A listener in the other container that takes one connection and swallows what comes. */
  private static void listen(int port) {
    Docker.ok("exec", "-d", OTHER, "sh", "-c", "nc -l -p " + port + " > /dev/null");
    await()
        .atMost(Duration.ofSeconds(10))
        .until(() -> Docker.sh(OTHER, "netstat -ltn").output().contains(":" + port + " "));
  }

  @Test
  void aConnectionTellsProcessAndBothEnds() {
    String target = Docker.address(OTHER, "IPAddress");
    listen(7001);

    Docker.run("exec", NAME, "bash", "-c", "exec 3<>/dev/tcp/" + target + "/7001; exit 0", "c1");

    NetConnect connect = probe.first(NetConnect.class, e -> e.destination().port() == 7001);
    assertThat(SensorProbe.isOf(connect, container)).isTrue();
    assertThat(connect.protocol()).isEqualTo(Protocol.TCP);
    assertThat(connect.destination().address()).isEqualTo(target);
    assertThat(connect.source().address()).isEqualTo(Docker.address(NAME, "IPAddress"));
    assertThat(process(connect).args()).startsWith("bash", "-c").endsWith("c1");
    assertThat(process(connect).executable()).isEqualTo("/usr/bin/bash");
    assertThat(process(connect).ref()).isEqualTo(probe.exec("c1").process().ref());
  }

  @Test
  void aConnectionOverIpv6IsSeen() {
    String target = Docker.address(OTHER, "GlobalIPv6Address");
    listen(7002);

    Docker.run("exec", NAME, "bash", "-c", "exec 3<>/dev/tcp/" + target + "/7002; :", "c2");

    NetConnect connect = probe.first(NetConnect.class, e -> e.destination().port() == 7002);
    assertThat(connect.destination().address()).isEqualTo(target);
    assertThat(connect.source().address()).isEqualTo(Docker.address(NAME, "GlobalIPv6Address"));
    assertThat(process(connect).args()).endsWith("c2");
  }

  @Test
  void aForkedChildConnectsAsItsParentsProgram() {
    String target = Docker.address(OTHER, "IPAddress");
    Docker.run(
        "exec",
        NAME,
        "bash",
        "-c",
        "(exec 3<>/dev/tcp/" + target + "/7003) 2>/dev/null & wait; :",
        "c3");

    NetConnect connect = probe.first(NetConnect.class, e -> e.destination().port() == 7003);
    assertThat(process(connect).args()).endsWith("c3");
    assertThat(process(connect).ref()).isNotEqualTo(probe.exec("c3").process().ref());
    assertThat(parent(process(connect)).ref()).isEqualTo(probe.exec("c3").process().ref());
  }

  @Test
  void aDatagramIsAConnectionOnceAndAFlow() {
    String target = Docker.address(OTHER, "IPAddress");
    Docker.run(
        "exec",
        NAME,
        "bash",
        "-c",
        "for i in 1 2 3 4 5; do echo 123456789 > /dev/udp/" + target + "/7004; done; :",
        "c4");

    NetConnect connect = probe.first(NetConnect.class, e -> e.destination().port() == 7004);
    NetFlow flow = probe.first(NetFlow.class, e -> e.destination().port() == 7004);

    assertThat(connect.protocol()).isEqualTo(Protocol.UDP);
    assertThat(connect.destination().address()).isEqualTo(target);
    assertThat(process(connect).args()).endsWith("c4");
    assertThat(SensorProbe.isOf(flow, container)).isTrue();
    assertThat(flow.packets()).isEqualTo(5);
    assertThat(flow.bytes()).isEqualTo(5 * (14 + 20 + 8 + 10));
    assertThat(probe.all(NetConnect.class, e -> e.destination().port() == 7004)).hasSize(1);
  }

  @Test
  void eachPacketIsInExactlyOneReport() {
    String target = Docker.address(OTHER, "IPAddress");
    try (SensorProbe often =
        SensorProbe.start(new SensorOptions(8 << 20, false, Duration.ofMillis(10)))) {
      Docker.run(
          "exec",
          NAME,
          "bash",
          "-c",
          "for i in {1..3000}; do echo x > /dev/udp/" + target + "/7008; done");
      await().until(() -> packets(often, 7008) >= 3000);

      assertThat(often.all(NetFlow.class, e -> e.destination().port() == 7008))
          .hasSizeGreaterThan(1);
      assertThat(packets(often, 7008)).isEqualTo(3000);
    }
  }

  private static long packets(SensorProbe probe, int port) {
    return probe.all(NetFlow.class, flow -> flow.destination().port() == port).stream()
        .mapToLong(NetFlow::packets)
        .sum();
  }

  @Test
  void egressIsCountedWithinTheHeadersShare() {
    String target = Docker.address(OTHER, "IPAddress");
    listen(7005);
    long sent = 20_000_000;

    Docker.run(
        "exec",
        NAME,
        "bash",
        "-c",
        "exec 3<>/dev/tcp/" + target + "/7005; head -c " + sent + " /dev/zero >&3; exec 3>&-");

    await()
        .atMost(Duration.ofSeconds(10))
        .untilAsserted(() -> assertThat(egress(7005)).isBetween(sent, sent + sent / 10));
    assertThat(egress(7005)).isLessThan(sent + sent / 10);
  }

  @Test
  void whatAServerAnswersIsOneFlowAClient() {
    String client = Docker.address(NAME, "IPAddress");
    String server = Docker.address(OTHER, "IPAddress");
    ContainerId id = new ContainerId(Docker.ok("inspect", "-f", "{{.Id}}", OTHER));
    for (int i = 0; i < 3; i++) {
      listen(7007);
      Docker.run("exec", NAME, "bash", "-c", "exec 3<>/dev/tcp/" + server + "/7007; echo x >&3; :");
    }

    NetFlow answers =
        probe.first(
            NetFlow.class,
            e -> SensorProbe.isOf(e, id) && e.destination().address().equals(client));

    assertThat(answers.destination().port()).isZero();
    assertThat(probe.of(id, NetFlow.class)).noneMatch(e -> e.destination().port() > 7010);
  }

  private static long egress(int port) {
    return probe.of(container, NetFlow.class).stream()
        .filter(flow -> flow.destination().port() == port)
        .mapToLong(NetFlow::bytes)
        .sum();
  }

  @Test
  void aContainerInTheHostsNetworkReportsItsConnectionsBytes() {
    String target = Docker.address(OTHER, "IPAddress");
    String name = "collector-sensor-host";
    listen(7006);
    Docker.remove(name);
    try {
      Docker.ok(
          "run",
          "--name",
          name,
          "--network",
          "host",
          DEBIAN,
          "bash",
          "-c",
          "exec 3<>/dev/tcp/" + target + "/7006; head -c 300000 /dev/zero >&3; exec 3>&-");
      ContainerId id = new ContainerId(Docker.ok("inspect", "-f", "{{.Id}}", name));

      NetFlow flow =
          probe.first(NetFlow.class, e -> e.destination().port() == 7006 && e.bytes() > 0);

      assertThat(SensorProbe.isOf(flow, id)).isTrue();
      assertThat(flow.bytes()).isBetween(300_000L, 300_002L);
      assertThat(flow.packets()).isPositive();
    } finally {
      Docker.remove(name);
    }
  }

  // ---- the sensor itself ----

  @Test
  void nothingOfTheHostIsReported() throws Exception {
    new ProcessBuilder("/bin/true", "host-x16").start().waitFor();
    Docker.sh(NAME, "/bin/true x17");
    probe.exec("x17");

    assertThat(probe.all(ProcessExec.class, e -> e.container() == null)).isEmpty();
  }

  @Test
  void aHostsProcessIsReportedWhenAskedFor() throws Exception {
    try (SensorProbe wide = SensorProbe.start(HOST_TOO)) {
      new ProcessBuilder("/bin/true", "host-x18").start().waitFor();

      ProcessExec exec = wide.exec("host-x18");

      assertThat(exec.container()).isNull();
      assertThat(
              wide.first(ProcessExit.class, e -> e.process().ref().equals(exec.process().ref()))
                  .exitCode())
          .isZero();
    }
  }

  @Test
  void theCheckTellsThatItRuns() {
    assertThat(probe.sensor().check()).isInstanceOf(CheckResult.Ok.class);
  }

  @Test
  void closingLeavesNothingBehind() {
    Set<String> before = kernelObjects();
    try (SensorProbe other = SensorProbe.start(OPTIONS)) {
      assertThat(kernelObjects().size()).isGreaterThan(before.size());
      other.sensor().close();
      assertThat(other.sensor().check()).isInstanceOf(CheckResult.Failed.class);
      assertThat(other.sensor().losses()).isEmpty();
    }
    assertThat(kernelObjects()).hasSameSizeAs(before);
  }

  /** This process's descriptors and mappings of BPF objects. */
  private static Set<String> kernelObjects() {
    try (var maps = Files.lines(Path.of("/proc/self/maps"));
        var descriptors = Files.list(Path.of("/proc/self/fd"))) {
      Set<String> found =
          maps.filter(line -> line.contains("bpf")).collect(Collectors.toCollection(HashSet::new));
      descriptors.forEach(fd -> {
        try {
          String target = Files.readSymbolicLink(fd).toString();
          if (target.contains("bpf") || target.contains("eventfd")) {
            found.add(fd + " " + target);
          }
        } catch (IOException e) {
          found.remove(fd.toString()); // closed meanwhile
        }
      });
      return found;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
