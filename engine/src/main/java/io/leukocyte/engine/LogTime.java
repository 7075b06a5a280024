package io.leukocyte.engine;

import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;

/** The times that the engine writes before each piece of a log: RFC 3339 with nanoseconds. */
final class LogTime {
  /** Most characters of a time, with an offset. */
  static final int MAX_LENGTH = 40;

  private static final int FIXED = "2026-11-22T17:12:41.521112748Z".length();
  private static final long SECOND = 1_000_000_000L;

  private long day = -1;
  private long daySeconds;

  /**
   * Unix nanoseconds.
   *
   * @throws DateTimeException when it is not a time
   */
  long parse(byte[] text, int length) {
    if (length == FIXED && text[FIXED - 1] == 'Z' && text[10] == 'T' && text[19] == '.') {
      return fixed(text);
    }
    return nanos(
        OffsetDateTime.parse(new String(text, 0, length, StandardCharsets.US_ASCII)).toInstant());
  }

  /** Unix nanoseconds of an instant. */
  static long nanos(Instant instant) {
    return Math.addExact(Math.multiplyExact(instant.getEpochSecond(), SECOND), instant.getNano());
  }

  /** Unix nanoseconds as the engine takes them in a query: seconds, a point, nanoseconds. */
  static String query(long nanos) {
    return "%d.%09d".formatted(nanos / SECOND, nanos % SECOND);
  }

  private long fixed(byte[] text) {
    int year = number(text, 0, 4);
    int month = number(text, 5, 2);
    int date = number(text, 8, 2);
    long key = (year * 100L + month) * 100L + date;
    if (key != day) {
      daySeconds = LocalDate.of(year, month, date).atStartOfDay(ZoneOffset.UTC).toEpochSecond();
      day = key;
    }
    long seconds =
        daySeconds + number(text, 11, 2) * 3600L + number(text, 14, 2) * 60L + number(text, 17, 2);
    return seconds * SECOND + number(text, 20, 9);
  }

  private static int number(byte[] text, int from, int digits) {
    int value = 0;
    for (int i = from; i < from + digits; i++) {
      int digit = text[i] - '0';
      if (digit < 0 || digit > 9) {
        throw new DateTimeException("not a digit");
      }
      value = 10 * value + digit;
    }
    return value;
  }
}
