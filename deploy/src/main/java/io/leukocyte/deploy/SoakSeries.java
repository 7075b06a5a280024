package io.leukocyte.deploy;

import io.leukocyte.events.bench.Report;
import io.leukocyte.events.bench.Samples;
import io.leukocyte.events.bench.Trend;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** What was sampled again and again during a soak, and whether it grows. */
final class SoakSeries {
  /** What follows a role's name where memory is to stay as it is. */
  static final String WITHOUT_CODE = ", RssAnon but for code and classes";

  /** The part of the run that may still grow: caches fill, code is compiled. */
  private static final double SETTLING = 1.0 / 3;

  private final Map<Name, List<Double>> values = new LinkedHashMap<>();
  private final Map<Name, List<Double>> minutes = new LinkedHashMap<>();

  /**
   * Megabytes a minute that the low end of a growth may have. What the roles remember of
   * containers, alerts and incidents goes after half an hour or a whole one, and so fills up that
   * long.
   */
  private static final double ALLOWED = 0.05;

  private record Name(String text, String unit) {}

  /** Adds a sample. */
  void add(double minute, String name, String unit, double value) {
    Name key = new Name(name, unit);
    values.computeIfAbsent(key, k -> new ArrayList<>()).add(value);
    minutes.computeIfAbsent(key, k -> new ArrayList<>()).add(minute);
  }

  /** Adds a figure, a sentence and a goal for each. */
  void report(Report report) {
    values.forEach((name, all) -> {
      report.figure(name.text(), name.unit(), Samples.of(all));
      int from = (int) (all.size() * SETTLING);
      if (all.size() - from >= 3) {
        List<Double> times = minutes.getOrDefault(name, List.of());
        Trend trend = Trend.of(times.subList(from, all.size()), all.subList(from, all.size()));
        report.note(sentence(name, trend));
        if (name.text().endsWith(WITHOUT_CODE) || name.text().endsWith("live heap")) {
          report.atMost(
              name.text() + ", low end of growth", trend.low(), ALLOWED, name.unit() + "/min");
        }
      }
    });
  }

  private static String sentence(Name name, Trend trend) {
    return String.format(
        Locale.ROOT,
        "%s: %+.3f %s a minute (%+.3f to %+.3f): %s",
        name.text(),
        trend.slope(),
        name.unit(),
        trend.low(),
        trend.high(),
        trend.isFlat() ? "flat" : "grows");
  }
}
