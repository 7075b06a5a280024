package io.leukocyte.responder;

import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;

/**
 * How far a quarantine goes: everywhere but loopback, unless it cuts some interfaces only, or lets
 * something through.
 *
 * @param passages what is let through
 * @param interfaces the container's interfaces that are cut; empty: all, also those that come later
 */
record Scope(List<Passage> passages, List<String> interfaces) {
  /** Nothing passes anywhere. */
  static final Scope ALL = new Scope(List.of(), List.of());

  Scope {
    passages = List.copyOf(passages);
    interfaces = List.copyOf(interfaces);
  }

  /** Whether it holds at an interface. */
  boolean covers(String name) {
    return interfaces.isEmpty() || interfaces.contains(name);
  }

  /** What holds where this and another quarantine hold at once: the stricter of both in all. */
  Scope and(Scope other) {
    List<Passage> both = passages.stream().filter(other.passages::contains).toList();
    if (interfaces.isEmpty() || other.interfaces.isEmpty()) {
      return new Scope(both, List.of());
    }
    TreeSet<String> either = new TreeSet<>(interfaces);
    either.addAll(other.interfaces);
    return new Scope(both, List.copyOf(either));
  }

  /** Whether it lets nothing through that another does not. */
  boolean isWithin(Scope other) {
    boolean everywhere = interfaces.isEmpty();
    return other.passages.containsAll(passages)
        && (everywhere
            || (!other.interfaces.isEmpty() && interfaces.containsAll(other.interfaces)));
  }

  /** What is left open, a clause for people, with a comma before it; empty where nothing is. */
  String exceptions() {
    List<String> clauses = new ArrayList<>();
    if (!passages.isEmpty()) {
      clauses.add(
          ", and lets through "
              + String.join(", ", passages.stream().map(Object::toString).toList()));
    }
    if (!interfaces.isEmpty()) {
      clauses.add(", at " + String.join(", ", interfaces) + " alone");
    }
    return String.join("", clauses);
  }
}
