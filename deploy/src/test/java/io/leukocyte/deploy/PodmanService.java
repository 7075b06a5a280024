package io.leukocyte.deploy;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Assumptions;

/** A Podman of the tests' own, with the image that they use; what it makes is gone with it. */
final class PodmanService implements AutoCloseable {
  private static final Path SCRIPT = Path.of("..", "engine", "src", "test", "podman", "service.sh");
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  private final Path folder;
  private final Process process;

  private PodmanService(Path folder, Process process) {
    this.folder = folder;
    this.process = process;
  }

  /** Starts it; a test that cannot have one is skipped, but in CI it fails. */
  static PodmanService start() {
    boolean there = isThere();
    if (!there && "true".equals(System.getenv("CI"))) {
      throw new IllegalStateException(
          "No podman and unshare here, or not root; CI has to have them");
    }
    Assumptions.assumeTrue(there, "no podman, or not root");
    try {
      Path folder = Files.createTempDirectory("leuko-podman");
      Process process =
          new ProcessBuilder("sh", SCRIPT.toAbsolutePath().toString(), folder.toString())
              .redirectErrorStream(true)
              .redirectOutput(folder.resolve("log").toFile())
              .start();
      PodmanService service = new PodmanService(folder, process);
      service.awaitAnswer();
      service.load("busybox:latest");
      return service;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static boolean isThere() {
    boolean podman =
        List.of(System.getenv().getOrDefault("PATH", "").split(":", -1)).stream()
            .anyMatch(place -> Files.isExecutable(Path.of(place, "podman")));
    return podman && "root".equals(System.getProperty("user.name"));
  }

  Path socket() {
    return folder.resolve("podman.sock");
  }

  /** What the docker command needs before its own arguments to reach it. */
  List<String> address() {
    return List.of("--host", "unix://" + socket());
  }

  private void awaitAnswer() {
    await()
        .atMost(PATIENCE)
        .pollInterval(Duration.ofMillis(50))
        .until(() -> {
          if (!process.isAlive()) {
            throw new IllegalStateException("podman ended: " + said());
          }
          return Files.exists(socket()) && docker("ps", "-q").matches("[0-9a-f\\s]*");
        });
  }

  private String said() throws IOException {
    return Files.readString(folder.resolve("log"));
  }

  /** Brings an image of the Docker engine here, by the name that it has when it was fetched. */
  private void load(String image) throws IOException {
    Path file = folder.resolve("image.tar");
    run(List.of("docker", "save", "--output", file.toString(), image));
    docker("load", "--input", file.toString());
    docker("tag", "localhost/" + image, "docker.io/library/" + image);
    docker("rmi", "localhost/" + image);
    Files.delete(file);
  }

  /** Ends the service; containers go on. */
  void goAway() throws IOException {
    Files.createFile(folder.resolve("away"));
    long pid = Long.parseLong(Files.readString(folder.resolve("pid")).strip());
    ProcessHandle service = ProcessHandle.of(pid).orElseThrow();
    service.destroy();
    await().atMost(PATIENCE).until(() -> !service.isAlive());
    Files.deleteIfExists(socket());
  }

  /** Starts it again. */
  void comeBack() throws IOException {
    Files.delete(folder.resolve("away"));
    awaitAnswer();
  }

  /** Runs the docker command against it; what it printed, whatever it returned. */
  String docker(String... arguments) {
    List<String> command = new ArrayList<>(List.of("docker"));
    command.addAll(address());
    command.addAll(List.of(arguments));
    return run(command);
  }

  private static String run(List<String> command) {
    try {
      Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
      process.getOutputStream().close();
      String output = new String(process.getInputStream().readAllBytes(), UTF_8).strip();
      if (!process.waitFor(60, TimeUnit.SECONDS)) {
        throw new AssertionError(String.join(" ", command) + " takes too long: " + output);
      }
      return output;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  @Override
  public void close() {
    try {
      process.getOutputStream().close();
      if (!process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
        process.destroyForcibly();
        throw new IllegalStateException("podman does not end: " + said());
      }
      delete(folder);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static void delete(Path folder) throws IOException {
    Files.walkFileTree(
        folder,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
              throws IOException {
            Files.delete(file);
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult postVisitDirectory(Path visited, @Nullable IOException e)
              throws IOException {
            Files.delete(visited);
            return FileVisitResult.CONTINUE;
          }
        });
  }
}
