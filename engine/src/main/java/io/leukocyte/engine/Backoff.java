package io.leukocyte.engine;

import java.time.Duration;

/** Pauses that double from the first up to 64 times that. */
final class Backoff {
  private static final int MOST_DOUBLINGS = 6;

  private final long first;
  private int doublings;

  Backoff(Duration first) {
    this.first = Math.max(1, first.toMillis());
  }

  /** The next pause in milliseconds. */
  long next() {
    long pause = first << doublings;
    doublings = Math.min(MOST_DOUBLINGS, doublings + 1);
    return pause;
  }

  /** It works again. */
  void reset() {
    doublings = 0;
  }
}
