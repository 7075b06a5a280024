package io.leukocyte.deploy;

import static java.lang.ProcessBuilder.Redirect.DISCARD;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;

/**
 * A server in a process of its own that ends with ours, however ours ends.
 *
 * <p>The kernel counts the death of the <em>thread</em> that started a process as its parent's, so
 * one thread starts it and stays until it has ended.
 */
final class ChildServer implements AutoCloseable {
  private static final int STOP_SECONDS = 30;

  private final Process process;

  private ChildServer(Process process) {
    this.process = process;
  }

  /**
   * Starts it.
   *
   * @param builder its command is {@link ServiceUser#command}'s
   */
  static ChildServer start(String name, ProcessBuilder builder) throws IOException {
    CompletableFuture<Process> started = new CompletableFuture<>();
    Thread.ofPlatform().daemon().name(name + "-parent").start(() -> run(builder, started));
    try {
      return new ChildServer(started.join());
    } catch (CompletionException e) {
      throw new IOException(e.getCause());
    }
  }

  private static void run(ProcessBuilder builder, CompletableFuture<Process> started) {
    try {
      Process process = builder.start();
      started.complete(process);
      process.waitFor();
    } catch (IOException e) {
      started.completeExceptionally(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt(); // nobody does; it would end the server
    }
  }

  long pid() {
    return process.pid();
  }

  boolean isAlive() {
    return process.isAlive();
  }

  /** Only once it has ended; 128 + N when signal N ended it. */
  int exitValue() {
    return process.exitValue();
  }

  /** Waits that long at most, less if it ends; true if it has ended. */
  boolean awaitEnd(long millis) throws InterruptedException {
    return process.waitFor(millis, TimeUnit.MILLISECONDS);
  }

  /**
   * Sends a signal to it and to what it started.
   *
   * @param name as kill takes it: {@code STOP}, {@code CONT}, {@code KILL}
   */
  void signal(String name) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of("kill", "-" + name, Long.toString(pid())));
    process.descendants().forEach(child -> command.add(Long.toString(child.pid())));
    new ProcessBuilder(command).redirectOutput(DISCARD).redirectError(DISCARD).start().waitFor();
  }

  /** Kills it and what it started, and returns when they are gone. */
  void kill() throws IOException, InterruptedException {
    List<ProcessHandle> started = process.descendants().toList();
    signal("KILL");
    process.waitFor();
    for (ProcessHandle child : started) {
      child.onExit().join();
    }
  }

  /** Asks it to stop; after 30 s it and what it started are killed. */
  @Override
  public void close() {
    process.destroy();
    try {
      if (process.waitFor(STOP_SECONDS, TimeUnit.SECONDS)) {
        return;
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    process.descendants().forEach(ProcessHandle::destroyForcibly);
    process.destroyForcibly();
  }
}
