package io.leukocyte.deploy;

import io.leukocyte.events.Action.Step;
import io.leukocyte.events.bench.Report;
import io.leukocyte.events.bench.Samples;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/** What was measured of one action, and how the report says it. */
final class ResponseFigures {
  private static final double MILLIS = 1e6;
  private static final String UNIT = "ms";

  private final ResponseAction action;
  private final Map<Step, List<Double>> steps = new EnumMap<>(Step.class);
  private final List<Double> totals = new ArrayList<>();
  private final List<Double> bare = new ArrayList<>();
  private final List<Double> bareBack = new ArrayList<>();
  private final List<Double> ratios = new ArrayList<>();
  private final List<Double> backRatios = new ArrayList<>();
  private int tried;
  private int otherWay;

  ResponseFigures(ResponseAction action) {
    this.action = action;
  }

  /** The time from the step before to a step, nanoseconds. */
  void step(Step step, long nanos) {
    steps.computeIfAbsent(step, s -> new ArrayList<>()).add(nanos / MILLIS);
  }

  /** It was done, but not in the way that is meant. */
  void otherWay() {
    otherWay++;
  }

  /**
   * One turn.
   *
   * @param response from the alert to the change that holds; negative: it does not
   * @param back from the release to what was before; negative: it was not taken back
   * @param limit the bare change
   * @param limitBack the bare way back
   */
  void turn(long response, long back, long limit, long limitBack) {
    tried++;
    bare.add(limit / MILLIS);
    bareBack.add(limitBack / MILLIS);
    if (response >= 0) {
      totals.add(response / MILLIS);
      ratios.add((double) response / limit);
    }
    if (back >= 0) {
      step(Step.UNDONE, back);
      backRatios.add((double) back / limitBack);
    }
  }

  /** Adds figures, ratios, counts and goals. */
  void report(Report report) {
    String name = action.name();
    reportCounts(report, name);
    if (!totals.isEmpty()) {
      Samples total = Samples.of(totals);
      report.figure(name + ": alert to verified", UNIT, total);
      figure(report, " ‣ " + name + ": alert to intended", Step.INTENDED);
      figure(report, " ‣ " + name + ": intended to applied", Step.APPLIED);
      figure(report, " ‣ " + name + ": the step before to verified", Step.VERIFIED);
      report.ratio(name, "bare", Samples.of(ratios));
      action
          .bound()
          .ifPresent(most -> report.atMost(name + ", p99", total.percentile(0.99), most, UNIT));
    }
    report.figure("limit: " + name + ", bare", UNIT, Samples.of(bare));
    if (action.undone()) {
      figure(report, name + ": release to undone", Step.UNDONE);
      report.figure("limit: " + name + ", bare way back", UNIT, Samples.of(bareBack));
    }
    if (!backRatios.isEmpty()) {
      report.ratio(name + ", undone", "bare way back", Samples.of(backRatios));
    }
  }

  private void reportCounts(Report report, String name) {
    report.count(name + ", asked for", tried);
    report.count(name + ", verified", totals.size());
    report.atLeast(name + ", verified", totals.size(), tried, "");
    if (!action.way().isEmpty()) {
      report.count(name + ", done in another way", otherWay);
      report.atMost(name + ", done in another way", otherWay, 0, "");
    }
    if (action.undone()) {
      report.count(name + ", undone", backRatios.size());
      report.atLeast(name + ", undone", backRatios.size(), tried, "");
    }
  }

  private void figure(Report report, String name, Step step) {
    List<Double> millis = steps.getOrDefault(step, List.of());
    if (!millis.isEmpty()) {
      report.figure(name, UNIT, Samples.of(millis));
    }
  }
}
