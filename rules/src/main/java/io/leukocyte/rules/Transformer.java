package io.leukocyte.rules;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The functions that may stand around a field. */
enum Transformer {
  /** A to Z as a to z. */
  TOLOWER,
  /** a to z as A to Z. */
  TOUPPER,
  /** What was encoded as Base64, without or with padding; missing when it is no such text. */
  B64,
  /** What follows the last slash. */
  BASENAME,
  /** Bytes of a text, or how many items a list has. */
  LEN,
  /** {@code join(separator, list)}: the items with the separator between them. */
  JOIN,
  /** {@code concat(a, b, …)}: one after the other; missing when one of them is. */
  CONCAT,
  /**
   * {@code getopt(list, options)}: the letters of the options that a command line has, and what
   * they were given, as getopt(3) reads it; with a letter in brackets behind it only what that
   * option was given.
   */
  GETOPT,
  /** The field itself, where a value would stand otherwise. */
  VAL;

  /** How it is written. */
  String text() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** Whether it makes one text of one text. */
  boolean isOfOneText() {
    return switch (this) {
      case TOLOWER, TOUPPER, B64, BASENAME -> true;
      case LEN, JOIN, CONCAT, GETOPT, VAL -> false;
    };
  }

  static Optional<Transformer> of(String text) {
    return Arrays.stream(values()).filter(t -> t.text().equals(text)).findFirst();
  }

  static List<String> words() {
    return Arrays.stream(values()).map(Transformer::text).toList();
  }

  /** What it makes of a text; null when that is nothing. Of {@link #LEN} the number in decimal. */
  @Nullable String apply(String text) {
    return switch (this) {
      case TOLOWER -> Predicate.lower(text);
      case TOUPPER -> upper(text);
      case B64 -> decoded(text);
      case BASENAME -> text.substring(text.lastIndexOf('/') + 1);
      case LEN -> Integer.toString(text.getBytes(StandardCharsets.UTF_8).length);
      case VAL -> text;
      case JOIN, CONCAT, GETOPT -> throw new IllegalStateException(text() + " is not of one text");
    };
  }

  private static String upper(String text) {
    StringBuilder upper = new StringBuilder(text.length());
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      upper.append(c >= 'a' && c <= 'z' ? (char) (c - 32) : c);
    }
    return upper.toString();
  }

  private static @Nullable String decoded(String text) {
    try {
      return new String(Base64.getDecoder().decode(text), StandardCharsets.UTF_8);
    } catch (IllegalArgumentException e) {
      return null;
    }
  }
}
