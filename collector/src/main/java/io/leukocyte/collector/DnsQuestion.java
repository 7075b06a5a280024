package io.leukocyte.collector;

import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The first question of a DNS query, as RFC 1035 lays it out.
 *
 * @param name what is asked for, without the final dot; the root is a dot
 * @param type of the record, such as AAAA; TYPE and its number where it has no common name
 */
record DnsQuestion(String name, String type) {
  private static final int HEADER = 12;
  private static final int RESPONSE = 0x80;
  private static final int OPCODE = 0x78;
  private static final int MOST_LABEL = 63;
  private static final int MOST_NAME = 255;
  private static final Map<Integer, String> TYPES =
      Map.ofEntries(
          Map.entry(1, "A"),
          Map.entry(2, "NS"),
          Map.entry(5, "CNAME"),
          Map.entry(6, "SOA"),
          Map.entry(12, "PTR"),
          Map.entry(15, "MX"),
          Map.entry(16, "TXT"),
          Map.entry(28, "AAAA"),
          Map.entry(33, "SRV"),
          Map.entry(35, "NAPTR"),
          Map.entry(43, "DS"),
          Map.entry(46, "RRSIG"),
          Map.entry(48, "DNSKEY"),
          Map.entry(64, "SVCB"),
          Map.entry(65, "HTTPS"),
          Map.entry(252, "AXFR"),
          Map.entry(255, "ANY"),
          Map.entry(257, "CAA"));

  /** Reads a datagram, which may be cut behind its question; null when it is no query. */
  static @Nullable DnsQuestion read(byte[] datagram) {
    if (datagram.length < HEADER
        || (datagram[2] & (RESPONSE | OPCODE)) != 0
        || number(datagram, 4) == 0) {
      return null;
    }
    StringBuilder name = new StringBuilder();
    int at = HEADER;
    while (at < datagram.length) {
      int length = datagram[at++] & 0xff;
      if (length == 0) {
        return at + 2 > datagram.length
            ? null
            : new DnsQuestion(name.isEmpty() ? "." : name.toString(), type(number(datagram, at)));
      }
      if (length > MOST_LABEL
          || at + length > datagram.length
          || at + length > HEADER + MOST_NAME) {
        return null;
      }
      if (!name.isEmpty()) {
        name.append('.');
      }
      name.append(new String(datagram, at, length, StandardCharsets.UTF_8));
      at += length;
    }
    return null;
  }

  private static int number(byte[] bytes, int at) {
    return (bytes[at] & 0xff) << 8 | (bytes[at + 1] & 0xff);
  }

  private static String type(int number) {
    return TYPES.getOrDefault(number, "TYPE" + number);
  }
}
