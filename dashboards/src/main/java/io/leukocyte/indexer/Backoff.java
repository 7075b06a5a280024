package io.leukocyte.indexer;

import java.time.Duration;

/** Pauses between tries: doubled each time, up to a bound. */
final class Backoff {
  private static final Duration FIRST = Duration.ofMillis(100);

  private final Duration most;
  private Duration next = FIRST;

  Backoff(Duration most) {
    this.most = most;
  }

  Duration next() {
    Duration now = next;
    Duration doubled = next.multipliedBy(2);
    next = doubled.compareTo(most) > 0 ? most : doubled;
    return now;
  }

  void reset() {
    next = FIRST;
  }
}
