package io.leukocyte.events.config;

import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Durations as people write them: {@code 100ms}, {@code 5m}, {@code 1h30m}. */
public final class Durations {
  private static final Pattern FORM = Pattern.compile("(\\d{1,18}(ns|us|ms|s|m|h|d))+");
  private static final Pattern PART = Pattern.compile("(\\d{1,18})(ns|us|ms|s|m|h|d)");

  private Durations() {}

  /**
   * Reads a duration: whole numbers with the units ns, us, ms, s, m, h, d.
   *
   * @throws IllegalArgumentException when the text has another form; the message is one clause
   */
  public static Duration parse(String text) {
    if (!FORM.matcher(text).matches()) {
      throw new IllegalArgumentException("not a duration");
    }
    Duration sum = Duration.ZERO;
    Matcher part = PART.matcher(text);
    try {
      while (part.find()) {
        sum = sum.plus(of(Long.parseLong(part.group(1)), part.group(2)));
      }
      return sum;
    } catch (ArithmeticException e) {
      throw new IllegalArgumentException("too long a duration", e);
    }
  }

  private static Duration of(long amount, String unit) {
    return switch (unit) {
      case "ns" -> Duration.ofNanos(amount);
      case "us" -> Duration.ofNanos(Math.multiplyExact(amount, 1_000L));
      case "ms" -> Duration.ofMillis(amount);
      case "s" -> Duration.ofSeconds(amount);
      case "m" -> Duration.ofMinutes(amount);
      case "h" -> Duration.ofHours(amount);
      default -> Duration.ofDays(amount);
    };
  }

  /** The shortest form that {@link #parse} reads back: {@code 90s} is {@code 1m30s}. */
  public static String format(Duration duration) {
    if (duration.isZero() || duration.isNegative()) {
      return "0s";
    }
    StringBuilder out = new StringBuilder();
    append(out, duration.toDays(), "d");
    append(out, duration.toHoursPart(), "h");
    append(out, duration.toMinutesPart(), "m");
    append(out, duration.toSecondsPart(), "s");
    append(out, duration.toMillisPart(), "ms");
    append(out, duration.toNanosPart() / 1_000 % 1_000, "us");
    append(out, duration.toNanosPart() % 1_000, "ns");
    return out.toString();
  }

  private static void append(StringBuilder out, long amount, String unit) {
    if (amount != 0) {
      out.append(amount).append(unit);
    }
  }
}
