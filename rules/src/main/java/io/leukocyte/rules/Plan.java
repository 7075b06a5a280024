package io.leukocyte.rules;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The rules that events of one kind can match, compiled: immutable, shared by all matchers. */
final class Plan {
  private final List<Rule> rules;
  private final List<Gate> gates;
  private final List<Slot> slots;

  private Plan(List<Rule> rules, List<Gate> gates, List<Slot> slots) {
    this.rules = List.copyOf(rules);
    this.gates = List.copyOf(gates);
    this.slots = List.copyOf(slots);
  }

  /**
   * A plan.
   *
   * @param conditions the rules in their order, each with its condition folded for the kind
   */
  static Plan of(Map<Rule, Node> conditions) {
    Map<Object, Slot> slots = new LinkedHashMap<>();
    conditions.values().forEach(node -> collect(node, slots));
    List<Slot> ordered = new ArrayList<>(slots.values());
    ordered.sort(Comparator.comparingInt(Slot::cost));
    Gate.Bits bits =
        new Gate.Bits() {
          @Override
          public int slot(Node.Read read) {
            return ordered.indexOf(slotOf(read));
          }

          @Override
          public int bit(Node.Read read) {
            return slotOf(read).bit(read);
          }

          private Slot slotOf(Node.Read read) {
            Slot slot = slots.get(Slot.keyOf(read.source()));
            if (slot == null) {
              throw new IllegalStateException("No slot for " + read);
            }
            return slot;
          }
        };
    List<Gate> gates = conditions.values().stream().map(n -> Gate.of(n, bits)).toList();
    return new Plan(new ArrayList<>(conditions.keySet()), gates, ordered);
  }

  private static void collect(Node node, Map<Object, Slot> slots) {
    switch (node) {
      case Node.All all -> all.parts().forEach(p -> collect(p, slots));
      case Node.Any any -> any.parts().forEach(p -> collect(p, slots));
      case Node.Not not -> collect(not.part(), slots);
      case Node.Read read ->
          slots.computeIfAbsent(Slot.keyOf(read.source()), k -> new Slot(read.source())).add(read);
      case Node.Literal l -> {}
      case Node.Test t -> {}
      case Node.Compare c -> {}
      case Node.TypeTest t -> {}
      case Node.Needs n -> {}
    }
  }

  List<Rule> rules() {
    return rules;
  }

  List<Gate> gates() {
    return gates;
  }

  List<Slot> slots() {
    return slots;
  }

  /** Words of a mask with a bit for each rule. */
  int ruleWords() {
    return (rules.size() + 63) >> 6;
  }
}
