package io.leukocyte.collector;

import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * What a name server answers to a question for addresses, as RFC 1035 lays it out. Aliases on the
 * way are left out: the name is the one that was asked for.
 *
 * @param name in lower case, without the final dot
 * @param addresses those of the whole records; those that were cut are missing
 */
record DnsAnswer(String name, List<Address> addresses) {
  private static final int LENGTH = 2;
  private static final int HEADER = 12;
  private static final int RESPONSE = 0x80;
  private static final int OPCODE = 0x78;
  private static final int CODE = 0x0f;
  private static final int POINTER = 0xc0;
  private static final int MOST_LABEL = 63;
  private static final int MOST_NAME = 253;
  private static final int MOST_RECORDS = 64;
  private static final int RECORD = 10;
  private static final int IN = 1;
  private static final int A = 1;
  private static final int AAAA = 28;
  private static final int AF_INET = 2;

  /**
   * An address.
   *
   * @param text as the sensor writes addresses
   * @param seconds for how long it holds, unsigned
   */
  record Address(String text, long seconds) {}

  /** Copies the list. */
  DnsAnswer {
    addresses = List.copyOf(addresses);
  }

  /** Reads a datagram, which may be cut; null when it answers no such question. */
  static @Nullable DnsAnswer read(byte[] datagram) {
    if (datagram.length < HEADER
        || (datagram[2] & RESPONSE) == 0
        || (datagram[2] & OPCODE) != 0
        || (datagram[3] & CODE) != 0
        || number(datagram, 4) != 1) {
      return null;
    }
    int question = afterName(datagram, HEADER);
    String name = question < 0 ? null : name(datagram, HEADER);
    if (name == null || question + 4 > datagram.length) {
      return null;
    }
    List<Address> addresses = addresses(datagram, question + 4, number(datagram, 6));
    return addresses.isEmpty() ? null : new DnsAnswer(name, addresses);
  }

  /**
   * Reads what was read from a connection, where two bytes with the length stand before a message;
   * many read those by themselves.
   */
  static @Nullable DnsAnswer readStream(byte[] bytes) {
    if (bytes.length > LENGTH && number(bytes, 0) >= HEADER) {
      DnsAnswer answer = read(Arrays.copyOfRange(bytes, LENGTH, bytes.length));
      if (answer != null) {
        return answer;
      }
    }
    return read(bytes);
  }

  private static List<Address> addresses(byte[] datagram, int begin, int count) {
    List<Address> addresses = new ArrayList<>();
    int at = begin;
    for (int i = 0; i < Math.min(count, MOST_RECORDS); i++) {
      at = afterName(datagram, at);
      if (at < 0 || at + RECORD > datagram.length) {
        break;
      }
      int type = number(datagram, at);
      int size = number(datagram, at + 8);
      int data = at + RECORD;
      if (data + size > datagram.length) {
        break;
      }
      boolean address = (type == A && size == 4) || (type == AAAA && size == 16);
      if (address && number(datagram, at + 2) == IN) {
        long seconds = (long) number(datagram, at + 4) << 16 | number(datagram, at + 6);
        int family = type == A ? AF_INET : IpAddresses.AF_INET6;
        addresses.add(
            new Address(IpAddresses.text(MemorySegment.ofArray(datagram), data, family), seconds));
      }
      at = data + size;
    }
    return addresses;
  }

  /** Where a name ends that begins there; -1 when it does not. A pointer is its last part. */
  private static int afterName(byte[] datagram, int begin) {
    int at = begin;
    while (at < datagram.length) {
      int length = datagram[at] & 0xff;
      if (length == 0) {
        return at + 1;
      }
      if (length >= POINTER) {
        return at + 2 <= datagram.length ? at + 2 : -1;
      }
      if (length > MOST_LABEL) {
        return -1;
      }
      at += 1 + length;
    }
    return -1;
  }

  /** The name of a question; null for the root, for a pointer, and for what is not printable. */
  private static @Nullable String name(byte[] datagram, int begin) {
    StringBuilder name = new StringBuilder();
    int at = begin;
    while (datagram[at] != 0) {
      int length = datagram[at] & 0xff;
      if (length > MOST_LABEL || name.length() + length > MOST_NAME) {
        return null;
      }
      for (int i = at + 1; i <= at + length; i++) {
        if (datagram[i] <= ' ' || datagram[i] > '~' || datagram[i] == '.') {
          return null;
        }
      }
      name.append(name.isEmpty() ? "" : ".")
          .append(new String(datagram, at + 1, length, StandardCharsets.US_ASCII));
      at += 1 + length;
    }
    return name.isEmpty() ? null : name.toString().toLowerCase(Locale.ROOT);
  }

  private static int number(byte[] bytes, int at) {
    return (bytes[at] & 0xff) << 8 | (bytes[at + 1] & 0xff);
  }
}
