package io.leukocyte.collector;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.leukocyte.events.ContainerId;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** The {@code docker} command, for tests with real containers. */
final class Docker {
  private static final long TIMEOUT_SECONDS = 60;

  private Docker() {}

  /**
   * What a command gave back.
   *
   * @param code its exit code
   * @param output standard output and error
   */
  record Result(int code, String output) {}

  /** Whether an engine answers. */
  static boolean isThere() {
    try {
      return run("version", "--format", "{{.Server.Version}}").code() == 0;
    } catch (UncheckedIOException e) {
      return false;
    }
  }

  /** Runs {@code docker} with the arguments and waits for its end. */
  static Result run(String... arguments) {
    List<String> command = new ArrayList<>();
    command.add("docker");
    command.addAll(List.of(arguments));
    try {
      Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
      process.getOutputStream().close();
      String output = new String(process.getInputStream().readAllBytes(), UTF_8);
      if (!process.waitFor(TIMEOUT_SECONDS, TimeUnit.SECONDS)) {
        process.destroyForcibly();
        throw new IllegalStateException("docker took too long: " + command);
      }
      return new Result(process.exitValue(), output.strip());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("Interrupted", e);
    }
  }

  /** Runs {@code docker} and returns its output; it has to succeed. */
  static String ok(String... arguments) {
    Result result = run(arguments);
    if (result.code() != 0) {
      throw new IllegalStateException(
          "docker " + String.join(" ", arguments) + ": " + result.code() + ": " + result.output());
    }
    return result.output();
  }

  /** Starts a container in the background. */
  static ContainerId start(String name, String... arguments) {
    remove(name);
    List<String> command = new ArrayList<>(List.of("run", "-d", "--init=false", "--name", name));
    command.addAll(List.of(arguments));
    return new ContainerId(ok(command.toArray(String[]::new)));
  }

  /** Runs a shell script in a container to its end. */
  static Result sh(String name, String script) {
    return run("exec", name, "sh", "-c", script);
  }

  /** Removes a container if it is there. */
  static void remove(String name) {
    run("rm", "-f", name);
  }

  /** An address of a container. */
  static String address(String name, String field) {
    return ok(
        "inspect", "-f", "{{range .NetworkSettings.Networks}}{{." + field + "}}{{end}}", name);
  }
}
