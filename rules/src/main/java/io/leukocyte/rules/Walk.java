package io.leukocyte.rules;

import io.leukocyte.events.BatchCursor;

/**
 * Evaluates a folded condition by walking its tree: for single events, where speed is no matter.
 */
final class Walk {
  private Walk() {}

  /** Whether it holds for the row that the cursor stands on. */
  static boolean holds(Node node, BatchCursor row, FactsLookup facts) {
    return switch (node) {
      case Node.All all -> all.parts().stream().allMatch(p -> holds(p, row, facts));
      case Node.Any any -> any.parts().stream().anyMatch(p -> holds(p, row, facts));
      case Node.Not not -> !holds(not.part(), row, facts);
      case Node.Literal literal -> literal.value();
      case Node.Read read -> passes(read, row, facts);
      case Node.Test t -> throw new IllegalStateException("Not folded for a kind: " + t);
      case Node.Compare c -> throw new IllegalStateException("Not folded for a kind: " + c);
      case Node.TypeTest t -> throw new IllegalStateException("Not folded for a kind: " + t);
      case Node.Needs n -> throw new IllegalStateException("Not folded for a kind: " + n);
    };
  }

  private static boolean passes(Node.Read read, BatchCursor row, FactsLookup facts) {
    boolean many =
        read.source() instanceof Source.Made
            || (read.source() instanceof Source.Symbol(_, var view) && view.eachItem());
    if (many) {
      return read.source().texts(row, facts).stream().anyMatch(read.predicate()::test);
    }
    String value = read.source().read(row, facts);
    return value != null && read.predicate().test(value);
  }
}
