package io.leukocyte.collector;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.leukocyte.events.ContainerId;
import io.leukocyte.events.ProcessInfo;
import io.leukocyte.events.ProcessRef;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is known of processes, from events and from a made-up {@code /proc}. */
class ProcessTableTest {
  private static final long TICK = ProcFiles.TICK;
  private static final String ID = "0123456789abcdef".repeat(4);

  @TempDir private Path proc = Path.of("");
  private final BootClock clock = new BootClock(() -> 1000 * TICK, () -> 0);
  private ProcFiles files = new ProcFiles(proc);
  private ProcessTable table = new ProcessTable(files, clock, 10, Redaction.ON);

  @BeforeEach
  void fillProc() throws IOException {
    files = new ProcFiles(proc);
    table = new ProcessTable(files, clock, 10, Redaction.ON);
    process(1, 0, 5, "init", "/sbin/init\0");
    process(40, 1, 70, "a (strange) name", "/usr/bin/shim\0--x\0");
    process(41, 40, 80, "nginx", "nginx\0-g\0daemon off;\0");
    Files.writeString(proc.resolve("41/cgroup"), "9:pids:/docker/" + ID + "\n0::/\n");
    Files.writeString(proc.resolve("40/cgroup"), "9:pids:/\n0::/docker\n");
    Files.createSymbolicLink(proc.resolve("41/exe"), Path.of("nginx-program"));
    Files.createSymbolicLink(proc.resolve("41/cwd"), Path.of("srv"));
    Files.createDirectories(proc.resolve("41/ns"));
    Files.createSymbolicLink(proc.resolve("41/ns/net"), Path.of("net:[4026532000]"));
  }

  private void process(int pid, int parent, long ticks, String name, String args)
      throws IOException {
    Path folder = Files.createDirectories(proc.resolve(String.valueOf(pid)));
    Files.writeString(
        folder.resolve("stat"),
        pid
            + " ("
            + name
            + ") S "
            + parent
            + " 1 1 34816 -1"
            + " 0".repeat(13)
            + " "
            + ticks
            + " 0\n");
    Files.writeString(
        folder.resolve("status"),
        "Name:\tx\nUid:\t33\t0\t0\t0\nGid:\t34\t0\t0\t0\nNSpid:\t"
            + pid
            + "\t7\nCapEff:\t00000000a80425fb\n");
    Files.write(folder.resolve("cmdline"), args.getBytes(UTF_8));
    Files.writeString(folder.resolve("loginuid"), "4294967295");
  }

  @Test
  void aProcessIsReadWithItsAncestry() {
    ProcessInfo process = Objects.requireNonNull(table.find(41, 80 * TICK + 5, null));

    assertThat(process.ref()).isEqualTo(new ProcessRef(41, 1080 * TICK + 5));
    assertThat(process.containerPid()).isEqualTo(7);
    assertThat(process.executable()).isEqualTo("nginx-program");
    assertThat(process.args()).containsExactly("nginx", "-g", "daemon off;");
    assertThat(process.workingDirectory()).isEqualTo("srv");
    assertThat(process.tty()).isEqualTo(34816);
    assertThat(process.uid()).isEqualTo(33);
    assertThat(process.gid()).isEqualTo(34);
    assertThat(process.loginUid()).isEqualTo(-1);
    assertThat(process.capabilities()).isEqualTo(0xa80425fbL);
    assertThat(Objects.requireNonNull(process.parent()).name()).isEqualTo("a (strange) name");
    assertThat(process.ancestors()).containsExactly("init");
  }

  /** Joined to a line, an argument of several words would look like several arguments. */
  @Test
  void secretsOfAncestorsAreMaskedWholeBeforeTheirArgumentsBecomeALine() throws IOException {
    process(39, 1, 60, "deploy", "deploy\0--password\0two words\0-u\0me:it's secret\0--dry\0");
    process(40, 39, 70, "sh", "sh\0-c\0x\0");
    String open = "deploy --password two words -u me:it's secret --dry";

    assertThat(lineage(Redaction.ON))
        .containsExactly("deploy --password *** -u me:*** --dry", "init");
    assertThat(lineage(Redaction.OFF)).containsExactly(open, "init");
  }

  private List<String> lineage(Redaction redaction) {
    ProcessTable read = new ProcessTable(files, clock, 10, redaction);
    return Objects.requireNonNull(read.find(41, 80 * TICK, null)).more().lineage().stream()
        .map(ancestor -> Objects.requireNonNull(ancestor.commandLine()))
        .toList();
  }

  @Test
  void anotherProcessWithThePidIsNotTakenForIt() {
    assertThat(table.find(41, 81 * TICK, null)).isNull();
    assertThat(table.find(99, 80 * TICK, null)).isNull();
  }

