package io.leukocyte.analyzer;

import java.util.concurrent.TimeUnit;

/**
 * The most that a container sent in a minute before, in its row of the table of slots: the highest
 * sum of the present five minutes, and that of all the time before, which fades by half in a day.
 * So what a container does each night is known, and what it did once is forgotten after some days.
 */
final class EgressHistory {
  /** So many times what was sent before is unusual. */
  static final int FACTOR = 10;

  /** Less than this part of the container's limit is not worth an alert. */
  static final int LEAST_PART = 5;

  /** How long a container is watched first, nanoseconds. */
  static final long LEARN = TimeUnit.HOURS.toNanos(1);

  /** Told when a sum is nothing unusual. */
  static final long USUAL = -1;

  private static final long PERIOD = TimeUnit.MINUTES.toNanos(5);
  private static final long HALF_LIFE = TimeUnit.DAYS.toNanos(1) / PERIOD;

  /** Periods further back than that are of a clock that was set back. */
  private static final long BACK = HostState.STEP / PERIOD + 1;

  private EgressHistory() {}

  /** A container is seen for the first time. */
  static void begin(SlotTable slots, int slot, long time) {
    slots.set(slot, DetectorState.WATCHED_SINCE, time);
    slots.set(slot, DetectorState.HISTORY_PERIOD, Math.floorDiv(time, PERIOD));
  }

  /**
   * Takes the sum of a minute.
   *
   * @param time the flow's, unix nanoseconds
   * @param sum bytes within the last minute
   * @param least bytes below which nothing is unusual
   * @return bytes of the highest minute before, when the sum is the first in these five minutes
   *     that is {@link #FACTOR} times that; else {@link #USUAL}
   */
  static long take(SlotTable slots, int slot, long time, long sum, long least) {
    if (slots.get(slot, DetectorState.WATCHED_SINCE) == 0) {
      begin(slots, slot, time);
    }
    turn(slots, slot, Math.floorDiv(time, PERIOD));
    long highest = slots.get(slot, DetectorState.HISTORY_NOW);
    if (sum <= highest) {
      return USUAL;
    }
    slots.set(slot, DetectorState.HISTORY_NOW, sum);
    long before = slots.get(slot, DetectorState.HISTORY_BEFORE);
    long bar = Math.max(least, before > Long.MAX_VALUE / FACTOR ? before : before * FACTOR);
    boolean known = time - slots.get(slot, DetectorState.WATCHED_SINCE) >= LEARN;
    return known && highest < bar && sum >= bar ? before : USUAL;
  }

  /** Goes on to a later period; a clock that was set back begins there, and forgets nothing. */
  private static void turn(SlotTable slots, int slot, long period) {
    long passed = period - slots.get(slot, DetectorState.HISTORY_PERIOD);
    if (passed <= 0 && passed >= -BACK) {
      return;
    }
    long before = slots.get(slot, DetectorState.HISTORY_BEFORE);
    long now = slots.get(slot, DetectorState.HISTORY_NOW);
    slots.set(
        slot,
        DetectorState.HISTORY_BEFORE,
        Math.max(faded(before, passed), faded(now, passed - 1)));
    slots.set(slot, DetectorState.HISTORY_NOW, 0);
    slots.set(slot, DetectorState.HISTORY_PERIOD, period);
    long since = slots.get(slot, DetectorState.WATCHED_SINCE);
    slots.set(slot, DetectorState.WATCHED_SINCE, Math.min(since, (period + 1) * PERIOD));
  }

  /** Exactly the same on every machine: what follows from it is found again by a replay. */
  private static long faded(long bytes, long periods) {
    return periods <= 0
        ? bytes
        : (long) (bytes * StrictMath.pow(0.5, (double) periods / HALF_LIFE));
  }
}
