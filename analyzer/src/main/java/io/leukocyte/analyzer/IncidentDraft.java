package io.leukocyte.analyzer;

import io.leukocyte.events.AlertId;
import io.leukocyte.events.ContainerRef;
import io.leukocyte.events.HostId;
import io.leukocyte.events.IncidentId;
import io.leukocyte.events.Priority;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** An open incident while alerts are added to it. */
final class IncidentDraft {
  /** Event time without an alert after which it is closed, nanoseconds. */
  static final long QUIET = TimeUnit.MINUTES.toNanos(30);

  /** Event time between two publications, nanoseconds. */
  static final long PACE = TimeUnit.SECONDS.toNanos(1);

  /** Alerts kept from its beginning, and as many from its end. */
  static final int KEPT = 32;

  final IncidentId id;
  final ContainerRef container;
  final List<Fold> head = new ArrayList<>();
  final Deque<Fold> tail = new ArrayDeque<>();
  Priority priority = Priority.DEBUG;
  long started;
  long updated;
  long alerts;
  long matches;
  long touched;
  long published;
  boolean unpublished;

  IncidentDraft(IncidentId id, ContainerRef container) {
    this.id = id;
    this.container = container;
  }

  /** Whether it has an alert, as far as its timeline tells. */
  boolean has(AlertId alert) {
    return Stream.concat(head.stream(), tail.stream()).anyMatch(fold -> fold.alert.equals(alert));
  }

  void add(Fold alert) {
    alerts++;
    if (alert.priority.atLeast(priority)) {
      priority = alert.priority;
    }
    if (head.size() < KEPT) {
      head.add(alert);
      return;
    }
    if (tail.size() == KEPT) {
      tail.removeFirst();
    }
    tail.addLast(alert);
  }

  /**
   * Counts a match of one of its alerts.
   *
   * @param host whose clock is that before the batch of the match
   */
  void count(long time, HostState host) {
    if (matches == 0) {
      started = time;
      updated = time;
    }
    matches++;
    started = Math.min(started, time);
    updated = Math.max(updated, time);
    touched = host.believed(time);
    unpublished = true;
  }

  /** Whether it is to be published now; a clock that went back does not hold it up. */
  boolean isDue(long clock) {
    return unpublished && (published == 0 || clock < published || clock - published >= PACE);
  }

  boolean isOver(long clock) {
    return clock - touched >= QUIET;
  }

  Incident incident(HostId host, @Nullable String hostname, Incident.State state) {
    List<Incident.Entry> timeline = new ArrayList<>(head.size() + tail.size());
    head.forEach(fold -> timeline.add(fold.entry()));
    tail.forEach(fold -> timeline.add(fold.entry()));
    return new Incident(
        id,
        host,
        hostname,
        container,
        state,
        priority,
        started,
        updated,
        alerts,
        matches,
        timeline,
        alerts - timeline.size());
  }
}
