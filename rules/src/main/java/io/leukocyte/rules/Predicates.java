package io.leukocyte.rules;

import io.leukocyte.events.Text;
import io.leukocyte.events.config.Position;
import io.leukocyte.events.config.Problem;
import io.leukocyte.events.config.Suggestion;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.RoundingMode;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Makes the predicate of an operator and its values for a field's type. */
final class Predicates {
  private static final Set<String> ID_ARGUMENTS = Set.of("evt.arg.uid", "evt.arg.gid");

  private Predicates() {}

  /**
   * What is compared.
   *
   * @param name as messages show it
   * @param type what its values are
   */
  record Subject(String name, Field.Type type) {}

  /** What came of it. */
  sealed interface Result {}

  /** The predicate. */
  record Made(Predicate predicate) implements Result {}

  /** No value can pass: {@code in ()}, a number that is not whole. */
  record Never() implements Result {}

  /** The operator or a value does not fit the field. */
  record Wrong(Problem problem) implements Result {}

  static Result make(Subject field, Operator operator, List<Expr.Value> values, Position at) {
    if (operator == Operator.EXISTS) {
      return new Made(new Predicate.Exists());
    }
    if (values.isEmpty()) {
      return new Never();
    }
    return switch (field.type()) {
      case STRING -> text(field, operator, values, at);
      case NUMBER -> number(field, operator, values, at);
      case BOOL -> truth(field, operator, values, at);
      case ADDRESS, NETWORK -> address(field, operator, values, at);
    };
  }

  private static Result text(
      Subject field, Operator operator, List<Expr.Value> values, Position at) {
    String first = values.getFirst().text();
    return switch (operator) {
      case EQUAL, IN, INTERSECTS -> equal(field, values);
      case NOT_EQUAL -> {
        Result equal = equal(field, values);
        yield equal instanceof Wrong ? equal : new Made(new Predicate.NotEqual(first));
      }
      case CONTAINS -> new Made(new Predicate.Contains(first, false));
      case ICONTAINS -> new Made(new Predicate.Contains(Predicate.lower(first), true));
      case STARTSWITH -> new Made(new Predicate.StartsWith(first));
      case ENDSWITH -> new Made(new Predicate.EndsWith(first));
      case GLOB -> new Made(new Predicate.Matches(first, false));
      case IGLOB -> new Made(new Predicate.Matches(Predicate.lower(first), true));
      case REGEX -> regex(values.getFirst());
      case PMATCH -> new Made(new Predicate.Below(new PathTrie(texts(values))));
      case BCONTAINS -> bytes(values.getFirst(), false);
      case BSTARTSWITH -> bytes(values.getFirst(), true);
      case EXISTS, LESS, AT_MOST, GREATER, AT_LEAST -> unfit(field, operator, at);
    };
  }

  private static Set<String> texts(List<Expr.Value> values) {
    return values.stream().map(Expr.Value::text).collect(Collectors.toSet());
  }

  private static Result regex(Expr.Value value) {
    try {
      return new Made(new Predicate.MatchesRegex(Regex.of(value.text())));
    } catch (IllegalArgumentException e) {
      return new Wrong(
          new Problem(
              value.at(),
              "'"
                  + Text.clip(value.text(), 40)
                  + "' is not a regular expression: "
                  + e.getMessage(),
              "write it in RE2's dialect"));
    }
  }

  private static Result bytes(Expr.Value value, boolean atStart) {
    try {
      byte[] bytes = HexFormat.of().parseHex(value.text());
      return new Made(
          new Predicate.HasBytes(new String(bytes, StandardCharsets.ISO_8859_1), atStart));
    } catch (IllegalArgumentException e) {
      return new Wrong(
          new Problem(
              value.at(),
              "'" + Text.clip(value.text(), 40) + "' is not bytes",
              "write two hexadecimal digits for each byte"));
    }
  }

  private static Result equal(Subject field, List<Expr.Value> values) {
    if (field.name().equals(Fields.EVENT_TYPE)) {
      for (Expr.Value value : values) {
        if (!EventTypes.isKnown(value.text())) {
          return new Wrong(
              new Problem(
                  value.at(),
                  "unknown event type '" + value.text() + "'",
                  Suggestion.didYouMean(value.text(), EventTypes.all())));
        }
      }
    }
    return new Made(new Predicate.Equal(texts(values)));
  }

  private static Result truth(
      Subject field, Operator operator, List<Expr.Value> values, Position at) {
    for (Expr.Value value : values) {
      if (!value.text().equals("true") && !value.text().equals("false")) {
        return new Wrong(
            new Problem(
                value.at(), field.name() + " is true or false, not '" + value.text() + "'", ""));
      }
    }
    return switch (operator) {
      case EQUAL, IN, INTERSECTS, NOT_EQUAL -> text(field, operator, values, at);
      case LESS, AT_MOST, GREATER, AT_LEAST -> unfit(field, operator, at);
      case CONTAINS, ICONTAINS, STARTSWITH, ENDSWITH, GLOB, IGLOB -> unfit(field, operator, at);
      case EXISTS, PMATCH, REGEX, BCONTAINS, BSTARTSWITH -> unfit(field, operator, at);
    };
  }

