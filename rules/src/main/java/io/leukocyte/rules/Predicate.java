package io.leukocyte.rules;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;

/** What a field's value is compared with. Equal predicates are evaluated once. */
sealed interface Predicate {

  /** Whether it holds for a value that is there; a missing value never gets here. */
  boolean test(String value);

  /** The value is there. */
  record Exists() implements Predicate {
    @Override
    public boolean test(String value) {
      return true;
    }
  }

  /** It is one of these. */
  record Equal(Set<String> values) implements Predicate {
    public Equal {
      values = Set.copyOf(values);
    }

    @Override
    public boolean test(String value) {
      return values.contains(value);
    }
  }

  /** It is another. */
  record NotEqual(String other) implements Predicate {
    @Override
    public boolean test(String value) {
      return !value.equals(other);
    }
  }

  /** It begins so. */
  record StartsWith(String prefix) implements Predicate {
    @Override
    public boolean test(String value) {
      return value.startsWith(prefix);
    }
  }

  /** It ends so. */
  record EndsWith(String suffix) implements Predicate {
    @Override
    public boolean test(String value) {
      return value.endsWith(suffix);
    }
  }

  /**
   * This is a part of it.
   *
   * @param part lower-case (ASCII) when case does not matter
   * @param anyCase whether A to Z count as a to z
   */
  record Contains(String part, boolean anyCase) implements Predicate {
    @Override
    public boolean test(String value) {
      return anyCase ? lower(value).contains(part) : value.contains(part);
    }
  }

  /**
   * It matches a shell pattern.
   *
   * @param pattern lower-case (ASCII) when case does not matter
   * @param anyCase whether A to Z count as a to z
   */
  record Matches(String pattern, boolean anyCase) implements Predicate {
    @Override
    public boolean test(String value) {
      return Glob.matches(pattern, anyCase ? lower(value) : value);
    }
  }

  /** It matches a regular expression from its beginning to its end. */
  record MatchesRegex(Regex regex) implements Predicate {
    @Override
    public boolean test(String value) {
      return regex.matches(value);
    }
  }

  /** One of some paths is the same or a directory above it. */
  record Below(PathTrie paths) implements Predicate {
    @Override
    public boolean test(String value) {
      return paths.covers(value);
    }
  }

  /**
   * Its bytes contain others.
   *
   * @param bytes each as the character of its number
   * @param atStart whether they must stand at the beginning
   */
  record HasBytes(String bytes, boolean atStart) implements Predicate {
    @Override
    public boolean test(String value) {
      String own = new String(value.getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1);
      return atStart ? own.startsWith(bytes) : own.contains(bytes);
    }
  }

  /** Exactly one of these holds. */
  record ExactlyOne(List<Predicate> parts) implements Predicate {
    public ExactlyOne {
      parts = List.copyOf(parts);
    }

    @Override
    public boolean test(String value) {
      int holding = 0;
      for (int i = 0; i < parts.size(); i++) {
        holding += parts.get(i).test(value) ? 1 : 0;
      }
      return holding == 1;
    }
  }

  /**
   * What functions make of it passes another.
   *
   * @param functions the innermost first
   * @param inner asked of what they make; not when that is nothing
   */
  record Transformed(List<Transformer> functions, Predicate inner) implements Predicate {
    public Transformed {
      functions = List.copyOf(functions);
    }

    @Override
    public boolean test(String value) {
      String made = value;
      for (int i = 0; i < functions.size() && made != null; i++) {
        made = functions.get(i).apply(made);
      }
      return made != null && inner.test(made);
    }
  }

  /** It is an address within one of these, or, negated, within none. */
  record Within(List<Network> networks, boolean negated) implements Predicate {
    public Within {
      networks = List.copyOf(networks);
    }

    @Override
    public boolean test(String value) {
      Network address = Network.address(value);
      return address != null && test(address);
    }

    /** Whether it holds for a value that is an address. */
    boolean test(Network address) {
      for (int i = 0; i < networks.size(); i++) {
        if (networks.get(i).contains(address)) {
          return !negated;
        }
      }
      return negated;
    }
  }

  /** It is a number from low to high, or, negated, outside. */
  record Range(long low, long high, boolean negated) implements Predicate {
    @Override
    public boolean test(String value) {
      return test(Long.parseLong(value));
    }

    boolean test(long value) {
      return (low <= value && value <= high) != negated;
    }
  }

  /** It is one of these numbers. */
  record OneOf(Set<Long> numbers) implements Predicate {
    public OneOf {
      numbers = Set.copyOf(numbers);
    }

    @Override
    public boolean test(String value) {
      return test(Long.parseLong(value));
    }

    boolean test(long value) {
      return numbers.contains(value);
    }
  }

  /** The text with A to Z as a to z, other letters as they are. */
  static String lower(String text) {
    StringBuilder lower = null;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c >= 'A' && c <= 'Z') {
        if (lower == null) {
          lower = new StringBuilder(text);
        }
        lower.setCharAt(i, (char) (c + 32));
      }
    }
    return lower == null ? text : lower.toString();
  }
}
