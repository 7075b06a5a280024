package io.leukocyte.events;

import java.util.Locale;
import java.util.Optional;

/** How bad a rule's author says a match is, most severe first. */
public enum Priority {
  /** The system is unusable. */
  EMERGENCY(99),
  /** Act at once. */
  ALERT(99),
  /** Critical. */
  CRITICAL(99),
  /** Error. */
  ERROR(73),
  /** Warning. */
  WARNING(47),
  /** Normal but notable. */
  NOTICE(21),
  /** Informational. */
  INFORMATIONAL(21),
  /** For rule authors. */
  DEBUG(21);

  private final int severity;

  Priority(int severity) {
    this.severity = severity;
  }

  /** ECS event.severity: one of 21, 47, 73, 99, the four that Elastic Security shows by name. */
  public int severity() {
    return severity;
  }

  /** The name as rule files write it, lower case. */
  public String text() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** Whether this is as severe as the other or more. */
  public boolean atLeast(Priority other) {
    return compareTo(other) <= 0;
  }

  /** The priority of a name in any case; {@code info} is informational. */
  public static Optional<Priority> parse(String text) {
    String lower = text.trim().toLowerCase(Locale.ROOT);
    if (lower.equals("info")) {
      return Optional.of(INFORMATIONAL);
    }
    for (Priority priority : values()) {
      if (priority.text().equals(lower)) {
        return Optional.of(priority);
      }
    }
    return Optional.empty();
  }
}
