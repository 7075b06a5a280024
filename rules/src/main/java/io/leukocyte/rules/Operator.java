package io.leukocyte.rules;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** The comparisons of the rule language. */
enum Operator {
  EXISTS("exists", Right.NOTHING),
  EQUAL("=", Right.VALUE),
  NOT_EQUAL("!=", Right.VALUE),
  LESS("<", Right.NUMBER),
  AT_MOST("<=", Right.NUMBER),
  GREATER(">", Right.NUMBER),
  AT_LEAST(">=", Right.NUMBER),
  CONTAINS("contains", Right.VALUE),
  ICONTAINS("icontains", Right.VALUE),
  STARTSWITH("startswith", Right.VALUE),
  ENDSWITH("endswith", Right.VALUE),
  GLOB("glob", Right.VALUE),
  IGLOB("iglob", Right.VALUE),
  IN("in", Right.LIST),
  INTERSECTS("intersects", Right.LIST),
  PMATCH("pmatch", Right.LIST),
  REGEX("regex", Right.VALUE),
  BCONTAINS("bcontains", Right.VALUE),
  BSTARTSWITH("bstartswith", Right.VALUE);

  /** What stands to the right of an operator. */
  enum Right {
    NOTHING,
    VALUE,
    NUMBER,
    LIST
  }

  private final String text;
  private final Right right;

  Operator(String text, Right right) {
    this.text = text;
    this.right = right;
  }

  String text() {
    return text;
  }

  Right right() {
    return right;
  }

  /** Whether it compares strings in part, so that anyof, allof and oneof may follow. */
  boolean comparesParts() {
    return switch (this) {
      case CONTAINS, ICONTAINS, STARTSWITH, ENDSWITH, GLOB, IGLOB, REGEX, BCONTAINS, BSTARTSWITH ->
          true;
      case EXISTS, EQUAL, NOT_EQUAL, LESS, AT_MOST, GREATER, AT_LEAST, IN, INTERSECTS, PMATCH ->
          false;
    };
  }

  /** Whether a field may stand on its right. */
  boolean comparesFields() {
    return switch (this) {
      case EQUAL, NOT_EQUAL, LESS, AT_MOST, GREATER, AT_LEAST -> true;
      case CONTAINS, ICONTAINS, STARTSWITH, ENDSWITH, GLOB, IGLOB, IN, INTERSECTS -> true;
      case EXISTS, PMATCH, REGEX, BCONTAINS, BSTARTSWITH -> false;
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
