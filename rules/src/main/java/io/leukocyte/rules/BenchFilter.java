package io.leukocyte.rules;

import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A condition of a benchmark as a tree: evaluated by walking it, without any index, and written as
 * a condition of the rule language. Another engine's form is made by walking it, too.
 */
sealed interface BenchFilter {
  /** Whether it holds. */
  boolean holds(BenchEvent event);

  /** As it is written in a rule. */
  String text();

  /** All of them. */
  record All(List<BenchFilter> parts) implements BenchFilter {
    public All {
      parts = List.copyOf(parts);
    }

    @Override
    public boolean holds(BenchEvent event) {
      for (int i = 0; i < parts.size(); i++) {
        if (!parts.get(i).holds(event)) {
          return false;
        }
      }
      return true;
    }

    @Override
    public String text() {
      return parts.stream().map(BenchFilter::text).collect(Collectors.joining(" and "));
    }
  }

  /** Any of them. */
  record Any(List<BenchFilter> parts) implements BenchFilter {
    public Any {
      parts = List.copyOf(parts);
    }

    @Override
    public boolean holds(BenchEvent event) {
      for (int i = 0; i < parts.size(); i++) {
        if (parts.get(i).holds(event)) {
          return true;
        }
      }
      return false;
    }

    @Override
    public String text() {
      return parts.stream().map(BenchFilter::text).collect(Collectors.joining(" or ", "(", ")"));
    }
  }

  /** The opposite. */
  record Not(BenchFilter part) implements BenchFilter {
    @Override
    public boolean holds(BenchEvent event) {
      return !part.holds(event);
    }

    @Override
    public String text() {
      return "not " + part.text();
    }
  }

  /** How a field is compared. */
  enum Comparison {
    /** It is the value. */
    EQUAL("="),
    /** It is one of the values. */
    IN("in"),
    /** The value is a part of it. */
    CONTAINS("contains"),
    /** The value, in lower case, is a part of it in lower case. */
    ICONTAINS("icontains"),
    /** It begins with the value. */
    STARTS("startswith"),
    /** It ends with the value. */
    ENDS("endswith"),
    /** It is as the shell's pattern says, of whose signs there is only the star. */
    GLOB("glob"),
    /** All of it is as the regular expression says. */
    REGEX("regex"),
    /** It is the path, or below it. */
    BELOW("pmatch"),
    /** It is an address of one of the networks of 24 bits, given as {@code 10.1.2}. */
    NETWORK("in");

    private final String operator;

    Comparison(String operator) {
      this.operator = operator;
    }
  }

  /** A comparison of a field. */
  final class Check implements BenchFilter {
    private final BenchField field;
    private final Comparison comparison;
    private final List<String> values;
    private final String first;
    private final Set<String> set;
    private final @Nullable Pattern pattern;

    Check(BenchField field, Comparison comparison, List<String> values) {
      this.field = field;
      this.comparison = comparison;
      this.values = List.copyOf(values);
      this.first = comparison == Comparison.NETWORK ? values.getFirst() + "." : values.getFirst();
      this.set = new HashSet<>(values);
      this.pattern =
          switch (comparison) {
            case REGEX -> Pattern.compile(first, Pattern.DOTALL);
            case GLOB ->
                Pattern.compile("\\Q" + first.replace("*", "\\E.*\\Q") + "\\E", Pattern.DOTALL);
            case EQUAL, IN, CONTAINS, ICONTAINS, STARTS, ENDS, BELOW, NETWORK -> null;
          };
    }

    BenchField field() {
      return field;
    }

    Comparison comparison() {
      return comparison;
    }

    List<String> values() {
      return values;
    }

    @Override
    public boolean holds(BenchEvent event) {
      String value = event.value(field);
      return value != null && passes(value);
    }

    private boolean passes(String value) {
      return switch (comparison) {
        case EQUAL -> value.equals(first);
        case IN -> set.contains(value);
        case CONTAINS -> value.contains(first);
        case ICONTAINS -> value.toLowerCase(Locale.ROOT).contains(first);
        case STARTS, NETWORK -> value.startsWith(first);
        case ENDS -> value.endsWith(first);
        case GLOB, REGEX -> pattern != null && pattern.matcher(value).matches();
        case BELOW ->
            value.startsWith(first)
                && (value.length() == first.length() || value.charAt(first.length()) == '/');
      };
    }

    @Override
    public String text() {
      String name = comparison == Comparison.NETWORK ? "fd.snet" : field.text();
      return switch (comparison) {
        case IN, BELOW -> name + " " + comparison.operator + " (" + quoted(values, "") + ")";
        case NETWORK -> name + " in (" + quoted(values, ".0/24") + ")";
        case EQUAL, CONTAINS, ICONTAINS, STARTS, ENDS, GLOB, REGEX ->
            name + " " + comparison.operator + " " + quoted(values, "");
      };
    }

    private static String quoted(List<String> values, String suffix) {
      return values.stream()
          .map(v -> '"' + v.replace("\\", "\\\\") + suffix + '"')
          .collect(Collectors.joining(", "));
    }
  }
}
