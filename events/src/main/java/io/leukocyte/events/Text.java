package io.leukocyte.events;

import org.jspecify.annotations.Nullable;

/** Text for people: bounded, and free of control characters that a terminal would obey. */
public final class Text {
  private static final int FRAMES = 8;

  private Text() {}

  /**
   * What kind of error it is and where it came from, without its message: that may quote what a
   * container wrote, which has no place in our own log.
   */
  public static String kind(Throwable error) {
    StringBuilder text = new StringBuilder(error.getClass().getName());
    StackTraceElement[] trace = error.getStackTrace();
    for (int i = 0; i < Math.min(FRAMES, trace.length); i++) {
      text.append(i == 0 ? " at " : " < ").append(trace[i]);
    }
    Throwable cause = error.getCause();
    return cause == null ? text.toString() : text + "; its cause: " + cause.getClass().getName();
  }

  /**
   * The text, cut to a bound.
   *
   * @param text any text
   * @param most characters kept; what was cut is shown as {@code …}
   */
  public static String clip(String text, int most) {
    return text.length() <= most ? text : within(text, most) + "…";
  }

  /** The first characters of a text, never half of a surrogate pair. */
  static String within(String text, int most) {
    if (text.length() <= most) {
      return text;
    }
    return text.substring(0, Character.isHighSurrogate(text.charAt(most - 1)) ? most - 1 : most);
  }

  /** A whole number in decimal digits; null for any other text. */
  static @Nullable Long number(String text) {
    try {
      return Long.valueOf(text);
    } catch (NumberFormatException e) {
      return null;
    }
  }

  /** The text with each control character (below 0x20, 0x7f to 0x9f) as {@code \xHH}. */
  public static String printable(String text) {
    StringBuilder out = new StringBuilder(text.length());
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c < 0x20 || (c >= 0x7f && c < 0xa0)) {
        out.append(String.format("\\x%02x", (int) c));
      } else {
        out.append(c);
      }
    }
    return out.toString();
  }
}
