package io.leukocyte.collector;

import java.time.Instant;
import java.util.concurrent.TimeUnit;

/** The clocks of the collector, so that a test can turn them. */
interface TimeSource {
  /** The clocks of this machine. */
  TimeSource SYSTEM =
      new TimeSource() {
        @Override
        public long unixNanos() {
          Instant now = Instant.now();
          return TimeUnit.SECONDS.toNanos(now.getEpochSecond()) + now.getNano();
        }

        @Override
        public long ticks() {
          return System.nanoTime();
        }
      };

  /** The host's time of day, unix nanoseconds. */
  long unixNanos();

  /** Nanoseconds from an arbitrary origin; never goes back. */
  long ticks();
}
