package io.leukocyte.rules;

import java.util.Arrays;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * The values that one container has shown since some time, as numbers: they need not be told again.
 * It is no state that must be kept: what is told twice counts once.
 */
public final class KnownValues {
  /**
   * Values of an aspect that a container tells within a period; further ones are counted. Each
   * aspect has its own room, so that a crowd of one does not hide what is new of another.
   */
  static final int MOST = 256;

  /** After so long of event time everything is told again, nanoseconds. */
  static final long PERIOD = TimeUnit.HOURS.toNanos(1);

  /** Numbers: one or two a value, and some for values in another form. */
  private static final int ROOM = 2 * MOST * Aspect.values().length;

  private final Map<Aspect, Integer> told = new EnumMap<>(Aspect.class);
  private long[] numbers = new long[32];
  private int count;
  private long since = Long.MIN_VALUE;
  private long owner;

  /** Nothing is known. */
  public KnownValues() {}

  /** Begins anew after the period, when time has gone back, or for another owner. */
  void open(long of, long time) {
    if (owner != of || time - since >= PERIOD || time < since - PERIOD) {
      owner = of;
      since = time;
      count = 0;
      told.clear();
      if (numbers.length > 64) {
        numbers = new long[32];
      } else {
        Arrays.fill(numbers, 0);
      }
    }
  }

  /** Whether a number is among them; 0 never is. */
  boolean contains(long number) {
    int mask = numbers.length - 1;
    for (int i = (int) number & mask; numbers[i] != 0; i = (i + 1) & mask) {
      if (numbers[i] == number) {
        return true;
      }
    }
    return false;
  }

  /** Counts a value that is to be told; false when there were too many of its aspect. */
  boolean tells(Aspect aspect) {
    return told.merge(aspect, 1, (was, one) -> Math.min(was + one, MOST + 1)) <= MOST;
  }

  /** Adds a number that is not among them and not 0; nothing when there is no room. */
  void add(long number) {
    if (count >= ROOM) {
      return;
    }
    if (count * 2 >= numbers.length) {
      long[] before = numbers;
      numbers = new long[before.length * 2];
      for (long each : before) {
        if (each != 0) {
          place(each);
        }
      }
    }
    place(number);
    count++;
  }

  private void place(long number) {
    int mask = numbers.length - 1;
    int i = (int) number & mask;
    while (numbers[i] != 0) {
      i = (i + 1) & mask;
    }
    numbers[i] = number;
  }
}
