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
   * A comparison of a field.
   *
   * @param field what is read
   * @param operator how it is compared
   * @param quantifier for which of the values it must hold
   * @param values what it is compared with, lists put in
   * @param transformers functions around the field or the values, by name
   * @param at where it begins
   */
  record Check(
      FieldName field,
      Operator operator,
      Quantifier quantifier,
      List<Value> values,
      List<String> transformers,
      Position at)
      implements Expr {}

  /**
   * A field as written.
   *
   * @param name its name
   * @param argument what stands in brackets; null when there are none
   * @param at where it begins
   */
  record FieldName(String name, @Nullable String argument, Position at) {}

  /**
   * A value as written.
   *
   * @param text its text, escapes resolved
   * @param at where it begins
   */
  record Value(String text, Position at) {}

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
