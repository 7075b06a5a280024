package io.leukocyte.collector;

import io.leukocyte.events.Kind;
import io.leukocyte.rules.CallNeed;
import io.leukocyte.rules.RuleSet;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * What somebody needs of events, such as the rules in force: what the kernel sensor can leave out
 * it reports only as far as this goes.
 *
 * @param kinds of events of which everything is needed
 * @param environment names of variables whose values are told with a program's start
 * @param calls what is needed of system calls beside those kinds, by the call's name
 */
public record Interest(Set<Kind> kinds, Set<String> environment, Map<String, CallNeed> calls) {
  /** Nothing that could be left out. */
  public static final Interest NONE = new Interest(Set.of(), Set.of());

  /** Copies the sets. */
  public Interest {
    kinds = Set.copyOf(kinds);
    environment = Set.copyOf(environment);
    calls = Map.copyOf(calls);
  }

  /** Whole kinds of events. */
  public Interest(Set<Kind> kinds, Set<String> environment) {
    this(kinds, environment, Map.of());
  }

  /** All kinds of events, without the environment, which may hold secrets. */
  public static Interest all() {
    return new Interest(EnumSet.allOf(Kind.class), Set.of());
  }

  /** What rules need. */
  public static Interest of(RuleSet rules) {
    Set<Kind> whole = EnumSet.noneOf(Kind.class);
    rules.kinds().stream().filter(kind -> !TracedCalls.kinds().contains(kind)).forEach(whole::add);
    return new Interest(whole, rules.environment(), rules.calls());
  }

  /** What is needed of each system call, those of whole kinds included. */
  Map<String, CallNeed> allCalls() {
    Map<String, CallNeed> all = new TreeMap<>(calls);
    TracedCalls.of(kinds).forEach(call -> all.put(call, CallNeed.EVERYTHING));
    return all;
  }

  /** This and, of these kinds, everything. */
  Interest with(Set<Kind> more) {
    Set<Kind> both = EnumSet.noneOf(Kind.class);
    both.addAll(kinds);
    both.addAll(more);
    return new Interest(both, environment, calls);
  }
}
