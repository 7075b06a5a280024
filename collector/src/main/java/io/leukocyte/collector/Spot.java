package io.leukocyte.collector;

import java.util.Comparator;

/**
 * A place in the spool, between two records.
 *
 * @param segment number of the file
 * @param offset bytes from its begin
 */
record Spot(long segment, long offset) implements Comparable<Spot> {
  /** Before everything. */
  static final Spot BEGIN = new Spot(0, 0);

  private static final Comparator<Spot> ORDER =
      Comparator.comparingLong(Spot::segment).thenComparingLong(Spot::offset);

  @Override
  public int compareTo(Spot other) {
    return ORDER.compare(this, other);
  }
}
