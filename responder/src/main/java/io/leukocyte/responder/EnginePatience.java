package io.leukocyte.responder;

import io.leukocyte.engine.EngineException;
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

  /** For actions: a restart of the engine is survived, an engine that stays away is said. */
  static final EnginePatience DEFAULT =
      new EnginePatience(Duration.ofSeconds(30), Duration.ofMillis(50));

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
      } catch (EngineException.Unavailable | EngineException.Timeout e) {
        if (System.nanoTime() + wait.toNanos() > end) {
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
