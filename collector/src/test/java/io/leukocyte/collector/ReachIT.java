package io.leukocyte.collector;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Where a collector works: as another user with few capabilities, and in a container with the
 * mounts that docs/deployment.md names.
 */
class ReachIT {
  private static final String TARGET = "collector-reach-target";
  private static final String INSIDE = "collector-reach-inside";
  private static final String DEBIAN = "debian:bookworm-slim";
  private static final String SECONDS = "90";
  private static final String NOBODY = "65534";
  private static final Path SOCKET = Path.of("/var/run/docker.sock");
  private static final Path JAVA = Path.of(System.getProperty("java.home"));
  private static final Path LIBRARIES = Path.of("/usr/lib/x86_64-linux-gnu");

  @TempDir private static Path folder;
  private static Path classes;
  private static final List<Running> ALL = new ArrayList<>();
  private static Running privileged;
  private static Running bare;
  private static Running hostPids;
  private static Running hostProc;
  private static Running withoutBpf;

  /** A program whose lines are read while it runs. */
  private static final class Running {
    private final Process process;
    private final List<String> lines = new CopyOnWriteArrayList<>();

    Running(List<String> command) throws IOException {
      process = new ProcessBuilder(command).redirectErrorStream(true).start();
      Thread.ofPlatform()
          .daemon()
          .start(() -> process.inputReader(UTF_8).lines().forEach(lines::add));
      ALL.add(this);
    }

    String first(String what, Predicate<String> line) {
      await(what)
          .atMost(Duration.ofSeconds(60))
          .pollInterval(Duration.ofMillis(20))
          .until(() -> {
            if (!process.isAlive() && lines.stream().noneMatch(line)) {
              throw new AssertionError("It has ended: " + String.join("\n", lines));
            }
            return lines.stream().anyMatch(line);
          });
      return lines.stream().filter(line).findFirst().orElseThrow();
    }

    Running awaitReady() {
      first("ready", line -> line.equals("ready"));
      return this;
    }

    String check(String name) {
      return first("check " + name, line -> line.contains("[name=" + name + ","));
    }

    void end() {
      process.destroyForcibly();
    }
  }

  /** All at once: each waits for its JVM, the kernel or the engine for most of its start. */
  @BeforeAll
  static void startAll() throws IOException {
    SensorProbe.requireDocker();
    SensorProbe.open(SensorOptions.DEFAULT).close(); // with all rights it has to work
    Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
    classes = Files.createDirectory(folder.resolve("classes"));
    int number = 0;
    for (String element : System.getProperty("java.class.path").split(File.pathSeparator, -1)) {
      Path from = Path.of(element);
      if (Files.isDirectory(from)) {
        copy(from, classes.resolve("%03d".formatted(number++)));
      } else if (Files.exists(from)) {
        Files.copy(from, classes.resolve("%03d.jar".formatted(number++)));
      }
    }
    Docker.start(TARGET, "--network", "none", DEBIAN, "sleep", "1000");
    privileged = asNobody("three", "-all,+bpf,+perfmon,+sys_ptrace");
    bare = asNobody("none", "-all");
    hostPids =
        inContainer("1", "collector.logs.enabled: false", "--pid", "host", "--network", "host");
    hostProc =
        inContainer(
            "2",
            "{collector.logs.enabled: false, host.proc: /host/proc}",
            "-v",
            "/proc:/host/proc:ro",
            "--network",
            "none");
    withoutBpf =
        inContainer(
            "3",
            "{collector.logs.enabled: false, collector.sensor.mode: fallback}",
            "--pid",
            "host",
            "--network",
            "host",
            "--cap-add",
            "NET_ADMIN");
  }

  private static void copy(Path from, Path to) throws IOException {
    try (Stream<Path> files = Files.walk(from)) {
      for (Path file : files.toList()) {
        Path target = to.resolve(from.relativize(file).toString());
        if (Files.isDirectory(file)) {
          Files.createDirectories(target);
        } else {
          Files.copy(file, target);
        }
      }
    }
  }

  @AfterAll
  static void removeAll() {
    ALL.forEach(Running::end);
    Docker.run("rm", "-f", TARGET, INSIDE + "1", INSIDE + "2", INSIDE + "3");
  }

  private static String classPath(Path at) throws IOException {
    try (Stream<Path> elements = Files.list(classes)) {
      return String.join(
          File.pathSeparator,
          elements.sorted().map(e -> at.resolve(e.getFileName()).toString()).toList());
    }
  }

  private static List<String> java(Path at, String data, String settings) throws IOException {
    return List.of(
        JAVA.resolve("bin/java").toString(),
        "--enable-native-access=ALL-UNNAMED",
        "-Xmx128m",
        "-XX:+UseSerialGC",
        "-XX:TieredStopAtLevel=1",
        "-cp",
        classPath(at),
        SensorProgram.class.getName(),
        data,
        SECONDS,
        settings);
  }

