package io.leukocyte.rules;

import io.leukocyte.events.config.Position;
import io.leukocyte.events.config.Problem;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Reads a condition by recursive descent; the grammar is in docs/rules.md. */
final class Parser {
  /** Parentheses and negations within each other. */
  static final int MAX_DEPTH = 200;

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
            parser.in.foreignWord().isEmpty()
                ? "and, or and not are written in lower case with a blank behind them"
                : parser.in.foreignWord());
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
    Optional<Transformer> function = Transformer.of(name);
    Expr.Operand left;
    String shown = name;
    if (function.isPresent() && in.takeHere('(')) {
      if (function.get() == Transformer.VAL) {
        throw new SyntaxException(
            start, "val( stands to the right of an operator only", "name the field alone");
      }
      left = call(function.get(), start);
      shown = name + "(…)";
    } else if (name.indexOf('.') < 0) {
      return new Expr.MacroUse(name, start);
    } else {
      left = new Expr.FieldName(name, in.argument().orElse(null), start);
    }
    Operator operator = in.operator(shown);
    Expr.Quantifier quantifier = quantifier(operator);
    if (quantifier == Expr.Quantifier.NONE && operator.right() != Operator.Right.NOTHING) {
      Expr.Operand right = fieldOnTheRight();
      if (right != null) {
        return new Expr.Check(left, operator, quantifier, List.of(), right, start);
      }
    }
    List<Expr.Value> values = values(operator, quantifier);
    return new Expr.Check(left, operator, quantifier, values, null, start);
  }

  /** A function around a field where a value would stand otherwise; null when none does. */
  private Expr.@Nullable Operand fieldOnTheRight() throws SyntaxException {
    Position start = in.here();
    for (Transformer function : Transformer.values()) {
      if (in.take(function.text() + "(")) {
        return call(function, start);
      }
    }
    return null;
  }

  /** A field or functions around one, which stands alone. */
  static Optional<Expr.Operand> operand(SourceText source, Lists lists, List<Problem> problems) {
    Parser parser = new Parser(source, lists);
    try {
      Expr.Operand operand = parser.operand();
      if (!parser.in.atEnd()) {
        throw new SyntaxException(
            parser.in.here(), "expected the end after a field, found " + parser.in.rest(), "");
      }
      return Optional.of(operand);
    } catch (SyntaxException e) {
      problems.add(e.problem());
      return Optional.empty();
    }
  }

  /** The values of a list in parentheses that stands alone; what is wrong is reported. */
  static List<Expr.Value> values(SourceText source, Lists lists, List<Problem> problems) {
    Parser parser = new Parser(source, lists);
    try {
      parser.in.expect('(', "before the list");
      List<Expr.Value> values = parser.list(Operator.IN);
      if (!parser.in.atEnd()) {
        throw new SyntaxException(
            parser.in.here(), "expected the end after the list, found " + parser.in.rest(), "");
      }
      return values;
    } catch (SyntaxException e) {
      problems.add(e.problem());
      return List.of();
    }
  }

  /** The function whose opening parenthesis was taken. */
  private Expr.Operand call(Transformer function, Position start) throws SyntaxException {
    if (++depth > MAX_DEPTH) {
      throw new SyntaxException(in.here(), "more than " + MAX_DEPTH + " functions", "");
    }
    List<Expr.Operand> arguments = new ArrayList<>();
    do {
      arguments.add(argument());
    } while (in.take(','));
    in.expect(')', "to close " + function.text() + "(");
    depth--;
    return new Expr.Call(function, List.copyOf(arguments), in.argument().orElse(null), start);
  }

  /** A field, a function, a text, or several of them in parentheses. */
  private Expr.Operand argument() throws SyntaxException {
    Position start = in.here();
    if (!in.take('(')) {
      return in.quoteComes() ? in.value("a function") : operand();
    }
    List<Expr.Operand> items = new ArrayList<>();
    do {
      items.add(in.quoteComes() ? in.value("the list") : operand());
    } while (in.take(','));
    in.expect(')', "or ',' in the list");
    return new Expr.Items(List.copyOf(items), start);
  }

  /** A field, a function around one, or a word. */
  private Expr.Operand operand() throws SyntaxException {
    Position start = in.here();
    for (Transformer function : Transformer.values()) {
      if (in.take(function.text() + "(")) {
        return call(function, start);
      }
    }
    Optional<String> name = in.fieldName();
    return name.isPresent()
        ? new Expr.FieldName(name.get(), in.argument().orElse(null), start)
        : in.value("a function");
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

  private List<Expr.Value> values(Operator operator, Expr.Quantifier quantifier)
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
