package io.leukocyte.responder;

import io.leukocyte.events.Alert;
import io.leukocyte.events.AlertId;
import io.leukocyte.events.ContainerId;
import io.leukocyte.events.ContainerRef;
import io.leukocyte.events.IncidentId;
import io.leukocyte.events.Priority;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The last alerts of this host, folded by container into incidents as the analyzer does: half an
 * hour without an alert ends one, and its id follows from its first alert. Thread-safe.
 */
final class RecentAlerts {
  /** For a further alert the oldest is forgotten. */
  static final int MOST = 500;

  private static final long QUIET = Duration.ofMinutes(30).toNanos();
  private static final int LONGEST_TEXT = 500;

  private final Map<AlertId, Seen> alerts = new LinkedHashMap<>();

  /**
   * What is kept of an alert.
   *
   * @param id the alert
   * @param time when the event happened, unix nanoseconds
   * @param rule the rule's name, cut likewise
   * @param priority how bad it is
   * @param output what the rule says, cut at 500 characters
   * @param container where; null for the host itself
   */
  record Seen(
      AlertId id,
      long time,
      String rule,
      Priority priority,
      String output,
      @Nullable ContainerRef container) {}

  /**
   * Alerts of one container.
   *
   * @param id derived from the container and the first alert that is known
   * @param container where
   * @param alerts the oldest first
   */
  record Incident(IncidentId id, ContainerRef container, List<Seen> alerts) {
    Incident {
      alerts = List.copyOf(alerts);
    }

    long started() {
      return alerts.getFirst().time();
    }

    long updated() {
      return alerts.getLast().time();
    }

    /** Whether a further alert at a time would belong to it. */
    boolean isOpen(long now) {
      return now - updated() < QUIET;
    }

    /** The worst of its alerts. */
    Priority priority() {
      return alerts.stream().map(Seen::priority).min(Comparator.naturalOrder()).orElseThrow();
    }
  }

  /** Takes an alert in; one that is known changes nothing. */
  synchronized void add(Alert alert) {
    String output = alert.output().isEmpty() ? alert.message() : alert.output();
    alerts.putIfAbsent(
        alert.id(),
        new Seen(
            alert.id(),
            alert.time(),
            cut(alert.rule().name()),
            alert.rule().priority(),
            cut(output),
            alert.container()));
    if (alerts.size() > MOST) {
      alerts.remove(
          alerts.values().stream().min(Comparator.comparingLong(Seen::time)).orElseThrow().id());
    }
  }

  private static String cut(String text) {
    return text.length() <= LONGEST_TEXT ? text : text.substring(0, LONGEST_TEXT) + "…";
  }

  /** The alerts, the latest first. */
  synchronized List<Seen> latestFirst() {
    return alerts.values().stream()
        .sorted(Comparator.comparingLong(Seen::time).reversed())
        .toList();
  }

  /** The incidents, the one with the latest alert first. */
  List<Incident> incidents() {
    Map<ContainerId, List<Seen>> byContainer = new LinkedHashMap<>();
    for (Seen alert : latestFirst().reversed()) {
      if (alert.container() != null) {
        byContainer.computeIfAbsent(alert.container().id(), id -> new ArrayList<>()).add(alert);
      }
    }
    List<Incident> incidents = new ArrayList<>();
    byContainer.values().forEach(of -> fold(of, incidents));
    incidents.sort(Comparator.comparingLong(Incident::updated).reversed());
    return incidents;
  }

  private static void fold(List<Seen> oldestFirst, List<Incident> incidents) {
    int begin = 0;
    for (int i = 1; i <= oldestFirst.size(); i++) {
      boolean ends =
          i == oldestFirst.size()
              || oldestFirst.get(i).time() - oldestFirst.get(i - 1).time() >= QUIET;
      if (ends) {
        Seen first = oldestFirst.get(begin);
        ContainerRef container = first.container();
        if (container != null) {
          incidents.add(
              new Incident(
                  IncidentId.of(container.id().value(), first.id().value()),
                  container,
                  oldestFirst.subList(begin, i)));
        }
        begin = i;
      }
    }
  }
}