  private static Running asNobody(String name, String capabilities) throws IOException {
    Path data = Files.createDirectory(folder.resolve(name));
    Files.setPosixFilePermissions(data, PosixFilePermissions.fromString("rwxrwxrwx"));
    String engine = String.valueOf(Files.getAttribute(SOCKET, "unix:gid"));
    List<String> command = new ArrayList<>(List.of("setpriv", "--reuid", NOBODY));
    command.addAll(List.of("--regid", NOBODY, "--groups", engine));
    command.addAll(List.of("--inh-caps", capabilities, "--ambient-caps", capabilities));
    command.addAll(List.of("--bounding-set", capabilities));
    command.addAll(java(classes, data.toString(), "collector.logs.enabled: false"));
    return new Running(command);
  }

  private static Running inContainer(String number, String settings, String... more)
      throws IOException {
    Docker.remove(INSIDE + number);
    List<String> command =
        new ArrayList<>(List.of("docker", "run", "--rm", "--name", INSIDE + number));
    command.addAll(List.of("--cap-drop", "ALL", "--cap-add", "SYS_ADMIN"));
    command.addAll(List.of("--cap-add", "SYS_PTRACE", "--cap-add", "DAC_READ_SEARCH"));
    command.addAll(List.of("-v", SOCKET + ":" + SOCKET));
    command.addAll(List.of("-v", JAVA + ":" + JAVA + ":ro", "-v", classes + ":/classes:ro"));
    for (String library : List.of("libbpf.so.1", "libelf.so.1", "libz.so.1")) {
      Path real = LIBRARIES.resolve(library).toRealPath();
      command.addAll(List.of("-v", real + ":" + LIBRARIES.resolve(library) + ":ro"));
    }
    command.addAll(List.of(more));
    command.add(DEBIAN);
    command.addAll(java(Path.of("/classes"), "/tmp", settings));
    return new Running(command);
  }

  private static void assertSees(Running running, String mark) {
    Docker.run(
        "exec",
        "-w",
        "/usr",
        TARGET,
        "sh",
        "-c",
        "cat /etc/shadow > /dev/null; sleep 0.4; : " + mark);
    assertThat(running.first("exec", line -> line.startsWith("exec") && line.contains(mark)))
        .startsWith("exec in " + TARGET + ": /usr/bin/dash [sh, -c, cat /etc/shadow")
        .endsWith(" in /usr");
  }

  private static void assertSeesFiles(Running running) {
    assertThat(running.first("open", line -> line.startsWith("open ") && line.endsWith("shadow")))
        .isEqualTo("open in " + TARGET + ": /etc/shadow");
  }

  @Test
  void anotherUserWithTheCapabilitiesThatAreNamedSeesAll() {
    privileged.awaitReady();

    assertThat(privileged.check("kernel sensor")).contains("Ok[").contains("eBPF");
    assertThat(privileged.check("engine")).contains("Ok[");
    assertSees(privileged, "m1");
    assertSeesFiles(privileged);
  }

  @Test
  void anotherUserWithoutCapabilitiesSaysWhatToDoAndGoesOnWithoutBpf() {
    bare.awaitReady();

    assertThat(bare.check("kernel sensor"))
        .contains("Degraded[")
        .contains("this process may not use BPF; reduced coverage by ")
        .contains("run the collector as root, or with the capabilities BPF and PERFMON");
    Docker.run("exec", TARGET, "sh", "-c", "sleep 0.8; : m2");
    assertThat(bare.first("exec", line -> line.startsWith("exec") && line.contains("m2")))
        .startsWith("exec in " + TARGET + ": null [sh, -c, sleep 0.8; : m2]");
  }

  @Test
  void inAContainerWithTheHostsPidsItSeesAnotherContainer() {
    hostPids.awaitReady();

    assertThat(hostPids.check("kernel sensor")).contains("Ok[").contains("eBPF");
    assertThat(hostPids.check("engine")).contains("Ok[");
    assertSees(hostPids, "m3");
    assertSeesFiles(hostPids);
  }

  @Test
  void inAContainerWithTheHostsProcMountedItSeesAnotherContainer() {
    hostProc.awaitReady();

    assertThat(hostProc.check("kernel sensor")).contains("Ok[").contains("eBPF");
    assertSees(hostProc, "m4");
    assertSeesFiles(hostProc);
  }

  @Test
  void inAContainerWithoutBpfTheFallbackSeesAnotherContainer() {
    withoutBpf.awaitReady();

    assertThat(withoutBpf.check("fallback sensor"))
        .contains("reduced coverage by the process connector and /proc: ");
    assertSees(withoutBpf, "m5");
  }
}
