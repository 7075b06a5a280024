package io.leukocyte.responder;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.util.Locale;
import java.util.OptionalInt;

/**
 * What a quarantine lets through: connections with some addresses, at one port or all. Answers pass
 * as well; a TCP connection begins in the one direction only.
 *
 * @param direction whether others connect to the container, or the container to them
 * @param transport the protocol
 * @param address of the others, a network's first: as {@link InetAddress#getHostAddress} writes it
 * @param prefix how many of its bits count
 * @param port of who is connected to; empty: every port
 */
record Passage(
    Direction direction, Transport transport, String address, int prefix, OptionalInt port) {
  /** Who connects. */
  enum Direction {
    /** Others connect to the container. */
    IN,
    /** The container connects to others. */
    OUT
  }

  /** The protocols. */
  enum Transport {
    TCP,
    UDP
  }

  /**
   * Checks the port.
   *
   * @throws IllegalArgumentException when there is no such port
   */
  Passage {
    if (port.isPresent() && (port.getAsInt() < 1 || port.getAsInt() > 65_535)) {
      throw new IllegalArgumentException("no port " + port.getAsInt());
    }
  }

  /**
   * A passage for an address or a network in the form {@code 10.0.0.0/24} or {@code 2001:db8::1}.
   *
   * @throws IllegalArgumentException when it is neither; the message says why, to follow a colon
   */
  static Passage of(Direction direction, Transport transport, String network, OptionalInt port) {
    int slash = network.indexOf('/');
    InetAddress address = address(slash < 0 ? network : network.substring(0, slash));
    int bits = address.getAddress().length * 8;
    int prefix = slash < 0 ? bits : prefix(network.substring(slash + 1), bits);
    if (prefix == 0) {
      throw new IllegalArgumentException("that is every address there is");
    }
    if (!isFirst(address.getAddress(), prefix)) {
      throw new IllegalArgumentException(
          "it has bits behind its prefix; a network is written by its first address");
    }
    return new Passage(direction, transport, address.getHostAddress(), prefix, port);
  }

  private static InetAddress address(String text) {
    if (text.indexOf('%') >= 0) {
      throw new IllegalArgumentException("an interface has no place in it");
    }
    try {
      return InetAddress.ofLiteral(text);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException("not an address of IPv4 or IPv6", e);
    }
  }

  private static int prefix(String text, int most) {
    int prefix = text.matches("\\d{1,3}") ? Integer.parseInt(text) : Integer.MAX_VALUE;
    if (prefix > most) {
      throw new IllegalArgumentException("its prefix is not from 1 to " + most);
    }
    return prefix;
  }

  private static boolean isFirst(byte[] address, int prefix) {
    for (int bit = prefix; bit < address.length * 8; bit++) {
      if ((address[bit / 8] & (0x80 >> (bit % 8))) != 0) {
        return false;
      }
    }
    return true;
  }

  boolean isIpv4() {
    return InetAddress.ofLiteral(address) instanceof Inet4Address;
  }

  /** The network, as {@code 10.0.0.5/32}. */
  String network() {
    return address + "/" + prefix;
  }

  /** One line, such as {@code in tcp 10.0.0.5/32 443}; {@link #parse} reads it. */
  @Override
  public String toString() {
    String text =
        direction.name().toLowerCase(Locale.ROOT)
            + " "
            + transport.name().toLowerCase(Locale.ROOT)
            + " "
            + network();
    return port.isPresent() ? text + " " + port.getAsInt() : text;
  }

  /**
   * Reads the text form.
   *
   * @throws IllegalArgumentException when it is none
   */
  static Passage parse(String text) {
    String[] words = text.split(" ", -1);
    if (words.length < 3 || words.length > 4) {
      throw new IllegalArgumentException("Not a passage: " + text);
    }
    return of(
        Direction.valueOf(words[0].toUpperCase(Locale.ROOT)),
        Transport.valueOf(words[1].toUpperCase(Locale.ROOT)),
        words[2],
        words.length == 3 ? OptionalInt.empty() : OptionalInt.of(Integer.parseInt(words[3])));
  }
}
