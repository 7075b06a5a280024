package io.leukocyte.collector;

import java.util.Comparator;

/**
 * The place of a batch among all that collectors of this host make.
 *
 * @param epoch the collector's start that made it
 * @param sequence its number in the epoch
 */
record BatchNumber(long epoch, long sequence) implements Comparable<BatchNumber> {
  /** Before the first one. */
  static final BatchNumber NONE = new BatchNumber(0, -1);

  private static final Comparator<BatchNumber> ORDER =
      Comparator.comparingLong(BatchNumber::epoch).thenComparingLong(BatchNumber::sequence);

  @Override
  public int compareTo(BatchNumber other) {
    return ORDER.compare(this, other);
  }

  /** The later one. */
  BatchNumber max(BatchNumber other) {
    return compareTo(other) < 0 ? other : this;
  }
}
