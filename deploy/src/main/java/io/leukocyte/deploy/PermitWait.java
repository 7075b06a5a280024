package io.leukocyte.deploy;

import io.leukocyte.events.bench.Report;
import io.leukocyte.events.bench.Samples;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/**
 * How long a responder waited for permits of the fleet's budget, from the buckets of its histogram:
 * each wait counts as the upper end of its bucket, so that no figure is too small.
 */
final class PermitWait {
  private static final String NAME = "leuko_responder_permit_wait_seconds";
  private static final Pattern BUCKET =
      Pattern.compile("(?m)^" + NAME + "_bucket\\{.*?le=\"([^\"]+)\".*?\\} (\\S+)$");

  private PermitWait() {}

  /**
   * The waits between two moments, milliseconds.
   *
   * @param before metrics in the form of Prometheus
   * @param after the same later
   */
  static List<Double> between(String before, String after) {
    Map<Double, Double> from = buckets(before);
    List<Double> waits = new ArrayList<>();
    double counted = 0;
    for (Map.Entry<Double, Double> bucket : buckets(after).entrySet()) {
      double upTo = bucket.getValue() - from.getOrDefault(bucket.getKey(), 0.0);
      for (; counted < upTo; counted++) {
        waits.add(bucket.getKey() * 1_000);
      }
    }
    return waits;
  }

  /** Waits that are no longer than each bound in seconds, whatever they came to. */
  private static Map<Double, Double> buckets(String metrics) {
    Map<Double, Double> buckets = new TreeMap<>();
    for (MatchResult found : BUCKET.matcher(metrics).results().toList()) {
      String bound = found.group(1);
      double seconds = bound.equals("+Inf") ? Double.POSITIVE_INFINITY : Double.parseDouble(bound);
      buckets.merge(seconds, Double.parseDouble(found.group(2)), Double::sum);
    }
    return buckets;
  }

  /** Adds the figure, and how many were granted. */
  static void report(Report report, String before, String after) {
    List<Double> waits = between(before, after);
    if (!waits.isEmpty()) {
      report.figure(" ‣ ‣ waiting for the fleet's permit, at most", "ms", Samples.of(waits));
    }
    report.count("permits asked for", waits.size());
    report.count("permits granted", count(after, "granted") - count(before, "granted"));
  }

  private static long count(String metrics, String result) {
    return (long) BenchProcess.sum(metrics, NAME + "_count", "result=\"" + result + "\"");
  }
}
