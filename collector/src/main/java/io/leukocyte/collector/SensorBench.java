package io.leukocyte.collector;

import io.leukocyte.events.ContainerRef;
import io.leukocyte.events.bench.Alternated;
import io.leukocyte.events.bench.Report;
import io.leukocyte.events.bench.Samples;
import io.leukocyte.rules.CallNeed;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;

/**
 * What the kernel sensor costs the containers that it watches: their CPU time with its programs
 * attached over that without, load by load, in turn.
 */
public final class SensorBench {
  private static final String WITH = "sensor attached";
  private static final String WITHOUT = "no sensor";
  private static final double MILLIS = 1e6;
  private final List<Load> loads;
  private final Map<String, CallNeed> calls;
  private final LongAdder delivered = new LongAdder();
  private SensorCounters.Count records = new SensorCounters.Count(0, 0, 0, 0, 0);

  /**
   * A fixed piece of work in a container.
   *
   * @param name of the work
   * @param work does it once and returns the CPU nanoseconds that the container spent on it
   * @param most what the sensor may make of its CPU time, as a ratio; 0 where there is no goal
   */
  public record Load(String name, Work work, double most) {}

  /** Does a piece of work. */
  @FunctionalInterface
  public interface Work {
    /** Returns CPU nanoseconds. */
    long run() throws Exception;
  }

  /**
   * Describes it.
   *
   * @param interest what the sensor reports beside programs and connections
   */
  public SensorBench(List<Load> loads, Interest interest) {
    this.loads = List.copyOf(loads);
    this.calls = interest.allCalls();
  }

  /**
   * Measures.
   *
   * @param warm rounds before, whose figures do not count
   * @param rounds pairs of each load
   * @param report takes the figures
   * @throws SensorUnavailableException when there is no sensor here; it says what to do
   */
  public void run(int warm, int rounds, Report report) throws Exception {
    Map<String, List<Double>> with = new LinkedHashMap<>();
    Map<String, List<Double>> without = new LinkedHashMap<>();
    Alternated.Rounds all =
        new Alternated()
            .add(WITHOUT, round -> all(round, without))
            .add(WITH, round -> attached(round, with))
            .run(warm, rounds);
    for (Load load : loads) {
      String name = load.name();
      report.figure(name + ", " + WITHOUT, "CPU ms", Samples.of(values(without, name)));
      report.figure(name + ", " + WITH, "CPU ms", Samples.of(values(with, name)));
      Alternated.Rounds pairs =
          new Alternated.Rounds(Map.of(WITH, values(with, name), WITHOUT, values(without, name)));
      Samples ratio = pairs.ratio(WITH, WITHOUT);
      report.ratio(name, WITHOUT, ratio);
      if (load.most() > 0) {
        report.atMost(
            name + ", upper end of the interval", ratio.medianInterval().high(), load.most(), "x");
      }
    }
    report.ratio("all loads together", WITHOUT, all.ratio(WITH, WITHOUT));
    report.count("records made by the kernel's programs", records.made());
    report.count("records kept", records.kept());
    report.count("records dropped", records.lost());
    report.count("events delivered", delivered.sum());
    report.note("System calls that were reported: " + (calls.isEmpty() ? "none" : calls.size()));
    report.note(
        "Counted are records of all containers on this host while the sensor was attached.");
  }

  private static List<Double> values(Map<String, List<Double>> figures, String name) {
    return figures.getOrDefault(name, List.of());
  }

  /** All loads once; the sum of their CPU milliseconds. */
  private double all(int round, Map<String, List<Double>> figures) throws Exception {
    double sum = 0;
    for (Load load : loads) {
      double millis = load.work().run() / MILLIS;
      if (round >= 0) {
        figures.computeIfAbsent(load.name(), name -> new ArrayList<>()).add(millis);
      }
      sum += millis;
    }
    return sum;
  }

  private double attached(int round, Map<String, List<Double>> figures) throws Exception {
    try (KernelSensor sensor = KernelSensor.open(SensorOptions.DEFAULT)) {
      sensor.observe(calls, EnvironmentNames.NONE);
      sensor.start(ContainerRef::unknown, event -> delivered.increment());
      double millis = all(round, figures);
      for (SensorCounters.Counted counted : SensorCounters.ALL) {
        if (!counted.isRecord()) {
          continue;
        }
        SensorCounters.Count count = sensor.count(counted.number());
        records =
            new SensorCounters.Count(
                records.made() + count.made(),
                records.kept() + count.kept(),
                records.dropped() + count.dropped(),
                records.thinned() + count.thinned(),
                records.filtered() + count.filtered());
      }
      return millis;
    }
  }
}
