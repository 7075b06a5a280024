package io.leukocyte.events.bench;

import java.util.Arrays;
import java.util.Collection;

/** Figures of the same thing, in ascending order. At least one, none of them NaN. */
public final class Samples {
  /** Of the intervals. */
  static final double CONFIDENCE = 0.95;

  private final double[] sorted;

  private Samples(double[] values) {
    if (values.length == 0) {
      throw new IllegalArgumentException("There is no sample: nothing was measured");
    }
    sorted = values.clone();
    Arrays.sort(sorted);
    if (Double.isNaN(sorted[sorted.length - 1])) {
      throw new IllegalArgumentException("A sample is not a number");
    }
  }

  /** These figures. */
  public static Samples of(double... values) {
    return new Samples(values);
  }

  /** These figures. */
  public static Samples of(Collection<Double> values) {
    return new Samples(values.stream().mapToDouble(Double::doubleValue).toArray());
  }

  /** How many there are. */
  public int size() {
    return sorted.length;
  }

  /** The smallest. */
  public double least() {
    return sorted[0];
  }

  /** The largest. */
  public double most() {
    return sorted[sorted.length - 1];
  }

  /** The middle one, or the mean of the two in the middle. */
  public double median() {
    int half = sorted.length / 2;
    return sorted.length % 2 == 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
  }

  /**
   * The smallest sample that is not below this part of all: nearest rank, nothing interpolated.
   *
   * @param part above 0 to 1, such as 0.99
   */
  public double percentile(double part) {
    if (!(part > 0 && part <= 1)) {
      throw new IllegalArgumentException("Not a part of the samples: " + part);
    }
    // A product such as 0.07 * 100 may lie a rounding error above the rank that is meant.
    return sorted[(int) Math.ceil(part * sorted.length - 1e-9) - 1];
  }

  /**
   * Where the median of what was sampled lies: between the k-th smallest and the k-th largest
   * sample, with the largest k that keeps 95 %. It supposes nothing about the distribution. Below
   * six samples even the extremes do not reach 95 %; the interval says what they reach.
   */
  public Interval medianInterval() {
    int n = sorted.length;
    double below = Math.pow(0.5, n); // probability that fewer than k of n lie below the median
    double term = below;
    int k = 1;
    while (k < n / 2) {
      term = term * (n - k + 1) / k;
      if (2 * (below + term) > 1 - CONFIDENCE) {
        break;
      }
      below += term;
      k++;
    }
    return new Interval(sorted[k - 1], sorted[n - k], 1 - 2 * below);
  }
}
