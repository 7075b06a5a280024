package io.leukocyte.rules;

import io.leukocyte.events.Kind;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A comparison of which a side is more than a field, or of two fields.
 *
 * @param left what is compared
 * @param test what is asked of its texts
 */
record Comparison(Term left, Test test) {
  /** What is asked of the texts of the left side; never of none. */
  sealed interface Test {}

  /**
   * A predicate.
   *
   * @param all whether each text must pass, instead of one
   */
  record Passes(Predicate predicate, boolean all) implements Test {}

  /**
   * Another side.
   *
   * @param neither whether no text may be equal to any, which is what {@code !=} means of both ends
   *     of a connection
   */
  record With(Operator operator, Term right, boolean neither) implements Test {}

  /** Whether it holds; false when a side is missing. */
  boolean holds(Kind kind, Term.Texts texts) {
    List<String> values = left.texts(kind, texts);
    if (values.isEmpty()) {
      return false;
    }
    return switch (test) {
      case Passes p when p.all() -> values.stream().allMatch(p.predicate()::test);
      case Passes p -> values.stream().anyMatch(p.predicate()::test);
      case With w -> with(w, values, w.right().texts(kind, texts));
    };
  }

  private boolean with(With with, List<String> values, List<String> others) {
    if (others.isEmpty()) {
      return false;
    }
    if (with.neither()) {
      return values.stream()
          .noneMatch(v -> others.stream().anyMatch(o -> passes(Operator.EQUAL, v, o)));
    }
    if (with.operator() == Operator.IN && left.asksForAll()) {
      return values.stream()
          .allMatch(v -> others.stream().anyMatch(o -> passes(Operator.EQUAL, v, o)));
    }
    return values.stream()
        .anyMatch(v -> others.stream().anyMatch(o -> passes(with.operator(), v, o)));
  }

  private boolean passes(Operator operator, String value, String other) {
    return switch (left.type()) {
      case NUMBER -> passes(operator, Long.compare(Long.parseLong(value), Long.parseLong(other)));
      case ADDRESS, NETWORK -> {
        Network address = Network.address(value);
        boolean same = address != null && address.equals(Network.address(other));
        yield (operator == Operator.NOT_EQUAL) != same;
      }
      case STRING, BOOL -> ofText(operator, value, other);
    };
  }

  private static boolean passes(Operator operator, int order) {
    return switch (operator) {
      case EQUAL, IN, INTERSECTS -> order == 0;
      case NOT_EQUAL -> order != 0;
      case LESS -> order < 0;
      case AT_MOST -> order <= 0;
      case GREATER -> order > 0;
      case AT_LEAST -> order >= 0;
      case CONTAINS, ICONTAINS, STARTSWITH, ENDSWITH, GLOB, IGLOB -> throw unexpected(operator);
      case EXISTS, PMATCH, REGEX, BCONTAINS, BSTARTSWITH -> throw unexpected(operator);
    };
  }

  private static boolean ofText(Operator operator, String value, String other) {
    return switch (operator) {
      case EQUAL, IN, INTERSECTS -> value.equals(other);
      case NOT_EQUAL -> !value.equals(other);
      case CONTAINS -> value.contains(other);
      case ICONTAINS -> Predicate.lower(value).contains(Predicate.lower(other));
      case STARTSWITH -> value.startsWith(other);
      case ENDSWITH -> value.endsWith(other);
      case GLOB -> Glob.matches(other, value);
      case IGLOB -> Glob.matches(Predicate.lower(other), Predicate.lower(value));
      case LESS, AT_MOST, GREATER, AT_LEAST -> throw unexpected(operator);
      case EXISTS, PMATCH, REGEX, BCONTAINS, BSTARTSWITH -> throw unexpected(operator);
    };
  }

  private static IllegalStateException unexpected(Operator operator) {
    return new IllegalStateException("Not checked: " + operator);
  }

  /** The places that it reads in events of a kind, in their order. */
  List<Source> places(Kind kind) {
    Set<Source> places = new LinkedHashSet<>();
    left.collect(kind, places);
    Term right = right();
    if (right != null) {
      right.collect(kind, places);
    }
    return List.copyOf(places);
  }

  /** The other side; null when a predicate is asked. */
  @Nullable Term right() {
    return test instanceof With with ? with.right() : null;
  }

  /** The fields that it reads. */
  Set<Field> fields() {
    Set<Field> fields = new LinkedHashSet<>();
    reads().forEach(read -> fields.add(read.field()));
    return fields;
  }

  /** What it reads: fields with their arguments. */
  Set<Term.OfField> reads() {
    Set<Term.OfField> reads = new LinkedHashSet<>();
    collect(left, reads);
    Term right = right();
    if (right != null) {
      collect(right, reads);
    }
    return reads;
  }

  boolean reads(Field field) {
    return fields().contains(field);
  }

  private static void collect(Term term, Set<Term.OfField> reads) {
    switch (term) {
      case Term.OfField f -> reads.add(f);
      case Term.Literal l -> {}
      case Term.Items i -> i.parts().forEach(p -> collect(p, reads));
      case Term.Mapped m -> collect(m.of(), reads);
      case Term.Count c -> collect(c.of(), reads);
      case Term.Join j -> {
        collect(j.separator(), reads);
        collect(j.list(), reads);
      }
      case Term.Concat c -> c.parts().forEach(p -> collect(p, reads));
      case Term.GetOpt g -> {
        collect(g.words(), reads);
        collect(g.known(), reads);
      }
    }
  }

  /** Whether it can hold for an event of a kind: neither side is missing always. */
  boolean isPossible(Kind kind) {
    Term right = right();
    return isKnown(left, kind) && (right == null || isKnown(right, kind));
  }

  /** Whether a side may have a value in events of a kind. */
  private static boolean isKnown(Term term, Kind kind) {
    return switch (term) {
      case Term.OfField f -> !f.field().sources(kind, f.argument()).isEmpty();
      case Term.Literal l -> true;
      case Term.Items i -> i.parts().stream().anyMatch(p -> isKnown(p, kind));
      case Term.Mapped m -> isKnown(m.of(), kind);
      case Term.Count c -> isKnown(c.of(), kind);
      case Term.Join j -> isKnown(j.separator(), kind) && isKnown(j.list(), kind);
      case Term.Concat c -> c.parts().stream().allMatch(p -> isKnown(p, kind));
      case Term.GetOpt g -> isKnown(g.words(), kind) && isKnown(g.known(), kind);
    };
  }
}
