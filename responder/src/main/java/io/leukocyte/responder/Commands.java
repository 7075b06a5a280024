package io.leukocyte.responder;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * Runs programs of this host, without a shell, with a deadline.
 *
 * @param deadline after which a program is ended
 */
record Commands(Duration deadline) {
  private static final int MOST_OUTPUT = 1 << 20;
  private static final ExecutorService READERS = Executors.newVirtualThreadPerTaskExecutor();

  /** What a program answered. */
  record Result(int exitCode, String output, String errors) {}

  /** Whether a program is on the path. */
  static boolean installed(String program) {
    String path = System.getenv().getOrDefault("PATH", "/usr/sbin:/usr/bin:/sbin:/bin");
    for (String folder : path.split(":", -1)) {
      if (Files.isExecutable(Path.of(folder, program))) {
        return true;
      }
    }
    return false;
  }

  /** Why programs cannot be run; empty when this host has them. */
  static Optional<String> missing(String... programs) {
    List<String> missing = Stream.of(programs).filter(p -> !installed(p)).toList();
    return missing.isEmpty()
        ? Optional.empty()
        : Optional.of("this host has no program " + String.join(" and no ", missing));
  }

  /**
   * Runs a program.
   *
   * @param input what it reads
   * @throws NetworkFilterException when it cannot be run or does not end in time
   */
  Result run(List<String> command, String input) {
    Process process;
    try {
      process = new ProcessBuilder(command).start();
    } catch (IOException e) {
      throw new NetworkFilterException(
          "Cannot run " + command.getFirst() + ": " + e.getMessage() + "; install it", e);
    }
    try {
      return talk(process, input);
    } catch (IOException | ExecutionException e) {
      throw new NetworkFilterException("Lost the program " + command + ": " + e.getMessage(), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new NetworkFilterException("Interrupted while running " + command, e);
    } finally {
      process.destroyForcibly();
    }
  }

  private Result talk(Process process, String input)
      throws IOException, ExecutionException, InterruptedException {
    CompletableFuture<String> output = read(process.getInputStream());
    CompletableFuture<String> errors = read(process.getErrorStream());
    try (OutputStream stdin = process.getOutputStream()) {
      stdin.write(input.getBytes(StandardCharsets.UTF_8));
    }
    if (!process.waitFor(deadline.toMillis(), TimeUnit.MILLISECONDS)) {
      throw new NetworkFilterException(
          "The program "
              + process.info().command().orElse("")
              + " did not end within "
              + deadline.toSeconds()
              + " s");
    }
    return new Result(process.exitValue(), output.get(), errors.get());
  }

  private static CompletableFuture<String> read(java.io.InputStream stream) {
    return CompletableFuture.supplyAsync(
        () -> {
          try (stream) {
            return new String(stream.readNBytes(MOST_OUTPUT), StandardCharsets.UTF_8);
          } catch (IOException e) {
            throw new UncheckedIOException(e);
          }
        },
        READERS);
  }
}