  @Test
  void whatEventsToldComesBeforeTheHost() {
    ProcessInfo told = ProcessInfo.unknown(new ProcessRef(41, 1));
    table.put(41, 80 * TICK, told);

    assertThat(table.find(41, 80 * TICK, null)).isSameAs(told);
  }

  @Test
  void aParentOutsideThatRunsAnotherProgramNowIsReadAgain() {
    table.put(40, 70 * TICK, ProcessInfo.unknown(new ProcessRef(40, 1)));

    assertThat(Objects.requireNonNull(table.find(40, 70 * TICK, "a (strange) name")).args())
        .containsExactly("/usr/bin/shim", "--x");
  }

  @Test
  void anEndedProcessIsKeptForOneMoreInterval() {
    table.put(5, TICK, ProcessInfo.unknown(new ProcessRef(5, 1)));
    table.exit(5, TICK);
    table.sweep();
    assertThat(table.remembered(5, TICK)).isNotNull();

    table.sweep();

    assertThat(table.remembered(5, TICK)).isNull();
  }

  @Test
  void theTableIsBounded() {
    for (int pid = 1000; pid < 2000; pid++) {
      table.put(pid, TICK, ProcessInfo.unknown(new ProcessRef(pid, 1)));
    }

    assertThat(table.size()).isEqualTo(10);
    assertThat(table.remembered(1999, TICK)).isNotNull();
  }

  /** The engine starts a process of its own for each that it puts into a container. */
  @Test
  void fewAreKeptOfThoseThatEndWithoutAnEvent() throws IOException {
    table = new ProcessTable(files, clock, 10_000, Redaction.ON);
    table.put(41, 80 * TICK, ProcessInfo.unknown(new ProcessRef(41, 1)));
    for (int pid = 1000; pid < 1000 + 2 * ProcessTable.MOST_READ; pid++) {
      process(pid, 1, 90, "helper", "helper\0");
      assertThat(table.find(pid, 90 * TICK, "helper")).isNotNull();
    }

    assertThat(table.size()).isEqualTo(ProcessTable.MOST_READ + 1);
    assertThat(table.remembered(41, 80 * TICK)).isNotNull();
  }

  @Test
  void aProcessThatRanBeforeIsKnownOnceItsExactStartIs() {
    table.seed(Objects.requireNonNull(files.read(41)), new HashMap<>());

    assertThat(Objects.requireNonNull(table.remembered(41, 80 * TICK + 7)).args()).hasSize(3);
  }

  @Test
  void containerAndNetworkAreRead() {
    assertThat(files.container(41)).isEqualTo(new ContainerId(ID));
    assertThat(files.container(40)).isNull();
    assertThat(files.container(99)).isNull();
    assertThat(files.networkNamespace(41)).isEqualTo(Integer.parseUnsignedInt("4026532000"));
    assertThat(files.networkNamespace(40)).isZero();
    assertThat(files.pids()).containsExactlyInAnyOrder(1, 40, 41);
  }

  @Test
  void containersOfSystemdAndKubernetesAreRecognised() throws IOException {
    for (String path :
        new String[] {
          "0::/system.slice/docker-" + ID + ".scope",
          "0::/kubepods/burstable/pod1/cri-containerd-" + ID + ".scope/inner",
          "4:pids:/docker/" + ID + "/docker/" + "f".repeat(64)
        }) {
      Files.writeString(proc.resolve("41/cgroup"), path + "\n");
      assertThat(files.container(41)).as(path).isEqualTo(new ContainerId(ID));
    }
  }

  /** An engine in a container, and the collector beside it. */
  @Test
  void theContainerThatTheHostIsIsNoneOfItsOwn() throws IOException {
    String host = "f".repeat(64);
    Files.writeString(proc.resolve("1/cgroup"), "4:pids:/docker/" + host + "\n");
    Files.writeString(proc.resolve("41/cgroup"), "4:pids:/docker/" + host + "/docker/" + ID + "\n");
    Files.writeString(proc.resolve("40/cgroup"), "4:pids:/docker/" + host + "\n");

    assertThat(files.hostContainer()).isEqualTo(new ContainerId(host));
    assertThat(files.container(41)).isEqualTo(new ContainerId(ID));
    assertThat(files.container(40)).isNull();
  }

  @Test
  void aProcessThatEndsWhileItIsReadIsNone() throws IOException {
    Files.delete(proc.resolve("41/cmdline"));
    assertThat(files.read(41)).isNull();

    Files.writeString(proc.resolve("40/stat"), "");
    assertThat(files.read(40)).isNull();
  }
}
