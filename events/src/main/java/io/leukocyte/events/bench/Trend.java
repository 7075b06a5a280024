package io.leukocyte.events.bench;

import java.util.Arrays;
import java.util.List;

/**
 * Whether something grows: the median of the slopes between all pairs of samples (Theil and Sen),
 * with the 95 % interval that Kendall's statistic gives. A few outliers, such as a collection of
 * garbage, do not move it.
 *
 * @param slope change a unit of time
 * @param low lower end of the interval
 * @param high upper end of the interval
 */
public record Trend(double slope, double low, double high) {
  private static final double NORMAL_95 = 1.96;

  /**
   * The trend of a series.
   *
   * @param times when each value was taken, ascending and different
   * @param values as many, at least three
   */
  public static Trend of(List<Double> times, List<Double> values) {
    int n = values.size();
    if (n < 3 || times.size() != n) {
      throw new IllegalArgumentException(
          "A trend takes three samples and more, not %d of %d".formatted(times.size(), n));
    }
    double[] slopes = new double[n * (n - 1) / 2];
    int count = 0;
    for (int i = 0; i < n; i++) {
      for (int j = i + 1; j < n; j++) {
        slopes[count++] = (values.get(j) - values.get(i)) / (times.get(j) - times.get(i));
      }
    }
    Arrays.sort(slopes);
    double spread = NORMAL_95 * Math.sqrt(n * (n - 1.0) * (2.0 * n + 5) / 18);
    int low = (int) Math.max(0, Math.floor((count - spread) / 2) - 1);
    int high = (int) Math.min(count - 1, Math.ceil((count + spread) / 2));
    return new Trend(Samples.of(slopes).median(), slopes[low], slopes[high]);
  }

  /** Whether the samples do not show that it grows. */
  public boolean isFlat() {
    return low <= 0;
  }
}
