package io.leukocyte.responder;

import java.time.Clock;
import java.time.Instant;

/** Times as events carry them: unix nanoseconds. */
final class Nanos {
  private static final long SECOND = 1_000_000_000L;

  private Nanos() {}

  static long now(Clock clock) {
    return of(clock.instant());
  }

  static long of(Instant instant) {
    return Math.addExact(Math.multiplyExact(instant.getEpochSecond(), SECOND), instant.getNano());
  }

  static Instant instant(long nanos) {
    return Instant.ofEpochSecond(Math.floorDiv(nanos, SECOND), Math.floorMod(nanos, SECOND));
  }
}
