package io.leukocyte.rules;

import io.leukocyte.events.config.Position;
import io.leukocyte.events.config.Problem;
import io.leukocyte.events.config.YamlNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Makes conditions of a rule's exceptions: one for each value, or row of values. */
final class Exceptions {
  private final Parser.Lists lists;
  private final List<Problem> problems;

  private Exceptions(Parser.Lists lists, List<Problem> problems) {
    this.lists = lists;
    this.problems = problems;
  }

  /**
   * What the rule does not report. An exception without values is none.
   *
   * @param problems receives what is wrong
   */
  static List<Expr> of(
      Definitions.RuleDefinition rule, Parser.Lists lists, List<Problem> problems) {
    Exceptions exceptions = new Exceptions(lists, problems);
    List<Expr> conditions = new ArrayList<>();
    for (Definitions.ExceptionDefinition exception : rule.exceptions) {
      exceptions.add(exception, conditions);
    }
    return conditions;
  }

  private void add(Definitions.ExceptionDefinition exception, List<Expr> conditions) {
    Definitions.Sides sides = exception.sides;
    if (sides == null) {
      return;
    }
    List<Expr.Operand> fields = new ArrayList<>();
    for (SourceText text : sides.fields()) {
      Parser.operand(text, lists, problems).ifPresent(fields::add);
    }
    if (fields.size() < sides.fields().size() || exception.values.isEmpty()) {
      return;
    }
    if (sides.single()) {
      single(exception, fields.getFirst(), sides.operators().getFirst()).ifPresent(conditions::add);
      return;
    }
    for (YamlNode row : exception.values) {
      row(row, fields, sides.operators()).ifPresent(conditions::add);
    }
  }

  /** One field: its values are alternatives. */
  private Optional<Expr> single(
      Definitions.ExceptionDefinition exception, Expr.Operand field, Operator operator) {
    List<Expr.Value> values = new ArrayList<>();
    for (YamlNode value : exception.values) {
      values.addAll(values(value));
    }
    if (values.isEmpty()) {
      return Optional.empty();
    }
    if (operator.right() == Operator.Right.LIST) {
      return Optional.of(check(field, operator, values, exception.at));
    }
    return Optional.of(
        new Expr.Or(
            values.stream().map(v -> check(field, operator, List.of(v), exception.at)).toList()));
  }

  /** Several fields: a row has one value, or for list operators a list, for each. */
  private Optional<Expr> row(YamlNode row, List<Expr.Operand> fields, List<Operator> operators) {
    if (!(row instanceof YamlNode.Sequence sequence)) {
      problem(row.at(), "a row of values is a list, not " + row.description());
      return Optional.empty();
    }
    if (sequence.items().size() != fields.size()) {
      problems.add(
          new Problem(
              row.at(),
              "the row has " + sequence.items().size() + " values for " + fields.size() + " fields",
              isTornList(sequence) ? "quote a list in parentheses, or write it in brackets" : ""));
      return Optional.empty();
    }
    List<Expr> parts = new ArrayList<>();
    for (int i = 0; i < fields.size(); i++) {
      List<Expr.Value> values = values(sequence.items().get(i));
      Operator operator = operators.get(i);
      if (operator.right() != Operator.Right.LIST && values.size() != 1) {
        problem(
            sequence.items().get(i).at(),
            values.size() + " values stand where '" + operator.text() + "' compares one");
        return Optional.empty();
      }
      parts.add(check(fields.get(i), operator, values, row.at()));
    }
    return Optional.of(new Expr.And(parts));
  }

  /** Whether YAML took the commas within parentheses for its own. */
  private static boolean isTornList(YamlNode.Sequence row) {
    return row.items().stream()
        .anyMatch(item ->
            item instanceof YamlNode.Scalar scalar
                && scalar.text().startsWith("(")
                && !scalar.text().endsWith(")"));
  }

  private static Expr check(
      Expr.Operand field, Operator operator, List<Expr.Value> values, Position at) {
    return new Expr.Check(field, operator, Expr.Quantifier.NONE, List.copyOf(values), null, at);
  }

  /** A value; the items of the list that it names; or those of a list that stands there. */
  private List<Expr.Value> values(YamlNode node) {
    return switch (node) {
      case YamlNode.Scalar scalar -> values(scalar);
      case YamlNode.Sequence sequence ->
          sequence.items().stream().flatMap(item -> values(item).stream()).toList();
      case YamlNode.Mapping mapping -> {
        problem(mapping.at(), "a value is text or a list, not " + mapping.description());
        yield List.of();
      }
    };
  }

  private List<Expr.Value> values(YamlNode.Scalar scalar) {
    String text = scalar.text().strip();
    if (text.startsWith("(") && text.endsWith(")")) {
      return inParentheses(scalar.at(), text);
    }
    boolean quoted =
        text.length() > 1
            && (text.charAt(0) == '"' || text.charAt(0) == '\'')
            && text.charAt(text.length() - 1) == text.charAt(0);
    List<Expr.Value> items = quoted ? null : lists.items(text);
    if (items != null) {
      return items;
    }
    return List.of(
        new Expr.Value(quoted ? text.substring(1, text.length() - 1) : text, scalar.at()));
  }

  /** A list written in the rule language. */
  private List<Expr.Value> inParentheses(Position at, String text) {
    return Parser.values(SourceText.startingAt(at, text), lists, problems);
  }

  private void problem(Position at, String what) {
    problems.add(new Problem(at, what, ""));
  }
}
