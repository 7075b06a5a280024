package io.leukocyte.analyzer;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.common.errors.AuthenticationException;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.streams.errors.MissingSourceTopicException;
import org.jspecify.annotations.Nullable;

/** Why threads of the analyzer died, in words, for as long as it matters. */
final class AnalyzerFailures {
  /** A failure that did not come back for this long is over. */
  static final Duration MEMORY = Duration.ofSeconds(60);

  private static final String AGAIN =
      "it is tried again; a batch that fails twice goes to leuko.dead with the reason";
  private static final int QUICK_FAILURES = 3;
  private static final Duration PAUSE = Duration.ofSeconds(5);

  private @Nullable Failure last;
  private long lastAt;
  private int inARow;

  /**
   * What failed.
   *
   * @param problem what is wrong
   * @param todo what to do
   * @param lasting whether trying again is useless
   */
  record Failure(String problem, String todo, boolean lasting) {}

  /**
   * Puts a failure into words and remembers it; waits a little when they come one after another.
   */
  Failure note(Throwable thrown) {
    Failure failure = inWords(thrown);
    boolean wait;
    synchronized (this) {
      inARow = current() == null ? 1 : inARow + 1;
      wait = !failure.lasting() && inARow > QUICK_FAILURES;
      last = failure;
      lastAt = System.nanoTime();
    }
    if (wait) {
      pause();
    }
    return failure;
  }

  /** On the dying thread, which has nothing else to do. */
  private static void pause() {
    try {
      TimeUnit.NANOSECONDS.sleep(PAUSE.toNanos());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** The failure that still holds; null when there is none. */
  synchronized @Nullable Failure current() {
    Failure failure = last;
    if (failure == null || failure.lasting() || System.nanoTime() - lastAt < MEMORY.toNanos()) {
      return failure;
    }
    last = null;
    return null;
  }

  private static Failure inWords(Throwable thrown) {
    for (Throwable cause = thrown; cause != null; cause = cause.getCause()) {
      switch (cause) {
        case NewerBatchException e -> {
          return new Failure(message(e), "upgrade this analyzer and start it again", true);
        }
        case UnreadableStateException e -> {
          return new Failure(message(e), UnreadableStateException.todo(), true);
        }
        case MissingSourceTopicException e -> {
          return new Failure(
              "The topics do not exist: " + message(e),
              "create them by starting any role with the right to, or by hand",
              true);
        }
        case RecordTooLargeException e -> {
          return new Failure(
              "Kafka does not take a record of the analyzer: " + message(e),
              "raise max.message.bytes of the topic, and max.request.size in kafka.properties",
              false);
        }
        case AuthenticationException e -> {
          return new Failure(
              "Kafka does not accept the user: " + message(e),
              "check kafka.user and kafka.password",
              false);
        }
        case AuthorizationException e -> {
          return new Failure(
              "Kafka refuses the analyzer: " + message(e),
              "give the user the rights docs/detection.md lists",
              false);
        }
        case DetectionException e -> {
          return new Failure(message(e), AGAIN, false);
        }
        default -> {}
      }
    }
    return new Failure("Detection failed: " + thrown, AGAIN, false);
  }

  private static String message(Throwable thrown) {
    return String.valueOf(thrown.getMessage());
  }
}
