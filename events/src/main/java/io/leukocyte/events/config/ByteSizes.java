package io.leukocyte.events.config;

import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Amounts of bytes as people write them: {@code 256KiB}, {@code 2GiB}, {@code 4096}. */
public final class ByteSizes {
  private static final Pattern FORM = Pattern.compile("(\\d{1,18}) ?(|B|[KMGT]iB|[kMGT]B)");
  private static final List<String> UNITS = List.of("B", "KiB", "MiB", "GiB", "TiB");

  private ByteSizes() {}

  /**
   * Reads an amount: a whole number with B, KiB, MiB, GiB, TiB (powers of 1,024) or kB, MB, GB, TB
   * (powers of 1,000); without a unit it is bytes.
   *
   * @throws IllegalArgumentException when the text has another form; the message is one clause
   */
  public static long parse(String text) {
    Matcher matcher = FORM.matcher(text);
    if (!matcher.matches()) {
      throw new IllegalArgumentException("not an amount of bytes");
    }
    String unit = matcher.group(2);
    long base = unit.endsWith("iB") ? 1024 : 1000;
    int power = unit.length() < 2 ? 0 : 1 + "kmgt".indexOf(Character.toLowerCase(unit.charAt(0)));
    try {
      long amount = Long.parseLong(matcher.group(1));
      for (int i = 0; i < power; i++) {
        amount = Math.multiplyExact(amount, base);
      }
      return amount;
    } catch (ArithmeticException e) {
      throw new IllegalArgumentException("too large an amount of bytes", e);
    }
  }

  /** The amount in the largest unit that divides it: {@code 256KiB}, {@code 1000B}. */
  public static String format(long bytes) {
    long amount = bytes;
    int unit = 0;
    while (amount != 0 && amount % 1024 == 0 && unit < UNITS.size() - 1) {
      amount /= 1024;
      unit++;
    }
    return amount + UNITS.get(unit);
  }
}
