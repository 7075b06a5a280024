package io.leukocyte.rules;

import io.leukocyte.events.config.Position;
import io.leukocyte.events.config.Problem;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reads a condition by recursive descent; the grammar is in docs/rules.md. */
final class Parser {
  /** Parentheses and negations within each other. */
  static final int MAX_DEPTH = 200;

  private static final Set<String> TRANSFORMERS =
      Set.of("tolower", "toupper", "b64", "basename", "len", "join", "concat", "getopt", "val");

  /** Where the parser finds the items of a list. */
  interface Lists {
    /** The items of the list of that name; null when there is no such list. */
    @Nullable List<Expr.Value> items(String name);
  }

  private final Scanner in;
  private final Lists lists;
  private int depth;

  private Parser(SourceText source, Lists lists) {
    this.in = new Scanner(source);
    this.lists = lists;
  }

  /**
   * The condition's tree; empty when it cannot be read.
   *
   * @param problems receives the first thing that is wrong
   */
  static Optional<Expr> parse(SourceText source, Lists lists, List<Problem> problems) {
    Parser parser = new Parser(source, lists);
    try {
      Expr condition = parser.or();
      if (!parser.in.atEnd()) {
        throw new SyntaxException(
            parser.in.here(),
            "expected 'and', 'or' or the end, found " + parser.in.rest(),
            "and, or and not are written in lower case with a blank behind them");
      }
      return Optional.of(condition);
    } catch (SyntaxException e) {
      problems.add(e.problem());
      return Optional.empty();
    }
  }

  private Expr or() throws SyntaxException {
    List<Expr> parts = new ArrayList<>();
    do {
      parts.add(and());
    } while (in.keyword("or"));
    return parts.size() == 1 ? parts.getFirst() : new Expr.Or(List.copyOf(parts));
  }

  private Expr and() throws SyntaxException {
    List<Expr> parts = new ArrayList<>();
    do {
      parts.add(term());
    } while (in.keyword("and"));
    return parts.size() == 1 ? parts.getFirst() : new Expr.And(List.copyOf(parts));
  }

  private Expr term() throws SyntaxException {
    if (++depth > MAX_DEPTH) {
      throw new SyntaxException(
          in.here(), "more than " + MAX_DEPTH + " levels of parentheses and 'not'", "use macros");
    }
    Expr term = negationOrGroup();
    depth--;
    return term;
  }

  private Expr negationOrGroup() throws SyntaxException {
    if (in.keyword("not")) {
      return new Expr.Not(term());
    }
    if (in.take('(')) {
      Expr inner = or();
      in.expect(')', "to close the parenthesis");
      return inner;
    }
    return checkOrMacro();
  }

  private Expr checkOrMacro() throws SyntaxException {
    Position start = in.here();
    String name = in.name();
    List<String> transformers = new ArrayList<>();
    Expr.FieldName field;
    if (TRANSFORMERS.contains(name) && in.takeHere('(')) {
      field = transformed(name, transformers);
    } else if (name.indexOf('.') < 0) {
      return new Expr.MacroUse(name, start);
    } else {
      field = new Expr.FieldName(name, in.argument().orElse(null), start);
    }
    Operator operator = in.operator(field.name());
    Expr.Quantifier quantifier = quantifier(operator);
    List<Expr.Value> values = values(operator, quantifier, transformers);
    return new Expr.Check(
        field, operator, quantifier, values, List.copyOf(transformers), field.at());
  }

  /** The field within transformers; the opening parenthesis of the first was taken. */
  private Expr.FieldName transformed(String transformer, List<String> transformers)
      throws SyntaxException {
    if (++depth > MAX_DEPTH) {
      throw new SyntaxException(in.here(), "more than " + MAX_DEPTH + " transformers", "");
    }
    transformers.add(transformer);
    Position start = in.here();
    String name = in.name();
    Expr.FieldName field =
        TRANSFORMERS.contains(name) && in.takeHere('(')
            ? transformed(name, transformers)
            : new Expr.FieldName(name, in.argument().orElse(null), start);
    while (in.take(',')) {
      in.value(transformer);
    }
    in.expect(')', "to close " + transformer + "(");
    depth--;
    return field;
  }

  private Expr.Quantifier quantifier(Operator operator) {
    if (operator.comparesParts()) {
      for (Expr.Quantifier quantifier : Expr.Quantifier.values()) {
        if (quantifier != Expr.Quantifier.NONE && in.keyword(quantifier.text())) {
          return quantifier;
        }
      }
    }
    return Expr.Quantifier.NONE;
  }

  private List<Expr.Value> values(
      Operator operator, Expr.Quantifier quantifier, List<String> transformers)
      throws SyntaxException {
    if (operator.right() == Operator.Right.NOTHING) {
      return List.of();
    }
    boolean list = operator.right() == Operator.Right.LIST || quantifier != Expr.Quantifier.NONE;
    if (list) {
      in.expect('(', "after " + operator.text());
      return list(operator);
    }
    List<Expr.Value> values = oneOrList(operator.text());
    if (values.size() == 1 && TRANSFORMERS.contains(values.getFirst().text()) && in.takeHere('(')) {
      transformed(values.getFirst().text(), transformers);
      return values;
    }
    if (values.size() != 1) {
      throw new SyntaxException(
          in.here(),
          "a list of " + values.size() + " items stands where one value is compared",
          "use 'in (…)'");
    }
    return values;
  }

  private List<Expr.Value> list(Operator operator) throws SyntaxException {
    List<Expr.Value> all = new ArrayList<>();
    if (in.take(')')) {
      return List.of();
    }
    do {
      all.addAll(oneOrList("'" + operator.text() + " ('"));
    } while (in.take(','));
    in.expect(')', "or ',' in the list");
    return List.copyOf(all);
  }

  /** A value, or the items of the list that it names. */
  private List<Expr.Value> oneOrList(String after) throws SyntaxException {
    boolean quoted = in.quoteComes();
    Expr.Value value = in.value(after);
    List<Expr.Value> items = quoted ? null : lists.items(value.text());
    return items == null ? List.of(value) : items;
  }
}
