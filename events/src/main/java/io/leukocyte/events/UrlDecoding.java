package io.leukocyte.events;

/**
 * Percent-decoding that takes whatever is sent. {@code %HH} is a byte; {@code %uXXXX}, which some
 * servers read, is a UTF-16 unit, two that belong together one character, one by itself U+FFFD;
 * {@code +} is a blank where it is said; everything else stays as it is. UTF-8 in more bytes than
 * needed ({@code %c0%af} for a slash) is brought to its shortest form. The outcome is never longer
 * than what went in.
 */
final class UrlDecoding {
  private UrlDecoding() {}

  /** Whether decoding would change anything. */
  static boolean isNeeded(byte[] in, int from, int to, boolean plus) {
    for (int i = from; i < to; i++) {
      byte c = in[i];
      if (c == '%' || c < 0 || (plus && c == '+')) {
        return true;
      }
    }
    return false;
  }

  /**
   * Decodes once.
   *
   * @param plus whether a plus is a blank
   * @param out has room for {@code to - from} bytes at {@code at}
   * @return where the outcome ends
   */
  static int decode(byte[] in, int from, int to, boolean plus, byte[] out, int at) {
    int end = at;
    boolean high = false;
    int i = from;
    while (i < to) {
      byte c = in[i];
      if (c == '%' && i + 2 < to && hex(in[i + 1]) >= 0 && hex(in[i + 2]) >= 0) {
        byte decoded = (byte) (hex(in[i + 1]) << 4 | hex(in[i + 2]));
        high |= decoded < 0;
        out[end++] = decoded;
        i += 3;
      } else if (c == '%' && unit(in, i, to) >= 0) {
        int unit = unit(in, i, to);
        i += 6;
        if (Character.isHighSurrogate((char) unit)) {
          int low = unit(in, i, to);
          if (low >= 0 && Character.isLowSurrogate((char) low)) {
            unit = Character.toCodePoint((char) unit, (char) low);
            i += 6;
          }
        }
        end = utf8(unit, out, end);
      } else {
        high |= c < 0;
        out[end++] = plus && c == '+' ? (byte) ' ' : c;
        i++;
      }
    }
    return high ? shortest(out, at, end) : end;
  }

  /** The number in {@code %uXXXX}; -1 when it does not stand there. */
  private static int unit(byte[] in, int at, int to) {
    if (at + 5 >= to || in[at] != '%' || (in[at + 1] | 0x20) != 'u') {
      return -1;
    }
    int unit = 0;
    for (int i = at + 2; i < at + 6; i++) {
      int digit = hex(in[i]);
      if (digit < 0) {
        return -1;
      }
      unit = unit << 4 | digit;
    }
    return unit;
  }

  /** Writes a character. Returns where it ends. */
  static int utf8(int character, byte[] out, int at) {
    int end = at;
    if (character < 0x80) {
      out[end++] = (byte) character;
    } else if (character < 0x800) {
      out[end++] = (byte) (0xc0 | character >> 6);
      out[end++] = (byte) (0x80 | (character & 0x3f));
    } else if (character >= 0xd800 && character < 0xe000) {
      return utf8(0xfffd, out, at);
    } else if (character < 0x10000) {
      out[end++] = (byte) (0xe0 | character >> 12);
      out[end++] = (byte) (0x80 | (character >> 6 & 0x3f));
      out[end++] = (byte) (0x80 | (character & 0x3f));
    } else {
      out[end++] = (byte) (0xf0 | character >> 18);
      out[end++] = (byte) (0x80 | (character >> 12 & 0x3f));
      out[end++] = (byte) (0x80 | (character >> 6 & 0x3f));
      out[end++] = (byte) (0x80 | (character & 0x3f));
    }
    return end;
  }

  /** Brings characters in too many bytes to their shortest form, in place. Returns the new end. */
  private static int shortest(byte[] bytes, int from, int to) {
    int end = from;
    int i = from;
    while (i < to) {
      int length = overlong(bytes, i, to);
      if (length == 0) {
        bytes[end++] = bytes[i++];
      } else {
        int character = bytes[i] & (0x7f >> length);
        for (int k = 1; k < length; k++) {
          character = character << 6 | (bytes[i + k] & 0x3f);
        }
        i += length;
        end = utf8(character, bytes, end);
      }
    }
    return end;
  }

  /** How many bytes a character has that would fit into fewer; 0 when there is none. */
  private static int overlong(byte[] bytes, int at, int to) {
    int lead = bytes[at] & 0xff;
    if ((lead & 0xfe) == 0xc0) {
      return continues(bytes, at, to, 2) ? 2 : 0;
    }
    if (lead == 0xe0 && continues(bytes, at, to, 3)) {
      return (bytes[at + 1] & 0xff) < 0xa0 ? 3 : 0;
    }
    return lead == 0xf0 && continues(bytes, at, to, 4) && (bytes[at + 1] & 0xff) < 0x90 ? 4 : 0;
  }

  private static boolean continues(byte[] bytes, int at, int to, int length) {
    if (at + length > to) {
      return false;
    }
    for (int i = at + 1; i < at + length; i++) {
      if ((bytes[i] & 0xc0) != 0x80) {
        return false;
      }
    }
    return true;
  }

  /** The value of a hexadecimal digit; -1 when it is none. */
  static int hex(byte c) {
    if (c >= '0' && c <= '9') {
      return c - '0';
    }
    int lower = c | 0x20;
    return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
  }
}
