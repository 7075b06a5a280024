package io.leukocyte.collector;

import io.leukocyte.events.Kind;
import java.util.EnumSet;
import java.util.Set;

/**
 * What somebody needs of events, such as the rules in force: what the kernel sensor can leave out
 * it reports only as far as this goes.
 *
 * @param kinds of events
 * @param environment names of variables whose values are told with a program's start
 */
public record Interest(Set<Kind> kinds, Set<String> environment) {
  /** Nothing that could be left out. */
  public static final Interest NONE = new Interest(Set.of(), Set.of());

  /** Copies the sets. */
  public Interest {
    kinds = Set.copyOf(kinds);
    environment = Set.copyOf(environment);
  }

  /** All kinds of events, without the environment, which may hold secrets. */
  public static Interest all() {
    return new Interest(EnumSet.allOf(Kind.class), Set.of());
  }
}
