package io.leukocyte.collector;

import io.leukocyte.events.ContainerLog;

/**
 * The rate at which one container may write lines: a bucket that is filled by the engine's own time
 * of the lines, not by the clock, so that what was written while nobody read it is not taken for
 * much. Holds {@link #SECONDS} of the rate. Not thread-safe.
 */
final class LineRate {
  /** For how long a container that was quiet may write at any rate that fits. */
  static final int SECONDS = 10;

  private static final double NANOS = 1e9;

  private final double perNano;
  private final double most;
  private double left;
  private long last = Long.MIN_VALUE;

  /**
   * A full bucket.
   *
   * @param perSecond lines a second; 0 is no bound
   */
  LineRate(int perSecond) {
    perNano = perSecond / NANOS;
    most = (double) perSecond * SECONDS;
    left = most;
  }

  /** Whether a line of that time, {@link ContainerLog#time}, may pass. */
  boolean take(long time) {
    if (most == 0) {
      return true;
    }
    if (time > last) {
      left = last == Long.MIN_VALUE ? most : Math.min(most, left + (time - last) * perNano);
      last = time;
    }
    if (left < 1) {
      return false;
    }
    left--;
    return true;
  }
}
