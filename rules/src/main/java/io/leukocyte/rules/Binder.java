package io.leukocyte.rules;

import io.leukocyte.events.config.Position;
import io.leukocyte.events.config.Problem;
import io.leukocyte.events.config.Suggestion;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** Looks up the names in a condition: macros, fields, operators for the field's type, values. */
final class Binder {
  /** Comparisons of a condition with its macros put in. */
  static final int MAX_SIZE = 20_000;

  /** Where macros are found. */
  interface Macros {
    /** A macro that may be used here; null when there is none. */
    @Nullable Bound find(String name);

    /** Why a name that is not found is not, if there is more to say than that it is unknown. */
    String reason(String name);

    /** The names that may be used here. */
    Collection<String> names();
  }

  /**
   * A condition looked up.
   *
   * @param node its tree
   * @param size comparisons in it
   * @param sound whether nothing was wrong in it
   */
  record Bound(Node node, int size, boolean sound) {}

  private final Macros macros;
  private final List<Problem> problems;
  private int size;
  private boolean sound = true;

  private Binder(Macros macros, List<Problem> problems) {
    this.macros = macros;
    this.problems = problems;
  }

  /**
   * The tree with its names looked up.
   *
   * @param problems receives everything that is wrong
   */
  static Bound bind(Expr condition, Macros macros, List<Problem> problems) {
    Binder binder = new Binder(macros, problems);
    Node node = binder.node(condition);
    return new Bound(node, binder.size, binder.sound);
  }

  private Node node(Expr expr) {
    return switch (expr) {
      case Expr.Or or -> Node.any(or.parts().stream().map(this::node).toList());
      case Expr.And and -> Node.all(and.parts().stream().map(this::node).toList());
      case Expr.Not not -> Node.not(node(not.part()));
      case Expr.MacroUse use -> macro(use);
      case Expr.Check check -> check(check);
    };
  }

  private Node macro(Expr.MacroUse use) {
    Bound macro = macros.find(use.name());
    if (macro == null) {
      String reason = macros.reason(use.name());
      return wrong(
          use.at(),
          reason.isEmpty() ? "unknown macro '" + use.name() + "'" : reason,
          reason.isEmpty() ? Suggestion.didYouMean(use.name(), macros.names()) : "");
    }
    sound &= macro.sound();
    size += macro.size();
    if (size > MAX_SIZE) {
      size = 0;
      return wrong(
          use.at(),
          "the condition has more than " + MAX_SIZE + " comparisons with its macros put in",
          "split the rule");
    }
    return macro.node();
  }

  private Node check(Expr.Check check) {
    size++;
    String name = check.field().name();
    Field field = Fields.find(name);
    if (field == null) {
      return elsewhere(check.field());
    }
    Optional<Node> lacking = lacking(check);
    if (lacking.isPresent()) {
      return lacking.get();
    }
    if (!argumentFits(check.field(), field)) {
      return Node.FALSE;
    }
    if (!field.isKept(check.field().argument())) {
      return new Node.Needs(
          "the field " + name + "[" + check.field().argument() + "]", check.field().at());
    }
    return compare(check, field);
  }

  private Node elsewhere(Expr.FieldName field) {
    if (ForeignFields.has(field.name())) {
      return new Node.Needs("the field " + field.name(), field.at());
    }
    TreeSet<String> known = new TreeSet<>(Fields.names());
    known.addAll(ForeignFields.names());
    return wrong(
        field.at(),
        "unknown field '" + field.name() + "'",
        Suggestion.didYouMean(field.name(), known));
  }

  private static Optional<Node> lacking(Expr.Check check) {
    if (!check.transformers().isEmpty()) {
      return Optional.of(
          new Node.Needs("the transformer " + check.transformers().getFirst(), check.at()));
    }
    if (!check.operator().evaluated()) {
      return Optional.of(new Node.Needs("the operator " + check.operator().text(), check.at()));
    }
    return check.quantifier() == Expr.Quantifier.ONE
        ? Optional.of(new Node.Needs("the operator oneof", check.at()))
        : Optional.empty();
  }

  private boolean argumentFits(Expr.FieldName name, Field field) {
    String problem = field.misfit(name.argument());
    if (!problem.isEmpty()) {
      wrong(name.at(), "the field " + name.name() + " " + problem, "");
    }
    return problem.isEmpty();
  }

  private Node compare(Expr.Check check, Field field) {
    List<Node> tests = new ArrayList<>();
    List<List<Expr.Value>> groups =
        check.quantifier() == Expr.Quantifier.NONE
            ? List.of(check.values())
            : check.values().stream().map(List::of).toList();
    for (List<Expr.Value> values : groups) {
      Predicates.Result result = Predicates.make(field, check.operator(), values, check.at());
      switch (result) {
        case Predicates.Made made -> tests.add(test(check, field, made.predicate()));
        case Predicates.Never never -> tests.add(Node.FALSE);
        case Predicates.Wrong wrong -> {
          problems.add(wrong.problem());
          sound = false;
        }
      }
    }
    return check.quantifier() == Expr.Quantifier.ALL ? Node.all(tests) : Node.any(tests);
  }

  private static Node test(Expr.Check check, Field field, Predicate predicate) {
    return field.name().equals(Fields.EVENT_TYPE)
        ? new Node.TypeTest(predicate, check.at())
        : new Node.Test(field, check.field().argument(), predicate);
  }

  private Node wrong(Position at, String what, String todo) {
    problems.add(new Problem(at, what, todo));
    sound = false;
    return Node.FALSE;
  }
}
