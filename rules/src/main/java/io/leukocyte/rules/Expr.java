package io.leukocyte.rules;

import io.leukocyte.events.config.Position;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The syntax tree of a condition: what was written, names not yet looked up. */
sealed interface Expr {
  /** One of them holds. */
  record Or(List<Expr> parts) implements Expr {}

  /** All of them hold. */
  record And(List<Expr> parts) implements Expr {}

  /** It does not hold. */
  record Not(Expr part) implements Expr {}

  /** A macro stands here. */
  record MacroUse(String name, Position at) implements Expr {}

  /**
   * A comparison.
   *
   * @param left what is compared
   * @param operator how it is compared
   * @param quantifier for which of the values it must hold
   * @param values what it is compared with, lists put in; empty when a field is
   * @param right the field that it is compared with; null when values are
   * @param at where it begins
   */
  record Check(
      Operand left,
      Operator operator,
      Quantifier quantifier,
      List<Value> values,
      @Nullable Operand right,
      Position at)
      implements Expr {}

  /** What has a value in an event. */
  sealed interface Operand {
    /** Where it begins. */
    Position at();
  }

  /**
   * A field as written.
   *
   * @param name its name
   * @param argument what stands in brackets; null when there are none
   * @param at where it begins
   */
  record FieldName(String name, @Nullable String argument, Position at) implements Operand {}

  /**
   * A function around something.
   *
   * @param function which
   * @param arguments what it is of
   * @param option what stands in brackets behind it; null when there are none
   * @param at where it begins
   */
  record Call(Transformer function, List<Operand> arguments, @Nullable String option, Position at)
      implements Operand {}

  /** Several in parentheses, where a list stands among a function's arguments. */
  record Items(List<Operand> items, Position at) implements Operand {}

  /**
   * A value as written.
   *
   * @param text its text, escapes resolved
   * @param at where it begins
   */
  record Value(String text, Position at) implements Operand {}

  /** For which of several values a string operator must hold. */
  enum Quantifier {
    /** There is one value, or the operator takes a list itself. */
    NONE(""),
    /** At least one. */
    ANY("anyof"),
    /** Each. */
    ALL("allof"),
    /** Exactly one. */
    ONE("oneof");

    private final String text;

    Quantifier(String text) {
      this.text = text;
    }

    String text() {
      return text;
    }
  }
}
