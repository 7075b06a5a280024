package io.leukocyte.rules;

import io.leukocyte.events.config.Durations;
import java.time.Duration;
import java.util.Optional;
import java.util.regex.Pattern;

/** Spans of time in rule files: a whole number with the unit s, m, h or d. */
final class Span {
  private static final Pattern FORM = Pattern.compile("\\d{1,9}[smhd]");

  private Span() {}

  /** Its length in nanoseconds; empty when it has another form or lies outside of the bounds. */
  static Optional<Long> nanos(String text, Duration shortest, Duration longest) {
    return Optional.of(text)
        .filter(t -> FORM.matcher(t).matches())
        .map(Durations::parse)
        .filter(span -> span.compareTo(shortest) >= 0 && span.compareTo(longest) <= 0)
        .map(Duration::toNanos);
  }
}
