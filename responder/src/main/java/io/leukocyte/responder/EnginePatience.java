package io.leukocyte.responder;

import io.leukocyte.engine.EngineException;
import io.leukocyte.events.Outcome;
import java.time.Duration;
import java.util.concurrent.CancellationException;
import java.util.function.Supplier;

/**
 * Asks an engine again that could not be reached or did not answer, until a deadline. What it
 * answered, such as that there is no such container or that it will not, is not asked again.
 *
 * @param most how long
 * @param pause between two attempts at first; it doubles up to a second
 */
record EnginePatience(Duration most, Duration pause) {
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(1);

  /** For actions: most restarts of the engine are survived, longer ones are waited for. */
  static final EnginePatience DEFAULT =
      new EnginePatience(Duration.ofSeconds(5), Duration.ofMillis(50));

  /** Whether asking again may mend it. */
  static boolean isAway(EngineException e) {
    return switch (e) {
      case EngineException.Unavailable _, EngineException.Timeout _ -> true;
      case EngineException.NotFound _, EngineException.Conflict _, EngineException.Refused _ ->
          false;
    };
  }

  /** What is journalled of what waits longer. */
  static Outcome.Done waiting(String problem) {
    return new Outcome.Done("until the container engine answers: " + problem);
  }

  /**
   * Does the work.
   *
   * @throws EngineException the last one when the time is over, or one that asking again would not
   *     mend
   * @throws CancellationException when the thread is told to end meanwhile: nothing is decided
   */
  <T> T call(Supplier<T> work) {
    long end = System.nanoTime() + most.toNanos();
    Duration wait = pause;
    while (true) {
      try {
        return work.get();
      } catch (EngineException e) {
        if (!isAway(e) || System.nanoTime() + wait.toNanos() > end) {
          throw e;
        }
        sleep(wait);
        Duration doubled = wait.multipliedBy(2);
        wait = doubled.compareTo(LONGEST_PAUSE) < 0 ? doubled : LONGEST_PAUSE;
      }
    }
  }

  private static void sleep(Duration time) {
    try {
      Thread.sleep(time);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new CancellationException("told to end while the engine was away");
    }
  }
}
