package io.leukocyte.events;

/** Lengths of text as UTF-8, found without encoding it. */
final class Utf8 {
  private Utf8() {}

  /** Bytes of the text; a surrogate without its other half is one, the question mark it becomes. */
  static int length(String text) {
    int length = 0;
    int i = 0;
    while (i < text.length()) {
      length += lengthAt(text, i);
      i += charsAt(text, i);
    }
    return length;
  }

  /** The longest beginning of the text that fits into a number of bytes. */
  static String within(String text, int most) {
    if (text.length() * 3L <= most) {
      return text;
    }
    int length = 0;
    int i = 0;
    while (i < text.length()) {
      length += lengthAt(text, i);
      if (length > most) {
        return text.substring(0, i);
      }
      i += charsAt(text, i);
    }
    return text;
  }

  private static int charsAt(String text, int at) {
    return isPair(text, at) ? 2 : 1;
  }

  private static int lengthAt(String text, int at) {
    char c = text.charAt(at);
    if (c < 0x80) {
      return 1;
    }
    if (c < 0x800) {
      return 2;
    }
    if (Character.isSurrogate(c)) {
      return isPair(text, at) ? 4 : 1;
    }
    return 3;
  }

  private static boolean isPair(String text, int at) {
    return Character.isHighSurrogate(text.charAt(at))
        && at + 1 < text.length()
        && Character.isLowSurrogate(text.charAt(at + 1));
  }
}
