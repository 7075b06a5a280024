package io.leukocyte.rules;

import java.net.InetAddress;
import org.jspecify.annotations.Nullable;

/**
 * A block of addresses; a single address is a block of one.
 *
 * @param six IPv6; an IPv4 address mapped into IPv6 counts as IPv4
 * @param high the first 64 bits of an IPv6 address; 0 for IPv4
 * @param low the last 64 bits of an IPv6 address, or the 32 bits of an IPv4 address
 * @param prefix how many leading bits count: 0 to 32, or 0 to 128
 */
record Network(boolean six, long high, long low, int prefix) {

  /** The block of {@code address} or {@code address/prefix}; null when it is not one. */
  static @Nullable Network parse(String text) {
    int slash = text.indexOf('/');
    Network address = address(slash < 0 ? text : text.substring(0, slash));
    if (address == null || slash < 0) {
      return address;
    }
    String digits = text.substring(slash + 1);
    if (!digits.matches("\\d{1,3}")) {
      return null;
    }
    int prefix = Integer.parseInt(digits);
    return prefix > address.prefix
        ? null
        : new Network(address.six, address.high, address.low, prefix);
  }

  /** The block of one address; null when the text is not an address. */
  static @Nullable Network address(String text) {
    if (text.indexOf(':') < 0) {
      return dotted(text);
    }
    int zone = text.indexOf('%');
    try {
      byte[] bytes = InetAddress.ofLiteral(zone < 0 ? text : text.substring(0, zone)).getAddress();
      return bytes.length == 4
          ? new Network(false, 0, number(bytes, 0, 4), 32)
          : new Network(true, number(bytes, 0, 8), number(bytes, 8, 16), 128);
    } catch (IllegalArgumentException e) {
      return null;
    }
  }

  private static @Nullable Network dotted(String text) {
    long low = 0;
    int at = 0;
    for (int i = 0; i < 4; i++) {
      int end = i == 3 ? text.length() : text.indexOf('.', at);
      int octet = end < 0 ? -1 : octet(text, at, end);
      if (octet < 0) {
        return null;
      }
      low = low << 8 | octet;
      at = end + 1;
    }
    return new Network(false, 0, low, 32);
  }

  /** The number of one to three digits; -1 when it is not one up to 255. */
  private static int octet(String text, int from, int to) {
    if (to - from < 1 || to - from > 3) {
      return -1;
    }
    int number = 0;
    for (int i = from; i < to; i++) {
      char digit = text.charAt(i);
      if (digit < '0' || digit > '9') {
        return -1;
      }
      number = number * 10 + digit - '0';
    }
    return number <= 255 ? number : -1;
  }

  private static long number(byte[] bytes, int from, int to) {
    long number = 0;
    for (int i = from; i < to; i++) {
      number = number << 8 | (bytes[i] & 0xff);
    }
    return number;
  }

  /** Whether the other block's first address lies in this one. IPv4 never lies in IPv6. */
  boolean contains(Network other) {
    if (six != other.six) {
      return false;
    }
    if (!six) {
      return sameBits(low << 32, other.low << 32, prefix);
    }
    return sameBits(high, other.high, Math.min(prefix, 64))
        && sameBits(low, other.low, Math.max(prefix - 64, 0));
  }

  private static boolean sameBits(long a, long b, int bits) {
    return bits == 0 || (a ^ b) >>> (64 - bits) == 0;
  }
}
