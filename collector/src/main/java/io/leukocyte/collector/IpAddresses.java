package io.leukocyte.collector;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** Addresses as text: IPv4 in dotted form, IPv6 in the compressed form of RFC 5952. */
final class IpAddresses {
  /** The kernel's number of the IPv6 family. */
  static final int AF_INET6 = 10;

  private static final int GROUPS = 8;

  private IpAddresses() {}

  /**
   * The text of an address in network byte order. An IPv4 address inside an IPv6 one is shown as
   * IPv4, which is what goes over the wire.
   *
   * @param from 16 bytes from here; IPv4 uses the first four
   */
  static String text(MemorySegment memory, long from, int family) {
    if (family != AF_INET6) {
      return dotted(memory, from);
    }
    int[] groups = new int[GROUPS];
    for (int i = 0; i < GROUPS; i++) {
      groups[i] = octet(memory, from + 2L * i) << 8 | octet(memory, from + 2L * i + 1);
    }
    return isMapped(groups) ? dotted(memory, from + 12) : compressed(groups);
  }

  private static boolean isMapped(int[] groups) {
    for (int i = 0; i < 5; i++) {
      if (groups[i] != 0) {
        return false;
      }
    }
    return groups[5] == 0xffff;
  }

  private static String dotted(MemorySegment memory, long from) {
    return octet(memory, from)
        + "."
        + octet(memory, from + 1)
        + "."
        + octet(memory, from + 2)
        + "."
        + octet(memory, from + 3);
  }

  private static int octet(MemorySegment memory, long at) {
    return memory.get(ValueLayout.JAVA_BYTE, at) & 0xff;
  }

  /** The first longest run of at least two zero groups becomes {@code ::}. */
  private static String compressed(int[] groups) {
    int runStart = -1;
    int runLength = 1;
    for (int i = 0; i < GROUPS; i++) {
      int end = i;
      while (end < GROUPS && groups[end] == 0) {
        end++;
      }
      if (end - i > runLength) {
        runStart = i;
        runLength = end - i;
      }
      i = Math.max(i, end - 1);
    }
    StringBuilder text = new StringBuilder(39);
    for (int i = 0; i < GROUPS; i++) {
      if (i == runStart) {
        text.append("::");
        i += runLength - 1;
      } else {
        if (!text.isEmpty() && text.charAt(text.length() - 1) != ':') {
          text.append(':');
        }
        text.append(Integer.toHexString(groups[i]));
      }
    }
    return text.toString();
  }
}
