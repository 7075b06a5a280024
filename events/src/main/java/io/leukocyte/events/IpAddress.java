package io.leukocyte.events;

/** Tells IP addresses from other text, as Elasticsearch's type {@code ip} does. */
final class IpAddress {
  private IpAddress() {}

  static boolean isLiteral(String text) {
    return text.indexOf(':') >= 0 ? isV6(text) : isV4(text);
  }

  /** Four numbers up to 255 in decimal, without leading zeros. */
  private static boolean isV4(String text) {
    String[] parts = text.split("\\.", 5);
    if (text.length() > 15 || parts.length != 4) {
      return false;
    }
    for (String part : parts) {
      if (!part.matches("0|[1-9]\\d{0,2}") || Integer.parseInt(part) > 255) {
        return false;
      }
    }
    return true;
  }

  /** Eight groups of up to four hexadecimal digits, one run of zeros left out by two colons. */
  private static boolean isV6(String text) {
    if (text.length() > 45) {
      return false;
    }
    int gap = text.indexOf("::");
    if (gap < 0) {
      return groups(text, true) == 8;
    }
    int before = groups(text.substring(0, gap), false);
    int after = groups(text.substring(gap + 2), true);
    return before >= 0 && after >= 0 && before + after <= 7;
  }

  /** How many groups there are; -1 when it is not a list of groups. */
  private static int groups(String text, boolean mayEndInV4) {
    if (text.isEmpty()) {
      return 0;
    }
    String[] groups = text.split(":", -1);
    int count = groups.length;
    for (int i = 0; i < groups.length; i++) {
      boolean last = i == groups.length - 1;
      if (last && mayEndInV4 && isV4(groups[i])) {
        count++;
      } else if (!groups[i].matches("[0-9a-fA-F]{1,4}")) {
        return -1;
      }
    }
    return count;
  }
}
