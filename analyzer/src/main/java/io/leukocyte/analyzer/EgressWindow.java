package io.leukocyte.analyzer;

import java.util.concurrent.TimeUnit;

/**
 * What a container sent in the last minute, in its row of the table of slots: six buckets of ten
 * seconds of event time, the newest of them still filling. The window is therefore 50 to 60 seconds
 * long.
 */
final class EgressWindow {
  /** Buckets of a window. */
  static final int BUCKETS = 6;

  /** Length of a bucket, nanoseconds. */
  static final long BUCKET = TimeUnit.SECONDS.toNanos(10);

  /** Told instead of a sum when a flow is older than the window. */
  static final long LATE = -1;

  private static final long RESTART = HostState.STEP / BUCKET;

  private EgressWindow() {}

  /**
   * Counts a flow. One older than the window is left out, unless it is so much older that the
   * host's clock must have been set back: then the window begins anew.
   *
   * @param time unix nanoseconds
   * @param bytes not negative
   * @return bytes in the window, or {@link #LATE}
   */
  static long add(SlotTable slots, int slot, long time, long bytes) {
    long bucket = Math.floorDiv(time, BUCKET);
    long newest = slots.get(slot, DetectorState.NEWEST_BUCKET);
    if (bucket <= newest - BUCKETS && bucket > newest - RESTART) {
      return LATE;
    }
    if (bucket > newest || bucket <= newest - BUCKETS) {
      clear(slots, slot, newest, bucket);
      slots.set(slot, DetectorState.NEWEST_BUCKET, bucket);
    }
    int column = column(bucket);
    slots.set(slot, column, saturated(slots.get(slot, column), bytes));
    return sum(slots, slot);
  }

  /** Empties the buckets that the window comes to use again. */
  private static void clear(SlotTable slots, int slot, long newest, long bucket) {
    long passed = bucket - newest;
    long emptied = passed < 0 || passed > BUCKETS ? BUCKETS : passed;
    for (long b = bucket; b > bucket - emptied; b--) {
      slots.set(slot, column(b), 0);
    }
  }

  private static long sum(SlotTable slots, int slot) {
    long sum = 0;
    for (int i = 0; i < BUCKETS; i++) {
      sum = saturated(sum, slots.get(slot, DetectorState.BUCKETS + i));
    }
    return sum;
  }

  private static int column(long bucket) {
    return DetectorState.BUCKETS + (int) Math.floorMod(bucket, (long) BUCKETS);
  }

  private static long saturated(long a, long b) {
    long sum = a + b;
    return sum < 0 ? Long.MAX_VALUE : sum;
  }
}
