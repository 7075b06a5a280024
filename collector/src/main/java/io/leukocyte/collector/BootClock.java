package io.leukocyte.collector;

import java.util.function.LongSupplier;

/**
 * Turns the kernel's boot-time clock, which the sensor's records carry, into unix nanoseconds.
 *
 * <p>The time of an event follows the host's clock as it is now, so {@link #adjust} is called every
 * few seconds. The start time of a process is part of its identity: it is counted from the offset
 * found when this clock was made and never moves while the collector runs.
 */
final class BootClock {
  private static final int CLOCK_REALTIME = 0;
  private static final int CLOCK_BOOTTIME = 7;
  private static final int TRIES = 5;

  private final LongSupplier realTime;
  private final LongSupplier bootTime;
  private final long firstOffset;
  private volatile long offset;

  BootClock(LongSupplier realTime, LongSupplier bootTime) {
    this.realTime = realTime;
    this.bootTime = bootTime;
    this.firstOffset = measure();
    this.offset = firstOffset;
  }

  /** The clocks of this host. */
  static BootClock ofHost() {
    return new BootClock(() -> LibC.clock(CLOCK_REALTIME), () -> LibC.clock(CLOCK_BOOTTIME));
  }

  /** Follows a correction of the host's time of day. */
  void adjust() {
    offset = measure();
  }

  /** Unix nanoseconds of an event. */
  long time(long boot) {
    return boot + offset;
  }

  /** Unix nanoseconds at which a process began, always the same for the same process. */
  long start(long boot) {
    return boot == 0 ? 0 : boot + firstOffset;
  }

  /** Nanoseconds since boot. */
  long now() {
    return bootTime.getAsLong();
  }

  /** The offset from the reading that took the shortest time. */
  private long measure() {
    long best = Long.MAX_VALUE;
    long found = 0;
    for (int i = 0; i < TRIES; i++) {
      long before = bootTime.getAsLong();
      long real = realTime.getAsLong();
      long took = bootTime.getAsLong() - before;
      if (took < best) {
        best = took;
        found = real - before - took / 2;
      }
    }
    return found;
  }
}
