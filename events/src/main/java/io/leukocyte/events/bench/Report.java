package io.leukocyte.events.bench;

import java.util.ArrayList;
import java.util.List;

/** What a bench found: figures, ratios to limits of the same run, goals, and words. */
public final class Report {
  private final String bench;
  private final Machine machine;
  private final List<Figure> figures = new ArrayList<>();
  private final List<Ratio> ratios = new ArrayList<>();
  private final List<Goal> goals = new ArrayList<>();
  private final List<Count> counts = new ArrayList<>();
  private final List<String> notes = new ArrayList<>();

  /**
   * Something measured several times.
   *
   * @param name what
   * @param unit of the samples, such as {@code ns/event}
   * @param samples one a repeat, or one a single event for latencies
   */
  public record Figure(String name, String unit, Samples samples) {}

  /**
   * Something measured over its limit or its peer in the same run.
   *
   * @param name what
   * @param limit over what
   * @param samples one a pair of repeats
   */
  public record Ratio(String name, String limit, Samples samples) {}

  /**
   * Something counted once.
   *
   * @param name what
   * @param value how many
   */
  public record Count(String name, long value) {}

  /** On which side of its bound a figure shall stay. */
  public enum Side {
    /** Not above it. */
    AT_MOST,
    /** Not below it. */
    AT_LEAST
  }

  /**
   * What shall be reached.
   *
   * @param name of what
   * @param value what was found
   * @param side of the bound
   * @param bound what was asked for
   * @param unit of both
   */
  public record Goal(String name, double value, Side side, double bound, String unit) {
    /** Whether it was reached. */
    public boolean isMet() {
      return switch (side) {
        case AT_MOST -> value <= bound;
        case AT_LEAST -> value >= bound;
      };
    }
  }

  /**
   * An empty report.
   *
   * @param bench the bench's name in {@code leuko bench NAME}
   * @param machine as it was before the bench
   */
  public Report(String bench, Machine machine) {
    this.bench = bench;
    this.machine = machine;
  }

  /** Adds a figure. */
  public Report figure(String name, String unit, Samples samples) {
    figures.add(new Figure(name, unit, samples));
    return this;
  }

  /** Adds a ratio. */
  public Report ratio(String name, String limit, Samples samples) {
    ratios.add(new Ratio(name, limit, samples));
    return this;
  }

  /** Adds a count. */
  public Report count(String name, long value) {
    counts.add(new Count(name, value));
    return this;
  }

  /** Adds a goal: the value shall not be above the bound. */
  public Report atMost(String name, double value, double bound, String unit) {
    goals.add(new Goal(name, value, Side.AT_MOST, bound, unit));
    return this;
  }

  /** Adds a goal: the value shall not be below the bound. */
  public Report atLeast(String name, double value, double bound, String unit) {
    goals.add(new Goal(name, value, Side.AT_LEAST, bound, unit));
    return this;
  }

  /** Adds a sentence. */
  public Report note(String text) {
    notes.add(text);
    return this;
  }

  /** The bench's name. */
  public String bench() {
    return bench;
  }

  /** The machine before the bench. */
  public Machine machine() {
    return machine;
  }

  /** In the order in which they were added. */
  public List<Figure> figures() {
    return List.copyOf(figures);
  }

  /** In the order in which they were added. */
  public List<Ratio> ratios() {
    return List.copyOf(ratios);
  }

  /** In the order in which they were added. */
  public List<Count> counts() {
    return List.copyOf(counts);
  }

  /** In the order in which they were added. */
  public List<Goal> goals() {
    return List.copyOf(goals);
  }

  /** In the order in which they were added. */
  public List<String> notes() {
    return List.copyOf(notes);
  }

  /** Whether every goal was reached. */
  public boolean isMet() {
    return goals.stream().allMatch(Goal::isMet);
  }
}
