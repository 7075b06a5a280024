package io.leukocyte.rules;

import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;

/**
 * A regular expression in RE2's dialect, which must match a whole text, in time linear in the text.
 * Where each match must contain some literal, texts without it are not looked at any further.
 */
final class Regex {
  /** Characters of an expression. */
  private static final int MAX_LENGTH = 4_096;

  /** States of an expression, its repetitions written out. */
  private static final int MAX_SIZE = 20_000;

  private static final int MAX_DEPTH = 100;

  /** How often something must occur; what looks otherwise stands for itself. */
  private static final java.util.regex.Pattern COUNT =
      java.util.regex.Pattern.compile("\\{\\d+(,\\d*)?\\}");

  private final String text;
  private final Pattern pattern;
  private final String literal;

  private Regex(String text, Pattern pattern) {
    this.text = text;
    this.pattern = pattern;
    this.literal = literalOf(text);
  }

  /**
   * The expression.
   *
   * @throws IllegalArgumentException when it is none; the message says why
   */
  static Regex of(String text) {
    if (text.length() > MAX_LENGTH) {
      throw new IllegalArgumentException("it is longer than " + MAX_LENGTH + " characters");
    }
    if (size(text, 0, text.length(), 0) > MAX_SIZE) {
      throw new IllegalArgumentException("it repeats or nests too much");
    }
    try {
      return new Regex(text, Pattern.compile(text));
    } catch (PatternSyntaxException e) {
      throw new IllegalArgumentException(e.getDescription(), e);
    }
  }

  /** As it was written. */
  String text() {
    return text;
  }

  /** What each text that matches contains; empty when nothing is known. */
  String literal() {
    return literal;
  }

  boolean matches(String value) {
    return (literal.isEmpty() || value.contains(literal)) && pattern.matches(value);
  }

  /**
   * The longest run of literal characters that stands outside of groups and classes and is not
   * optional. An expression with flags or alternatives at its top has none.
   */
  private static String literalOf(String text) {
    String longest = "";
    StringBuilder run = new StringBuilder();
    int at = 0;
    while (at < text.length()) {
      char c = text.charAt(at);
      int end = atomEnd(text, at);
      char repeat = end < text.length() ? text.charAt(end) : '\0';
      boolean optional = repeat == '?' || repeat == '*' || repeat == '{';
      if (c == '|' || c == '{' || text.startsWith("(?", at)) {
        return "";
      }
      String literal = literalAtom(text, at, end);
      if (!literal.isEmpty() && !optional) {
        run.append(literal);
      }
      if (literal.isEmpty() || optional || repeat == '+') {
        longest = run.length() > longest.length() ? run.toString() : longest;
        run.setLength(0);
      }
      at = afterRepeat(text, end);
    }
    return run.length() > longest.length() ? run.toString() : longest;
  }

  /** About how many states an expression has; more than the bound when it nests too much. */
  private static long size(String text, int from, int to, int depth) {
    if (depth > MAX_DEPTH) {
      return MAX_SIZE + 1L;
    }
    long size = 0;
    int at = from;
    while (at < to && size <= MAX_SIZE) {
      int end = Math.min(atomEnd(text, at), to);
      boolean group = text.charAt(at) == '(';
      long atom = group ? 2 + size(text, at + 1, Math.max(at + 1, end - 1), depth + 1) : 1;
      at = afterRepeat(text, end);
      size += atom * times(text.substring(end, Math.max(end, at)));
    }
    return size;
  }

  /** How often something is written out, given the signs behind it. */
  private static long times(String repeats) {
    java.util.regex.Matcher count = COUNT.matcher(repeats);
    long times = 1;
    while (count.find() && times <= MAX_SIZE) {
      String[] bounds = count.group().replaceAll("[{}]", "").split(",", -1);
      String most = bounds[bounds.length - 1].isEmpty() ? bounds[0] : bounds[bounds.length - 1];
      times *= most.length() > 4 ? MAX_SIZE : Math.max(1, Long.parseLong(most));
    }
    return times;
  }

  /** The character that an atom stands for; empty when it stands for several, or for a place. */
  private static String literalAtom(String text, int at, int end) {
    char c = text.charAt(at);
    if (c == '\\' && end == at + 2 && !Character.isLetterOrDigit(text.charAt(at + 1))) {
      return text.substring(at + 1, end);
    }
    return ".^$[](){}?*+|\\".indexOf(c) >= 0 ? "" : text.substring(at, end);
  }

  /** Where a character, an escape, a class or a group ends. */
  private static int atomEnd(String text, int at) {
    return switch (text.charAt(at)) {
      case '\\' -> escapeEnd(text, at);
      case '[' -> classEnd(text, at);
      case '(' -> groupEnd(text, at);
      default -> at + Character.charCount(text.codePointAt(at));
    };
  }

  private static int escapeEnd(String text, int at) {
    if (text.startsWith("\\Q", at)) {
      int close = text.indexOf("\\E", at);
      return close < 0 ? text.length() : close + 2;
    }
    char letter = at + 1 < text.length() ? text.charAt(at + 1) : '\0';
    boolean property = letter == 'p' || letter == 'P';
    boolean braced = (property || letter == 'x') && text.startsWith("{", at + 2);
    int close = braced ? text.indexOf('}', at) : -1;
    boolean digits = Character.isDigit(letter);
    int end = close >= 0 ? close + 1 : at + (letter == 'x' ? 4 : property ? 3 : 2);
    while (digits && end < text.length() && Character.isDigit(text.charAt(end))) {
      end++;
    }
    return Math.min(end, text.length());
  }

  private static int classEnd(String text, int at) {
    int i = at + 1;
    i += i < text.length() && text.charAt(i) == '^' ? 1 : 0;
    i += i < text.length() && text.charAt(i) == ']' ? 1 : 0;
    while (i < text.length() && text.charAt(i) != ']') {
      boolean named = text.startsWith("[:", i);
      int close = named ? text.indexOf(":]", i) : -1;
      i = close >= 0 ? close + 2 : i + (text.charAt(i) == '\\' ? 2 : 1);
    }
    return Math.min(i + 1, text.length());
  }

  private static int groupEnd(String text, int at) {
    int depth = 0;
    int i = at;
    while (i < text.length()) {
      char c = text.charAt(i);
      depth += c == '(' ? 1 : c == ')' ? -1 : 0;
      int end = c == '\\' ? escapeEnd(text, i) : c == '[' ? classEnd(text, i) : i + 1;
      if (depth == 0) {
        return end;
      }
      i = end;
    }
    return text.length();
  }

  private static int afterRepeat(String text, int at) {
    int i = at;
    while (i < text.length() && "?*+".indexOf(text.charAt(i)) >= 0) {
      i++;
    }
    java.util.regex.Matcher count = COUNT.matcher(text).region(i, text.length());
    return count.lookingAt() ? afterRepeat(text, count.end()) : i;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Regex r && r.text.equals(text);
  }

  @Override
  public int hashCode() {
    return text.hashCode();
  }

  @Override
  public String toString() {
    return text;
  }
}
