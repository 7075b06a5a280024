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

  private static final int SECONDS = "2026-11-22T17:12:41".length();
  private static final int NANO_DIGITS = 9;
  private static final long SECOND = 1_000_000_000L;

  private long day = -1;
  private long daySeconds;

  /**
   * Unix nanoseconds.
   *
   * @throws DateTimeException when it is not a time
   */
  long parse(byte[] text, int length) {
    return parse(text, 0, length);
  }

  /**
   * Unix nanoseconds of a part of a text.
   *
   * @throws DateTimeException when it is not a time
   */
  long parse(byte[] text, int from, int to) {
    int length = to - from;
    if (length > SECONDS
        && length <= SECONDS + 2 + NANO_DIGITS
        && text[to - 1] == 'Z'
        && text[from + 10] == 'T'
        && (text[from + SECONDS] == '.' ? length > SECONDS + 2 : length == SECONDS + 1)) {
      return utc(text, from, to - 1);
    }
    return nanos(
        OffsetDateTime.parse(new String(text, from, length, StandardCharsets.US_ASCII))
            .toInstant());
  }

  /** Unix nanoseconds of an instant. */
  static long nanos(Instant instant) {
    return Math.addExact(Math.multiplyExact(instant.getEpochSecond(), SECOND), instant.getNano());
  }

  /** Unix nanoseconds as the engine takes them in a query: seconds, a point, nanoseconds. */
  static String query(long nanos) {
    return "%d.%09d".formatted(nanos / SECOND, nanos % SECOND);
  }

  private long utc(byte[] text, int from, int end) {
    int year = number(text, from, 4);
    int month = number(text, from + 5, 2);
    int date = number(text, from + 8, 2);
    long key = (year * 100L + month) * 100L + date;
    if (key != day) {
      daySeconds = LocalDate.of(year, month, date).atStartOfDay(ZoneOffset.UTC).toEpochSecond();
      day = key;
    }
    long seconds =
        daySeconds
            + number(text, from + 11, 2) * 3600L
            + number(text, from + 14, 2) * 60L
            + number(text, from + 17, 2);
    int fraction = from + SECONDS + 1;
    int digits = Math.max(0, end - fraction);
    long nanos = digits == 0 ? 0 : number(text, fraction, digits);
    for (int i = digits; i < NANO_DIGITS; i++) {
      nanos *= 10;
    }
    return Math.addExact(Math.multiplyExact(seconds, SECOND), nanos);
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
