package io.leukocyte.deploy;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * A container engine of its own that a test may kill: a dockerd in a network and a mount namespace
 * of its own, with folder, socket and control group, and the image {@code busybox:latest} taken
 * from the engine of this machine.
 *
 * <p>A shell holds the namespaces. When its standard input ends, with {@link #close} or with this
 * process however that ends, it kills everything that lives in them or in the control group.
 */
final class PrivateEngine implements AutoCloseable {
  private static final String HOLD =
      """
      ip link set lo up
      echo held
      read -r _
      mount=$(readlink /proc/self/ns/mnt)
      for round in 1 2 3; do
        for process in /proc/[0-9]*; do
          [ "$process" = "/proc/$$" ] && continue
          if [ "$(readlink "$process/ns/mnt")" = "$mount" ] || grep -qs "/$0/" "$process/cgroup"
          then kill -9 "${process#/proc/}"; fi
        done
      done 2>/dev/null
      sleep 0.2
      find /sys/fs/cgroup -depth -type d -path "*/$0*" -exec rmdir {} + 2>/dev/null
      """;

  private final Path folder;
  private final Process holder;
  private final Child daemon;

  private PrivateEngine(Path folder, Process holder, String group) {
    this.folder = folder;
    this.holder = holder;
    List<String> command = new ArrayList<>();
    command.addAll(List.of("nsenter", "-t", String.valueOf(holder.pid()), "-n", "-m", "dockerd"));
    command.addAll(List.of("--data-root", folder.resolve("data").toString()));
    command.addAll(List.of("--exec-root", folder.resolve("exec").toString()));
    command.addAll(List.of("--pidfile", folder.resolve("pid").toString(), "-H", host()));
    command.addAll(List.of("--cgroup-parent", "/" + group));
    command.addAll(List.of("--exec-opt", "native.cgroupdriver=cgroupfs"));
    daemon = new Child("dockerd", command, Map.of(), folder.resolve("dockerd.log"), this::answers);
  }

  /** Starts one below a folder. */
  static PrivateEngine start(Path folder) throws IOException, InterruptedException {
    Files.createDirectories(folder);
    String group = "leuko-test-" + ProcessHandle.current().pid();
    Process holder =
        new ProcessBuilder(
                "unshare", "--net", "--mount", "--propagation", "private", "sh", "-c", HOLD, group)
            .redirectError(folder.resolve("holder.log").toFile())
            .start();
    PrivateEngine engine = new PrivateEngine(folder, holder, group);
    if (holder.getInputStream().read() < 0) {
      throw new AssertionError("no namespaces: " + Files.readString(folder.resolve("holder.log")));
    }
    engine.restart();
    engine.takeBusybox();
    return engine;
  }

  private void takeBusybox() throws IOException, InterruptedException {
    String image = folder.resolve("busybox.tar").toString();
    run(List.of("docker", "save", "-o", image, "busybox:latest"));
    docker("load", "-i", image);
  }

  /** Starts the daemon, after it was killed too. */
  void restart() throws IOException {
    Files.deleteIfExists(folder.resolve("pid"));
    Files.deleteIfExists(folder.resolve("exec/containerd/containerd.pid"));
    daemon.start();
    daemon.awaitReady();
  }

  /** The daemon's process. */
  Child daemon() {
    return daemon;
  }

  /** Its address, as DOCKER_HOST has it. */
  String host() {
    return "unix://" + folder.resolve("sock");
  }

  private boolean answers() {
    try {
      docker("version");
      return true;
    } catch (IOException | InterruptedException | AssertionError e) {
      return false;
    }
  }

  /** Runs a container of busybox in the background, and gives its id. */
  String run(String name, String script) throws IOException, InterruptedException {
    return docker("run", "-d", "--name", name, "busybox:latest", "sh", "-c", script);
  }

  /** What the docker command says, without the last line feed; fails when it fails. */
  String docker(String... arguments) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of("docker", "-H", host()));
    command.addAll(List.of(arguments));
    return run(command);
  }

  /** What a program says; fails when it fails, or takes more than half a minute. */
  static String run(List<String> command) throws IOException, InterruptedException {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    process.getOutputStream().close();
    String output = new String(process.getInputStream().readAllBytes(), UTF_8).strip();
    if (!process.waitFor(30, TimeUnit.SECONDS) || process.exitValue() != 0) {
      throw new AssertionError(String.join(" ", command) + ": " + output);
    }
    return output;
  }

  /** Whether a container that runs is quarantined by the packet filter. */
  boolean filtered(String container) throws IOException, InterruptedException {
    String pid = docker("inspect", "-f", "{{.State.Pid}}", container);
    return Integer.parseInt(pid) > 0
        && run(List.of("nsenter", "-t", pid, "-n", "nft", "list", "tables"))
            .contains("leuko_quarantine");
  }

  /** The packet filter's rules in the network namespace of a container that runs. */
  String ruleset(String container) throws IOException, InterruptedException {
    String pid = docker("inspect", "-f", "{{.State.Pid}}", container);
    return run(List.of("nsenter", "-t", pid, "-n", "nft", "-s", "list", "ruleset"));
  }

  @Override
  public void close() {
    daemon.close();
    try {
      holder.getOutputStream().close();
      if (!holder.waitFor(20, TimeUnit.SECONDS)) {
        throw new AssertionError("The private engine's processes are still there");
      }
    } catch (IOException | InterruptedException e) {
      throw new AssertionError("The private engine was not ended", e);
    }
  }
}
