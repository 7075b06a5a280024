package io.leukocyte.deploy;

import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * A process that can be killed, frozen and started again. Its standard input stays open as long as
 * this process lives.
 */
final class Child implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofMinutes(3);

  private final String name;
  private final List<String> command;
  private final Map<String, String> environment;
  private final Path log;
  private final BooleanSupplier ready;
  private @Nullable Process process;

  /**
   * A process that is not started.
   *
   * @param name for messages
   * @param command program and arguments
   * @param environment variables besides those of this process; {@code LEUKO_…} are not inherited
   * @param log where its output goes
   * @param ready whether it does its work
   */
  Child(
      String name,
      List<String> command,
      Map<String, String> environment,
      Path log,
      BooleanSupplier ready) {
    this.name = name;
    this.command = command;
    this.environment = environment;
    this.log = log;
    this.ready = ready;
    Runtime.getRuntime().addShutdownHook(new Thread(this::close));
  }

  /** Starts it, for the first time or again; {@link #awaitReady} waits until it works. */
  void start() throws IOException {
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
    builder.environment().keySet().removeIf(key -> key.startsWith("LEUKO_"));
    builder.environment().putAll(environment);
    process = builder.start();
  }

  /** Waits until it works; fails with the end of its output when it ends or takes too long. */
  void awaitReady() {
    await(name)
        .atMost(PATIENCE)
        .pollInterval(Duration.ofMillis(50))
        .until(() -> {
          if (!running().isAlive()) {
            throw new AssertionError(name + " ended by itself: " + lastWords());
          }
          return ready.getAsBoolean();
        });
  }

  /** SIGKILL; returns when it is gone. */
  void kill() throws InterruptedException {
    if (!running().destroyForcibly().waitFor(20, TimeUnit.SECONDS)) {
      throw new AssertionError(name + " is still there 20 s after SIGKILL");
    }
  }

  /** SIGSTOP. */
  void freeze() throws IOException, InterruptedException {
    signal("STOP");
  }

  /** SIGCONT. */
  void thaw() throws IOException, InterruptedException {
    signal("CONT");
  }

  private void signal(String signal) throws IOException, InterruptedException {
    String pid = String.valueOf(running().pid());
    int code = new ProcessBuilder("kill", "-" + signal, pid).inheritIO().start().waitFor();
    if (code != 0) {
      throw new AssertionError("kill -" + signal + " of " + name + " failed");
    }
  }

  long pid() {
    return running().pid();
  }

  private Process running() {
    Process started = process;
    if (started == null) {
      throw new IllegalStateException(name + " was not started");
    }
    return started;
  }

  /** The end of its output. */
  String lastWords() {
    try {
      List<String> lines = Files.readAllLines(log);
      return String.join("\n", lines.subList(Math.max(0, lines.size() - 30), lines.size()));
    } catch (IOException e) {
      return "no output: " + e;
    }
  }

  @Override
  public void close() {
    Process started = process;
    if (started != null) {
      started.destroyForcibly();
    }
  }
}
