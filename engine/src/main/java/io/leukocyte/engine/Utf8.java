package io.leukocyte.engine;

/** Lengths in UTF-8. */
final class Utf8 {
  private Utf8() {}

  /** Bytes of the character that this byte leads; 1 for a byte that leads none. */
  static int length(byte lead) {
    int value = lead & 0xff;
    if (value >= 0xf0 && value < 0xf8) {
      return 4;
    }
    if (value >= 0xe0 && value < 0xf0) {
      return 3;
    }
    return value >= 0xc0 && value < 0xe0 ? 2 : 1;
  }

  /** The longest beginning of the text that has at most so many bytes of UTF-8. */
  static String cut(String text, int mostBytes) {
    if (text.length() <= mostBytes / 3) {
      return text;
    }
    int bytes = 0;
    int at = 0;
    while (at < text.length()) {
      int character = text.codePointAt(at);
      bytes += size(character);
      if (bytes > mostBytes) {
        return text.substring(0, at);
      }
      at += Character.charCount(character);
    }
    return text;
  }

  private static int size(int character) {
    if (character < 0x80) {
      return 1;
    }
    if (character < 0x800) {
      return 2;
    }
    return character < 0x10000 ? 3 : 4;
  }
}
