package io.leukocyte.rules;

import io.leukocyte.events.ContainerId;
import java.util.Collection;
import java.util.List;
import java.util.TreeSet;

/**
 * In which containers something was seen: the smallest of their ids, which are random, and so of
 * however many a bounded number. Two of them are put together in any order, any number of times.
 *
 * @param containers short ids, in their order; at most {@link #MOST}
 */
public record Sightings(List<String> containers) {
  /** Ids that are kept. */
  static final int MOST = 8;

  /** None. */
  static final Sightings NONE = new Sightings(List.of());

  /** Sorts the ids and keeps the smallest. */
  public Sightings {
    containers = new TreeSet<>(containers).stream().limit(MOST).toList();
  }

  static Sightings of(ContainerId container) {
    return new Sightings(List.of(container.brief()));
  }

  /** All of both. */
  Sightings with(Sightings other) {
    if (containers.containsAll(other.containers)) {
      return this;
    }
    Collection<String> all = new TreeSet<>(containers);
    all.addAll(other.containers);
    return new Sightings(List.copyOf(all));
  }

  /** How many containers: the number up to seven, else {@code 8 or more}. */
  public String count() {
    return containers.size() < MOST ? Integer.toString(containers.size()) : MOST + " or more";
  }
}
