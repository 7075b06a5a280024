package io.leukocyte.indexer;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * What a report is to be about.
 *
 * @param from the first moment
 * @param to the moment after the last one
 * @param container name of a container, or its id, which may be shortened to twelve digits; empty
 *     is all
 * @param host id or name of a host; empty is all
 * @param dashboards names of those to show, in the order of {@link #names()}
 */
public record ReportRequest(
    Instant from,
    Instant to,
    Optional<String> container,
    Optional<String> host,
    List<String> dashboards) {
  private static final Duration LONGEST = Duration.ofDays(400);
  private static final Pattern ID = Pattern.compile("[0-9a-f]{12,64}");

  /**
   * Checks the period and the dashboards' names.
   *
   * @throws IllegalArgumentException when one of them is wrong; the message says what to do
   */
  public ReportRequest {
    if (!from.isBefore(to)) {
      throw new IllegalArgumentException(
          "The period ends at %s, before it begins at %s; --since must be before --until."
              .formatted(to, from));
    }
    if (Duration.between(from, to).compareTo(LONGEST) > 0) {
      throw new IllegalArgumentException(
          "The period is longer than %d days; make several reports.".formatted(LONGEST.toDays()));
    }
    List<String> asked = List.copyOf(dashboards);
    for (String name : asked) {
      if (!names().contains(name)) {
        throw new IllegalArgumentException(
            "There is no dashboard '%s'; there are %s."
                .formatted(name, String.join(", ", names())));
      }
    }
    dashboards = asked.isEmpty() ? names() : names().stream().filter(asked::contains).toList();
  }

  /** The names of all dashboards. */
  public static List<String> names() {
    return DashboardCatalogue.all().stream().map(Dashboard::name).toList();
  }

  /** How long the period is. */
  Duration length() {
    return Duration.between(from, to);
  }

  /** The same for one container, by its name. */
  ReportRequest of(String name) {
    return new ReportRequest(from, to, Optional.of(name), host, dashboards);
  }

  /** Whether the container may be meant by its id. */
  boolean isContainerId() {
    return container.filter(text -> ID.matcher(text).matches()).isPresent();
  }
}
