package io.leukocyte.rules;

import io.leukocyte.events.config.Position;
import io.leukocyte.events.config.Problem;
import io.leukocyte.events.config.Suggestion;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.function.Function;
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
    Optional<Node> lacking = Operands.lacking(check, this::unknownField);
    if (lacking.isPresent()) {
      return lacking.get();
    }
    if (check.left() instanceof Expr.FieldName name && check.right() == null) {
      Field field = Operands.field(name);
      return compare(
          check,
          new Predicates.Subject(field.name(), field.type()),
          predicate -> test(check, name, field, predicate));
    }
    try {
      Operands.OneText text = check.right() == null ? Operands.oneText(check.left()) : null;
      return text == null ? terms(check) : transformed(check, text);
    } catch (SyntaxException e) {
      problems.add(e.problem());
      sound = false;
      return Node.FALSE;
    }
  }

  /** Functions of one text of one field: asked where the field alone would be. */
  private Node transformed(Expr.Check check, Operands.OneText text) {
    Field field = Operands.field(text.field());
    return compare(
        check,
        new Predicates.Subject(text.shown(), text.type()),
        predicate ->
            new Node.Test(
                field,
                text.field().argument(),
                new Predicate.Transformed(text.functions(), predicate)));
  }

  private Node terms(Expr.Check check) throws SyntaxException {
    Term left = Operands.term(check.left());
    Expr.Operand operand = check.right();
    if (operand == null) {
      boolean all = check.operator() == Operator.IN && left.asksForAll();
      return compare(
          check,
          new Predicates.Subject(left.toString(), left.type()),
          predicate ->
              new Node.Compare(new Comparison(left, new Comparison.Passes(predicate, all))));
    }
    Term right = Operands.term(operand);
    Operands.checkTypes(check, left, right);
    boolean neither =
        check.operator() == Operator.NOT_EQUAL
            && (Operands.isOfBothEnds(left) || Operands.isOfBothEnds(right));
    return new Node.Compare(
        new Comparison(left, new Comparison.With(check.operator(), right, neither)));
  }

  /** Reports a field that does not exist. */
  private Node unknownField(Expr.FieldName field, String problem) {
    if (!problem.isEmpty()) {
      return wrong(field.at(), problem, "");
    }
    TreeSet<String> known = new TreeSet<>(Fields.names());
    known.addAll(ForeignFields.names());
    return wrong(
        field.at(),
        "unknown field '" + field.name() + "'",
        Suggestion.didYouMean(field.name(), known));
  }

  /** The node of a check with values, given the node of each predicate. */
  private Node compare(
      Expr.Check check, Predicates.Subject subject, Function<Predicate, Node> node) {
    List<Node> tests = new ArrayList<>();
    List<Predicate> predicates = new ArrayList<>();
    List<List<Expr.Value>> groups =
        check.quantifier() == Expr.Quantifier.NONE
            ? List.of(check.values())
            : check.values().stream().map(List::of).toList();
    for (List<Expr.Value> values : groups) {
      switch (Predicates.make(subject, check.operator(), values, check.at())) {
        case Predicates.Made made -> {
          predicates.add(made.predicate());
          tests.add(node.apply(made.predicate()));
        }
        case Predicates.Never never -> tests.add(Node.FALSE);
        case Predicates.Wrong wrong -> {
          problems.add(wrong.problem());
          sound = false;
        }
      }
    }
    return switch (check.quantifier()) {
      case ALL -> Node.all(tests);
      case NONE, ANY -> Node.any(tests);
      case ONE ->
          predicates.isEmpty() ? Node.FALSE : node.apply(new Predicate.ExactlyOne(predicates));
    };
  }

  private static Node test(
      Expr.Check check, Expr.FieldName name, Field field, Predicate predicate) {
    return field.name().equals(Fields.EVENT_TYPE)
        ? new Node.TypeTest(predicate, check.at())
        : new Node.Test(field, name.argument(), predicate);
  }

  private Node wrong(Position at, String what, String todo) {
    problems.add(new Problem(at, what, todo));
    sound = false;
    return Node.FALSE;
  }
}
