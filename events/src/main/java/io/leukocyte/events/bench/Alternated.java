package io.leukocyte.events.bench;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Trials of several things in turn, each second round in reverse (A B, B A, A B …), so that what
 * the machine does meanwhile falls on all of them alike.
 */
public final class Alternated {
  private final List<Thing> things = new ArrayList<>();

  private record Thing(String name, Trial trial, List<Double> figures) {}

  /** One measurement. */
  @FunctionalInterface
  public interface Trial {
    /**
     * Measures once.
     *
     * @param round from 0; negative while warming up
     * @return the figure, in the bench's own unit
     */
    double run(int round) throws Exception;
  }

  /**
   * The figures, by name in the order of the rounds.
   *
   * @param figures the same number of each
   */
  public record Rounds(Map<String, List<Double>> figures) {
    /** Copies the lists. */
    public Rounds {
      Map<String, List<Double>> copy = new LinkedHashMap<>();
      figures.forEach((name, values) -> copy.put(name, List.copyOf(values)));
      figures = copy;
    }

    /** The figures of one thing. */
    public Samples of(String name) {
      return Samples.of(values(name));
    }

    /** What a thing measured over what another measured, round by round. */
    public Samples ratio(String name, String limit) {
      List<Double> ratios = new ArrayList<>();
      for (int i = 0; i < values(name).size(); i++) {
        ratios.add(values(name).get(i) / values(limit).get(i));
      }
      return Samples.of(ratios);
    }

    private List<Double> values(String name) {
      List<Double> values = figures.get(name);
      if (values == null) {
        throw new IllegalArgumentException("Nothing was measured by the name " + name);
      }
      return values;
    }
  }

  /** Adds a thing to measure. */
  public Alternated add(String name, Trial trial) {
    things.add(new Thing(name, trial, new ArrayList<>()));
    return this;
  }

  /**
   * Measures.
   *
   * @param warm rounds before, whose figures do not count
   * @param rounds how often each is measured
   */
  public Rounds run(int warm, int rounds) throws Exception {
    for (int round = -warm; round < rounds; round++) {
      for (Thing thing : Math.floorMod(round, 2) == 0 ? things : things.reversed()) {
        double figure = thing.trial().run(round);
        if (round >= 0) {
          thing.figures().add(figure);
        }
      }
    }
    Map<String, List<Double>> figures = new LinkedHashMap<>();
    things.forEach(thing -> figures.put(thing.name(), thing.figures()));
    return new Rounds(figures);
  }
}
