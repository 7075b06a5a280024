package io.leukocyte.deploy;

import io.leukocyte.events.ContainerId;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * The containers that benches run, made by the docker command on a network of their own without a
 * way out; all are removed in the end, also on Ctrl-C.
 */
final class BenchContainers implements AutoCloseable {
  /** With bash, dd and perl. */
  static final String IMAGE = "debian:bookworm-slim";

  /** With nginx. */
  static final String WEB_IMAGE = "leuko/test-web:1";

  private static final int PATIENCE_SECONDS = 60;
  private static final int MOST_REMOVED_AT_ONCE = 25;

  private final String prefix = "leuko-bench-" + ProcessHandle.current().pid();
  private final List<String> names = new ArrayList<>();
  private final Thread hook = new Thread(this::remove, "bench-containers-end");
  private boolean network;

  /**
   * A container that runs.
   *
   * @param name by which the engine knows it
   * @param id the engine's id
   * @param pid its first process, as the host sees it
   */
  record Running(String name, ContainerId id, long pid) {
    /** Its address on the network of the bench. */
    String address() throws InterruptedException {
      return docker(
              "inspect", "-f", "{{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}", name)
          .strip();
    }

    /** Starts a program in it; the caller ends it. */
    Process exec(String... command) throws IOException {
      List<String> words = new ArrayList<>(List.of("docker", "exec", "-i", name));
      words.addAll(List.of(command));
      return new ProcessBuilder(words).redirectError(ProcessBuilder.Redirect.DISCARD).start();
    }
  }

  BenchContainers() {
    Runtime.getRuntime().addShutdownHook(hook);
  }

  /**
   * Starts a container on the network of the bench.
   *
   * @param command what it runs
   * @throws EnvironmentException when the engine does not start it; it says why
   */
  synchronized Running start(String... command) throws InterruptedException {
    return startWith(List.of(), command);
  }

  /** Starts a container on the network of the bench, with further options of {@code docker run}. */
  synchronized Running startWith(List<String> options, String... command)
      throws InterruptedException {
    List<String> all = new ArrayList<>(List.of("--network", network()));
    all.addAll(options);
    return start(all, command);
  }

  private String network() throws InterruptedException {
    if (!network) {
      docker("network", "create", "--internal", prefix);
      network = true;
    }
    return prefix;
  }

  /** Starts a container with further options of {@code docker run}. */
  synchronized Running start(List<String> options, String... command) throws InterruptedException {
    return startOf(IMAGE, options, command);
  }

  /** Starts a container of another image on the network of the bench. */
  synchronized Running startWeb(String... command) throws InterruptedException {
    return startOf(WEB_IMAGE, List.of("--network", network()), command);
  }

  private Running startOf(String image, List<String> options, String... command)
      throws InterruptedException {
    String name = prefix + "-" + names.size();
    names.add(name);
    List<String> words = new ArrayList<>(List.of("run", "--detach", "--init", "--name", name));
    words.addAll(options);
    words.add(image);
    words.addAll(List.of(command));
    String id = docker(words.toArray(String[]::new)).strip();
    String pid = docker("inspect", "--format", "{{.State.Pid}}", name).strip();
    return new Running(name, new ContainerId(id), Long.parseLong(pid));
  }

  /** Removes one, at once. */
  synchronized void remove(Running container) throws InterruptedException {
    docker("rm", "--force", container.name());
    names.remove(container.name());
  }

  /**
   * Runs the docker command and returns what it prints.
   *
   * @throws EnvironmentException when it does not work; it says why
   */
  static String docker(String... arguments) throws InterruptedException {
    List<String> words = new ArrayList<>(List.of("docker"));
    words.addAll(List.of(arguments));
    try {
      Process process = new ProcessBuilder(words).redirectErrorStream(true).start();
      process.getOutputStream().close();
      String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS) || process.exitValue() != 0) {
        throw new EnvironmentException(
            "The bench cannot go on: '%s' failed: %s"
                .formatted(String.join(" ", words), output.strip()));
      }
      return output;
    } catch (IOException e) {
      throw new EnvironmentException("The bench cannot run docker: " + e.getMessage(), e);
    }
  }

  private synchronized void remove() {
    try {
      while (!names.isEmpty()) {
        List<String> some = names.subList(0, Math.min(names.size(), MOST_REMOVED_AT_ONCE));
        List<String> words = new ArrayList<>(List.of("rm", "--force"));
        words.addAll(some);
        some.clear();
        docker(words.toArray(String[]::new));
      }
      if (network) {
        network = false;
        docker("network", "rm", prefix);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (EnvironmentException e) {
      System.err.println(e.getMessage());
    }
  }

  @Override
  public void close() {
    remove();
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException e) {
      // The JVM is ending: the hook finds nothing to do.
    }
  }
}
