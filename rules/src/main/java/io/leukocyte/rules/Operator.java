package io.leukocyte.rules;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** The comparisons of the rule language. */
enum Operator {
  EXISTS("exists", Right.NOTHING, true),
  EQUAL("=", Right.VALUE, true),
  NOT_EQUAL("!=", Right.VALUE, true),
  LESS("<", Right.NUMBER, true),
  AT_MOST("<=", Right.NUMBER, true),
  GREATER(">", Right.NUMBER, true),
  AT_LEAST(">=", Right.NUMBER, true),
  CONTAINS("contains", Right.VALUE, true),
  ICONTAINS("icontains", Right.VALUE, true),
  STARTSWITH("startswith", Right.VALUE, true),
  ENDSWITH("endswith", Right.VALUE, true),
  GLOB("glob", Right.VALUE, true),
  IGLOB("iglob", Right.VALUE, true),
  IN("in", Right.LIST, true),
  INTERSECTS("intersects", Right.LIST, true),
  PMATCH("pmatch", Right.LIST, false),
  REGEX("regex", Right.VALUE, false),
  BCONTAINS("bcontains", Right.VALUE, false),
  BSTARTSWITH("bstartswith", Right.VALUE, false);

  /** What stands to the right of an operator. */
  enum Right {
    NOTHING,
    VALUE,
    NUMBER,
    LIST
  }

  private final String text;
  private final Right right;
  private final boolean evaluated;

  Operator(String text, Right right, boolean evaluated) {
    this.text = text;
    this.right = right;
    this.evaluated = evaluated;
  }

  String text() {
    return text;
  }

  Right right() {
    return right;
  }

  /** Whether this version can evaluate it; a rule with another one is skipped by name. */
  boolean evaluated() {
    return evaluated;
  }

  /** Whether it compares strings in part, so that anyof and allof may follow. */
  boolean comparesParts() {
    return switch (this) {
      case CONTAINS, ICONTAINS, STARTSWITH, ENDSWITH, GLOB, IGLOB, REGEX, BCONTAINS, BSTARTSWITH ->
          true;
      case EXISTS, EQUAL, NOT_EQUAL, LESS, AT_MOST, GREATER, AT_LEAST, IN, INTERSECTS, PMATCH ->
          false;
    };
  }

  static Optional<Operator> of(String text) {
    if (text.equals("==")) {
      return Optional.of(EQUAL);
    }
    return Arrays.stream(values()).filter(o -> o.text.equals(text)).findFirst();
  }

  static List<String> words() {
    return Arrays.stream(values())
        .map(Operator::text)
        .filter(t -> Character.isLetter(t.charAt(0)))
        .toList();
  }
}
