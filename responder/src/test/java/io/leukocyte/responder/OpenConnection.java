package io.leukocyte.responder;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/**
 * One TCP connection from a container to another's web server, kept open: asks and counts answers.
 */
final class OpenConnection implements AutoCloseable {
  private final Process process;
  private final Semaphore permits = new Semaphore(0);
  private int asked;

  OpenConnection(String from, String to) {
    try {
      process = new ProcessBuilder("docker", "exec", "-i", from, "nc", to, "80").start();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    Thread.ofVirtual().start(this::count);
  }

  private void count() {
    try (BufferedReader lines = process.inputReader(StandardCharsets.UTF_8)) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        if (line.equals("hello")) {
          permits.release();
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Asks once more over the same connection. */
  void ask() {
    try {
      OutputStream out = process.getOutputStream();
      out.write("GET / HTTP/1.1\r\nHost: test\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
      out.flush();
      asked++;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Whether the other side ended it. */
  boolean hasEnded() {
    return !process.isAlive();
  }

  /** Whether all that was asked is answered within the time. */
  boolean answers(Duration within) {
    try {
      return permits.tryAcquire(asked, within.toMillis(), TimeUnit.MILLISECONDS) && settle();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  private boolean settle() {
    asked = 0;
    return true;
  }

  @Override
  public void close() {
    process.destroyForcibly();
  }
}
