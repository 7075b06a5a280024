package io.leukocyte.engine;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.awaitility.Awaitility.await;

import io.leukocyte.events.ContainerFacts.Security;
import io.leukocyte.events.ContainerId;
import io.leukocyte.events.ContainerLog.Stream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A {@link PodmanService} behind a {@link FlakySocket}, and what it tells otherwise than Docker.
 */
final class PodmanWorld extends DockerWorld {
  /** What a container may do unless told otherwise, in the order in which Podman tells it. */
  private static final List<String> GIVEN =
      List.of(
          "AUDIT_WRITE",
          "CHOWN",
          "DAC_OVERRIDE",
          "FOWNER",
          "FSETID",
          "KILL",
          "MKNOD",
          "NET_BIND_SERVICE",
          "NET_RAW",
          "SETFCAP",
          "SETGID",
          "SETPCAP",
          "SETUID",
          "SYS_CHROOT");

  private static final Pattern LOG = Pattern.compile("\"LogPath\":\"([^\"]*)\"");

  private final PodmanService podman;

  PodmanWorld(PodmanService podman, Duration deadline) {
    super(podman.socket(), podman.address(), deadline);
    this.podman = podman;
  }

  @Override
  public ContainerId runHealthy(ContainerSpec spec) {
    ContainerId id = super.runHealthy(spec);
    podman.checkHealth(id.value());
    return id;
  }

  // What a program does in a container is done from here, where it makes no difference: Podman
  // starts four programs for each.

  private Path process(ContainerId container) {
    int pid = engine().inspect(container).orElseThrow().pid();
    return Path.of("/proc", String.valueOf(pid));
  }

  private Path file(ContainerId container, String path) {
    return process(container).resolve("root").resolve(path.substring(1));
  }

  @Override
  public void print(ContainerId container, Stream stream, byte[] bytes) {
    String descriptor =
        switch (stream) {
          case STDOUT, TTY -> "fd/1";
          case STDERR -> "fd/2";
        };
    write(process(container).resolve(descriptor), bytes);
    awaitLog(container);
  }

  /** Until what was written is in the log: who reads it meanwhile may see half a line. */
  private void awaitLog(ContainerId container) {
    String description = engine().describe(container).orElseThrow();
    Matcher path = LOG.matcher(description);
    if (!path.find() || path.group(1).isEmpty()) {
      return;
    }
    Path log = Path.of(path.group(1));
    AtomicLong before = new AtomicLong(-1);
    await()
        .pollInterval(Duration.ofMillis(20))
        .until(() -> before.getAndSet(Files.size(log)) == Files.size(log));
  }

  /**
   * What is written to the log by one system call. Of more, Podman's own reader may catch one line
   * half written: it tells that half, and not the rest.
   */
  @Override
  public int burst() {
    return 20;
  }

  private static void write(Path file, byte[] bytes) {
    try {
      Files.write(file, bytes);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void write(ContainerId container, String path, int mode, byte[] content) {
    Path file = file(container, path);
    write(file, content);
    if (mode == 0755 && !file.toFile().setExecutable(true, false)) {
      throw new IllegalStateException("Cannot change " + file);
    }
  }

  @Override
  public void link(ContainerId container, String path, String target) {
    try {
      Files.createSymbolicLink(file(container, path), Path.of(target));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void delete(ContainerId container, String path) {
    try {
      Files.delete(file(container, path));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void exit(ContainerId container, int code) {
    write(file(container, "/leuko-exit"), String.valueOf(code).getBytes(UTF_8));
  }

  @Override
  public String logDriver() {
    return "k8s-file";
  }

  @Override
  public @Nullable String told(String signal) {
    return null;
  }

  /** It tells what the container may do, against what it may unless told otherwise. */
  @Override
  public Security told(Security asked) {
    boolean all = asked.capDrop().contains("ALL");
    return new Security(
        asked.capAdd().stream().filter(added -> !GIVEN.contains(added)).toList(),
        GIVEN.stream()
            .filter(
                given -> all ? !asked.capAdd().contains(given) : asked.capDrop().contains(given))
            .toList(),
        asked.options().stream().map(option -> option.replace(":true", "")).toList(),
        asked.readOnlyRoot(),
        asked.userns());
  }

  /** It is its name. */
  @Override
  public String networkId() {
    return "leuko-engine-.*";
  }
}
