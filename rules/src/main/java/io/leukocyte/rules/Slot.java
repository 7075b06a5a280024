package io.leukocyte.rules;

import io.leukocyte.events.LogPart;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * One place in the events of a kind and everything that the rules ask of it. Each question is a
 * bit; what the bits alone say of each rule is a mask, one bit a rule, kept beside them.
 */
final class Slot {
  /** A question: a place in a row and what is asked of it. */
  record Question(Source source, Predicate predicate) {}

  private final Source first;
  private final Map<Question, Integer> bits = new LinkedHashMap<>();

  Slot(Source first) {
    this.first = first;
  }

  /** The place; of a container's properties the first. */
  Source source() {
    return first;
  }

  /** What tells slots apart: all properties of the container share one. */
  static Object keyOf(Source source) {
    return source instanceof Source.OfContainer ? Source.OfContainer.class : source;
  }

  /** Cheap ones first: later ones are not looked at when no rule is left. */
  int cost() {
    return switch (first) {
      case Source.OfContainer c -> 0;
      case Source.Symbol s -> s.view() instanceof View.Whole ? 1 : 2;
      case Source.Numeral n -> n.diverse() ? 4 : 3;
      case Source.CommandLine c -> 5;
      case Source.Line l -> 6;
      case Source.Part p -> 7;
      case Source.Computed c -> 8;
      case Source.Joint j -> 8;
      case Source.Made m -> 8;
      case Source.Constant c -> 9;
    };
  }

  /** Whether a place is looked at in each event, rather than once a value. */
  static boolean isOfEachEvent(Source source) {
    return switch (source) {
      case Source.Numeral n -> n.diverse();
      case Source.Line l -> true;
      case Source.Part p -> p.part() != LogPart.STATUS;
      case Source.Computed c -> true;
      case Source.Joint j -> !JointSlot.isKeyed(j);
      case Source.Made m -> !JointSlot.isKeyed(m);
      case Source.OfContainer c -> false;
      case Source.Symbol s -> false;
      case Source.CommandLine c -> false;
      case Source.Constant c -> false;
    };
  }

  void add(Node.Read read) {
    bits.putIfAbsent(new Question(read.source(), read.predicate()), bits.size());
  }

  int bit(Node.Read read) {
    Integer bit = bits.get(new Question(read.source(), read.predicate()));
    if (bit == null) {
      throw new IllegalStateException("Not asked: " + read);
    }
    return bit;
  }

  /** The questions in the order of their bits. */
  List<Question> questions() {
    return new ArrayList<>(bits.keySet());
  }

  /** Bits of the questions that ask for equality, by the text that passes. */
  Map<String, List<Integer>> equalities() {
    Map<String, List<Integer>> byText = new HashMap<>();
    bits.forEach((question, bit) -> {
      if (question.predicate() instanceof Predicate.Equal equal) {
        equal.values().forEach(v -> byText.computeIfAbsent(v, k -> new ArrayList<>()).add(bit));
      }
    });
    return byText;
  }
}
