package io.leukocyte.events.bench;

/**
 * Where a median lies.
 *
 * @param low lower end
 * @param high upper end
 * @param coverage how probable it is that the true median lies between them, 0 to 1
 */
public record Interval(double low, double high, double coverage) {
  /** Whether the interval is a 95 % one; few samples give less. */
  public boolean isSure() {
    return coverage >= Samples.CONFIDENCE;
  }
}
