package io.leukocyte.events;

import java.nio.charset.StandardCharsets;

/** Undoes what log writers do to texts with quotes and bytes that cannot be printed. */
final class EscapedText {
  private EscapedText() {}

  /** The mark of texts in which nothing is escaped: no byte is it. */
  static final char NONE = Character.MAX_VALUE;

  static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }

  /** Whether a byte occurs. */
  static boolean has(byte[] in, int from, int to, char wanted) {
    for (int i = from; i < to; i++) {
      if (in[i] == wanted) {
        return true;
      }
    }
    return false;
  }

  /**
   * Undoes {@code \xHH}, {@code \"}, {@code \\}, {@code \n} and their like, and four hexadecimal
   * digits after {@code \}{@code u}; with {@code #} as the mark HAProxy's {@code #HH}. What is none
   * of them stays.
   *
   * @return where the outcome ends in {@code out}; it is never longer than what went in
   */
  static int unescape(byte[] in, int from, int to, char mark, byte[] out, int at) {
    int end = at;
    int i = from;
    while (i < to) {
      byte c = in[i];
      if (c != mark || i + 1 >= to) {
        out[end++] = c;
        i++;
      } else if (mark == '#') {
        boolean hex =
            i + 2 < to && UrlDecoding.hex(in[i + 1]) >= 0 && UrlDecoding.hex(in[i + 2]) >= 0;
        out[end++] = hex ? byteOf(in, i + 1) : c;
        i += hex ? 3 : 1;
      } else {
        byte next = in[i + 1];
        int unit = next == 'u' ? unit(in, i, to) : -1;
        if (unit >= 0) {
          i += 6;
          int low = Character.isHighSurrogate((char) unit) ? unit(in, i, to) : -1;
          if (low >= 0 && Character.isLowSurrogate((char) low)) {
            unit = Character.toCodePoint((char) unit, (char) low);
            i += 6;
          }
          end = UrlDecoding.utf8(unit, out, end);
        } else if (next == 'x'
            && i + 3 < to
            && UrlDecoding.hex(in[i + 2]) >= 0
            && UrlDecoding.hex(in[i + 3]) >= 0) {
          out[end++] = byteOf(in, i + 2);
          i += 4;
        } else {
          int plain = plain(next);
          if (plain < 0) {
            out[end++] = c;
            i++;
          } else {
            out[end++] = (byte) plain;
            i += 2;
          }
        }
      }
    }
    return end;
  }

  private static byte byteOf(byte[] in, int at) {
    return (byte) (UrlDecoding.hex(in[at]) << 4 | UrlDecoding.hex(in[at + 1]));
  }

  /** The number in {@code \}{@code uXXXX}; -1 when it does not stand there. */
  private static int unit(byte[] in, int at, int to) {
    if (at + 5 >= to || in[at] != '\\' || in[at + 1] != 'u') {
      return -1;
    }
    int unit = 0;
    for (int i = at + 2; i < at + 6; i++) {
      int digit = UrlDecoding.hex(in[i]);
      if (digit < 0) {
        return -1;
      }
      unit = unit << 4 | digit;
    }
    return unit;
  }

  /** What a letter stands for after a backslash; -1 when for nothing. */
  private static int plain(byte letter) {
    return switch (letter) {
      case '"', '\\', '/', '\'' -> letter;
      case 'n' -> '\n';
      case 't' -> '\t';
      case 'r' -> '\r';
      case 'b' -> '\b';
      case 'f' -> '\f';
      case 'v' -> 0x0b;
      default -> -1;
    };
  }
}
