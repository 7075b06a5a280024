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
    return next(most);
  }

  /** The next pause where there is another bound for this time. */
  Duration next(Duration bound) {
    Duration now = next.compareTo(bound) > 0 ? bound : next;
    Duration doubled = now.multipliedBy(2);
    next = doubled.compareTo(bound) > 0 ? bound : doubled;
    return now;
  }

  void reset() {
    next = FIRST;
  }
}
