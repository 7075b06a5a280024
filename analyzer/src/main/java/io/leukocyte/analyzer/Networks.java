package io.leukocyte.analyzer;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/** Address ranges, IPv4 and IPv6, in CIDR form. */
public final class Networks {
  /** Private, loopback, link-local, shared and multicast ranges: traffic that stays near. */
  public static final List<String> PRIVATE =
      List.of(
          "10.0.0.0/8",
          "172.16.0.0/12",
          "192.168.0.0/16",
          "100.64.0.0/10",
          "127.0.0.0/8",
          "169.254.0.0/16",
          "224.0.0.0/4",
          "255.255.255.255/32",
          "::1/128",
          "fc00::/7",
          "fe80::/10",
          "ff00::/8");

  private static final Pattern FOUR_PARTS = Pattern.compile("\\d{1,3}(\\.\\d{1,3}){3}");

  private final List<Range> ranges;

  private Networks(List<Range> ranges) {
    this.ranges = ranges;
  }

  private static final class Range {
    private final byte[] address;
    private final int bits;

    Range(byte[] address, int bits) {
      this.address = address;
      this.bits = bits;
    }

    boolean contains(byte[] other) {
      if (other.length != address.length) {
        return false;
      }
      int whole = bits / 8;
      for (int i = 0; i < whole; i++) {
        if (address[i] != other[i]) {
          return false;
        }
      }
      int rest = bits % 8;
      return rest == 0 || ((address[whole] ^ other[whole]) & (0xff00 >> rest) & 0xff) == 0;
    }
  }

  /**
   * Reads ranges such as {@code 10.0.0.0/8} or {@code fc00::/7}; an address alone is a range of
   * one.
   *
   * @throws IllegalArgumentException when one has another form; the message is one clause
   */
  public static Networks parse(List<String> texts) {
    List<Range> ranges = new ArrayList<>();
    for (String text : texts) {
      ranges.add(range(text));
    }
    return new Networks(List.copyOf(ranges));
  }

  private static Range range(String text) {
    int slash = text.indexOf('/');
    byte[] address = address(slash < 0 ? text : text.substring(0, slash), text);
    int most = address.length * 8;
    if (slash < 0) {
      return new Range(address, most);
    }
    String length = text.substring(slash + 1);
    if (!length.matches("\\d{1,3}") || Integer.parseInt(length) > most) {
      throw new IllegalArgumentException("'" + text + "' does not end with /0 to /" + most);
    }
    return new Range(address, Integer.parseInt(length));
  }

  /** Short forms such as 10.1 for 10.0.0.1 are refused: people mean something else by them. */
  private static byte[] address(String literal, String text) {
    if (literal.indexOf(':') < 0 && !FOUR_PARTS.matcher(literal).matches()) {
      throw new IllegalArgumentException("'" + text + "' does not begin with an address");
    }
    try {
      return InetAddress.ofLiteral(literal).getAddress();
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException("'" + text + "' does not begin with an address", e);
    }
  }

  /** Whether an address lies in one of the ranges; a text that is no address lies in none. */
  public boolean contains(String address) {
    byte[] bytes;
    try {
      bytes = InetAddress.ofLiteral(address).getAddress();
    } catch (IllegalArgumentException e) {
      return false;
    }
    for (Range range : ranges) {
      if (range.contains(bytes)) {
        return true;
      }
    }
    return false;
  }
}
