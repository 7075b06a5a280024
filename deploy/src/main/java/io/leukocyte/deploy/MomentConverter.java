package io.leukocyte.deploy;

import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/**
 * Moments: how long ago ({@code 24h}, {@code 7d}), a day ({@code 2026-11-28}, when it begins, UTC),
 * or a time ({@code 2026-11-28T10:00:00Z}).
 */
final class MomentConverter implements ITypeConverter<Instant> {
  private static final Pattern DAY = Pattern.compile("\\d{4}-\\d{2}-\\d{2}");
  private static final Pattern LENGTH = Pattern.compile("\\d+[a-zA-Z]+");

  private final InstantSource clock;

  /** By the machine's clock. */
  MomentConverter() {
    this(InstantSource.system());
  }

  MomentConverter(InstantSource clock) {
    this.clock = clock;
  }

  @Override
  public Instant convert(String text) {
    String trimmed = text.trim();
    try {
      if (LENGTH.matcher(trimmed).matches()) {
        Duration ago = new DurationConverter().convert(trimmed);
        return clock.instant().minus(ago);
      }
      return DAY.matcher(trimmed).matches()
          ? LocalDate.parse(trimmed).atStartOfDay(ZoneOffset.UTC).toInstant()
          : Instant.parse(trimmed);
    } catch (DateTimeException | ArithmeticException e) {
      throw new TypeConversionException(
          "'"
              + text
              + "' is no moment; write how long ago (24h, 7d), a day (2026-11-28) or a time"
              + " (2026-11-28T10:00:00Z)");
    }
  }
}
