package io.leukocyte.indexer;

import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;

/** Numbers and times as a report writes them. Times are UTC. */
final class ReportText {
  private static final DateTimeFormatter DAY = format("d MMM");
  private static final DateTimeFormatter MINUTE = format("HH:mm");
  private static final DateTimeFormatter DAY_MINUTE = format("d MMM HH:mm");
  private static final DateTimeFormatter SECOND = format("d MMM HH:mm:ss");
  private static final DateTimeFormatter LONG = format("d MMMM yyyy, HH:mm");
  private static final List<String> BYTES = List.of("B", "kB", "MB", "GB", "TB", "PB", "EB");

  private ReportText() {}

  private static DateTimeFormatter format(String pattern) {
    return DateTimeFormatter.ofPattern(pattern, Locale.ENGLISH).withZone(ZoneOffset.UTC);
  }

  /** A number with its unit. */
  static String number(double value, Unit unit) {
    return switch (unit) {
      case COUNT, NAME -> count(value);
      case RATE -> rate(value);
      case BYTES -> bytes(value);
      case NANOS -> nanos(value);
      case SEVERITY -> severity(value);
    };
  }

  /** {@code 1,234}. */
  static String count(long value) {
    return String.format(Locale.ROOT, "%,d", value);
  }

  /** {@code 1,234}, or with a digit behind the point where there is a part. */
  static String count(double value) {
    return value == Math.rint(value)
        ? String.format(Locale.ROOT, "%,.0f", value)
        : String.format(Locale.ROOT, "%,.1f", value);
  }

  private static String rate(double value) {
    String form = value >= 99.5 ? "%,.0f/s" : value >= 0.95 || value == 0 ? "%.1f/s" : "%.3f/s";
    return value > 0 && value < 0.0005 ? "<0.001/s" : String.format(Locale.ROOT, form, value);
  }

  private static String bytes(double value) {
    int power = 0;
    double rest = value;
    while (Math.abs(rest) >= 999.5 && power < BYTES.size() - 1) {
      rest /= 1000;
      power++;
    }
    String form = power == 0 || rest >= 99.5 ? "%.0f %s" : "%.1f %s";
    return String.format(Locale.ROOT, form, rest, BYTES.get(power));
  }

  private static String nanos(double value) {
    double millis = value / 1e6;
    if (Math.abs(millis) < 10) {
      return String.format(Locale.ROOT, "%.1f ms", millis);
    }
    if (Math.abs(millis) < 999.5) {
      return String.format(Locale.ROOT, "%.0f ms", millis);
    }
    double seconds = millis / 1e3;
    return seconds < 99.5
        ? String.format(Locale.ROOT, "%.1f s", seconds)
        : length(Duration.ofSeconds(Math.round(seconds)));
  }

  /** What people call an ECS severity; the number where it is none of the four. */
  static String severity(double value) {
    return switch ((int) value) {
      case 99 -> "critical";
      case 73 -> "high";
      case 47 -> "medium";
      case 21 -> "low";
      case 0 -> "unknown";
      default -> count(value);
    };
  }

  /** {@code 24 hours}, {@code 7 days}, {@code 90 minutes}. */
  static String length(Duration length) {
    long minutes = Math.max(1, Math.round(length.toSeconds() / 60.0));
    if (minutes % 1440 == 0 && minutes > 1440) {
      return counted(minutes / 1440, "day");
    }
    if (minutes % 60 == 0) {
      return counted(minutes / 60, "hour");
    }
    return minutes < 180
        ? counted(minutes, "minute")
        : minutes / 60 + " h " + minutes % 60 + " min";
  }

  /** A number of things: {@code 1 alert}, {@code 2 alerts}. */
  static String counted(long number, String thing) {
    return count(number) + " " + thing + (number == 1 ? "" : "s");
  }

  /** When a bar begins, as short as the period lets it be told apart. */
  static String bar(Instant time, Instant from, Instant to) {
    Duration period = Duration.between(from, to);
    if (PanelQuery.interval(period).compareTo(Duration.ofDays(1)) >= 0) {
      return DAY.format(time);
    }
    return period.compareTo(Duration.ofDays(1)) > 0 || !DAY.format(from).equals(DAY.format(to))
        ? DAY_MINUTE.format(time)
        : MINUTE.format(time);
  }

  /** A moment to the second. */
  static String second(Instant time) {
    return SECOND.format(time);
  }

  /** A moment to the minute, with its year. */
  static String minute(Instant time) {
    return LONG.format(time);
  }
}
