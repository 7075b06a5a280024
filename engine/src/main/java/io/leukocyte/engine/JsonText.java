package io.leukocyte.engine;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/** Strings of JSON as bytes of UTF-8. */
final class JsonText {
  private static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
  private static final long ONES = 0x0101010101010101L;
  private static final long HIGH = 0x8080808080808080L;
  private static final long QUOTES = ONES * '"';
  private static final long BACKSLASHES = ONES * '\\';
  private static final long NEWLINES = ONES * '\n';
  private static final int REPLACEMENT = 0xfffd;

  private JsonText() {}

  /** Where the first quote, backslash or line end is; {@code to} when there is none. */
  static int special(byte[] bytes, int from, int to) {
    int at = from;
    for (; at <= to - Long.BYTES; at += Long.BYTES) {
      long word = (long) LONG.get(bytes, at);
      long found =
          zeroBytes(word ^ QUOTES) | zeroBytes(word ^ BACKSLASHES) | zeroBytes(word ^ NEWLINES);
      if (found != 0) {
        return at + (Long.numberOfTrailingZeros(found) >>> 3);
      }
    }
    while (at < to && bytes[at] != '"' && bytes[at] != '\\' && bytes[at] != '\n') {
      at++;
    }
    return at;
  }

  /** The lowest bit that is set is the high bit of the first byte that is 0. */
  private static long zeroBytes(long word) {
    return (word - ONES) & ~word & HIGH;
  }

  /** Where the quote is that ends a string, or a line end within it; else {@code to}. */
  static int end(byte[] bytes, int from, int to) {
    int at = special(bytes, from, to);
    while (at < to && bytes[at] == '\\') {
      at = special(bytes, Math.min(at + 2, to), to);
    }
    return at;
  }

  /**
   * Resolves the escapes of a string. What is not UTF-16 after that becomes U+FFFD.
   *
   * @param out takes the text from 0 on; at least as long as the string
   * @return the bytes of the text; -1 when it is not the inside of a string
   */
  static int unescape(byte[] bytes, int from, int to, byte[] out) {
    int at = from;
    int length = 0;
    while (at < to) {
      int next = special(bytes, at, to);
      System.arraycopy(bytes, at, out, length, next - at);
      length += next - at;
      at = next;
      if (at < to) {
        int character = escaped(bytes, at, to);
        if (character < 0) {
          return -1;
        }
        length = put(character, out, length);
        at += width(bytes[at + 1], character);
      }
    }
    return length;
  }

  /** The character of an escape; -1 when it is none. */
  private static int escaped(byte[] bytes, int at, int to) {
    if (bytes[at] != '\\' || at + 1 >= to) {
      return -1;
    }
    if (bytes[at + 1] != 'u') {
      return plain(bytes[at + 1]);
    }
    int first = hex(bytes, at + 2, to);
    if (first < 0xd800 || first >= 0xe000) {
      return first;
    }
    int second = low(bytes, at + 6, to);
    return first < 0xdc00 && second >= 0
        ? Character.toCodePoint((char) first, (char) second)
        : REPLACEMENT;
  }

  private static int width(byte kind, int character) {
    if (kind != 'u') {
      return 2;
    }
    return character < 0x10000 ? 6 : 12;
  }

  private static int plain(byte kind) {
    return switch (kind) {
      case '"', '\\', '/' -> kind;
      case 'n' -> '\n';
      case 't' -> '\t';
      case 'r' -> '\r';
      case 'b' -> '\b';
      case 'f' -> '\f';
      default -> -1;
    };
  }

  /** The second half of a character; -1 when there is none. */
  private static int low(byte[] bytes, int at, int to) {
    if (at + 1 >= to || bytes[at] != '\\' || bytes[at + 1] != 'u') {
      return -1;
    }
    int value = hex(bytes, at + 2, to);
    return value >= 0xdc00 && value < 0xe000 ? value : -1;
  }

  private static int hex(byte[] bytes, int at, int to) {
    if (at + 4 > to) {
      return -1;
    }
    int value = 0;
    for (int i = at; i < at + 4; i++) {
      int digit = bytes[i] < 0 ? -1 : Character.digit(bytes[i], 16);
      if (digit < 0) {
        return -1;
      }
      value = value << 4 | digit;
    }
    return value;
  }

  private static int put(int character, byte[] out, int at) {
    if (character < 0x80) {
      out[at] = (byte) character;
      return at + 1;
    }
    if (character < 0x800) {
      out[at] = (byte) (0xc0 | (character >> 6));
      out[at + 1] = (byte) (0x80 | (character & 0x3f));
      return at + 2;
    }
    if (character < 0x10000) {
      out[at] = (byte) (0xe0 | (character >> 12));
      out[at + 1] = (byte) (0x80 | ((character >> 6) & 0x3f));
      out[at + 2] = (byte) (0x80 | (character & 0x3f));
      return at + 3;
    }
    out[at] = (byte) (0xf0 | (character >> 18));
    out[at + 1] = (byte) (0x80 | ((character >> 12) & 0x3f));
    out[at + 2] = (byte) (0x80 | ((character >> 6) & 0x3f));
    out[at + 3] = (byte) (0x80 | (character & 0x3f));
    return at + 4;
  }
}