  private static Result address(
      Subject field, Operator operator, List<Expr.Value> values, Position at) {
    List<Network> networks = new ArrayList<>();
    for (Expr.Value value : values) {
      Network network = Network.parse(value.text());
      if (network == null) {
        return new Wrong(
            new Problem(
                value.at(),
                "'" + value.text() + "' is not an address or a block such as 10.0.0.0/8",
                ""));
      }
      networks.add(network);
    }
    return switch (operator) {
      case EQUAL, IN, INTERSECTS -> new Made(new Predicate.Within(networks, false));
      case NOT_EQUAL -> new Made(new Predicate.Within(networks, true));
      case LESS, AT_MOST, GREATER, AT_LEAST -> unfit(field, operator, at);
      case CONTAINS, ICONTAINS, STARTSWITH, ENDSWITH, GLOB, IGLOB -> unfit(field, operator, at);
      case EXISTS, PMATCH, REGEX, BCONTAINS, BSTARTSWITH -> unfit(field, operator, at);
    };
  }

  private static Result number(
      Subject field, Operator operator, List<Expr.Value> values, Position at) {
    List<BigDecimal> numbers = new ArrayList<>();
    for (Expr.Value value : values) {
      BigDecimal number = isRoot(field, value) ? BigDecimal.ZERO : parse(value.text());
      if (number == null) {
        return new Wrong(
            new Problem(
                value.at(), field.name() + " is a number, '" + value.text() + "' is not", ""));
      }
      numbers.add(number);
    }
    BigDecimal first = numbers.getFirst();
    return switch (operator) {
      case EQUAL, IN, INTERSECTS -> oneOf(numbers);
      case NOT_EQUAL ->
          isWhole(first)
              ? new Made(new Predicate.Range(clamp(first), clamp(first), true))
              : new Made(new Predicate.Exists());
      case LESS -> range(Long.MIN_VALUE, clamp(floorBelow(first)));
      case AT_MOST -> range(Long.MIN_VALUE, clamp(first.setScale(0, RoundingMode.FLOOR)));
      case GREATER -> range(clamp(ceilingAbove(first)), Long.MAX_VALUE);
      case AT_LEAST -> range(clamp(first.setScale(0, RoundingMode.CEILING)), Long.MAX_VALUE);
      case CONTAINS, ICONTAINS, STARTSWITH, ENDSWITH, GLOB, IGLOB -> unfit(field, operator, at);
      case EXISTS, PMATCH, REGEX, BCONTAINS, BSTARTSWITH -> unfit(field, operator, at);
    };
  }

  /** Files name the user that a call asks for, where they mean root. */
  private static boolean isRoot(Subject field, Expr.Value value) {
    return value.text().equals("root") && ID_ARGUMENTS.contains(field.name());
  }

  private static Result range(long low, long high) {
    return new Made(new Predicate.Range(low, high, false));
  }

  private static Result oneOf(List<BigDecimal> numbers) {
    Set<Long> whole = new HashSet<>();
    for (BigDecimal number : numbers) {
      if (isWhole(number)) {
        whole.add(clamp(number));
      }
    }
    return whole.isEmpty() ? new Never() : new Made(new Predicate.OneOf(whole));
  }

  private static boolean isWhole(BigDecimal number) {
    return number.stripTrailingZeros().scale() <= 0;
  }

  private static BigDecimal floorBelow(BigDecimal number) {
    return number.setScale(0, RoundingMode.CEILING).subtract(BigDecimal.ONE);
  }

  private static BigDecimal ceilingAbove(BigDecimal number) {
    return number.setScale(0, RoundingMode.FLOOR).add(BigDecimal.ONE);
  }

  private static long clamp(BigDecimal number) {
    if (number.compareTo(BigDecimal.valueOf(Long.MAX_VALUE)) >= 0) {
      return Long.MAX_VALUE;
    }
    return number.compareTo(BigDecimal.valueOf(Long.MIN_VALUE)) <= 0
        ? Long.MIN_VALUE
        : number.longValue();
  }

  private static @Nullable BigDecimal parse(String text) {
    if (text.matches("0[xX][0-9a-fA-F]{1,16}")) {
      return new BigDecimal(new BigInteger(text.substring(2), 16));
    }
    return text.matches("[+-]?\\d{1,30}(\\.\\d{0,30})?([eE][+-]?\\d{1,2})?")
        ? new BigDecimal(text)
        : null;
  }

  private static Result unfit(Subject field, Operator operator, Position at) {
    return new Wrong(
        new Problem(
            at,
            "'"
                + operator.text()
                + "' does not compare "
                + field.name()
                + ", which is a "
                + field.type().text(),
            ""));
  }
}
