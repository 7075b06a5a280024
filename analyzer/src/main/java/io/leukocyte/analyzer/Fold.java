package io.leukocyte.analyzer;

import io.leukocyte.events.AlertId;
import io.leukocyte.events.EventId;
import io.leukocyte.events.Priority;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** An alert and what is counted into it. */
final class Fold {
  /** How long after its first event an alert takes in further matches, nanoseconds. */
  static final long WINDOW = TimeUnit.SECONDS.toNanos(60);

  /**
   * How much earlier than its first event a match may have happened and still belong to an alert,
   * nanoseconds: sources of a host reach the collector by different ways.
   */
  static final long LATENESS = TimeUnit.SECONDS.toNanos(10);

  static final int FIRST_CAUSES = 20;
  static final int LAST_CAUSES = 5;

  final AlertId alert;
  final String rule;
  final Priority priority;
  final List<String> groupBy;
  final long first;
  long last;
  long touched;
  long count;
  final List<EventId> firstCauses = new ArrayList<>();
  final Deque<EventId> lastCauses = new ArrayDeque<>();

  /**
   * An alert with nothing counted yet.
   *
   * @param first when its first event happened, unix nanoseconds
   */
  Fold(AlertId alert, String rule, Priority priority, List<String> groupBy, long first) {
    this.alert = alert;
    this.rule = rule;
    this.priority = priority;
    this.groupBy = groupBy;
    this.first = first;
    this.last = first;
  }

  boolean takes(String otherRule, List<String> otherGroup, long time) {
    return time < first + WINDOW
        && time >= first - LATENESS
        && rule.equals(otherRule)
        && groupBy.equals(otherGroup);
  }

  /**
   * Counts a match.
   *
   * @param host whose clock is that before the batch of the match
   */
  void add(EventId cause, long time, HostState host) {
    count++;
    last = Math.max(last, time);
    touched = host.believed(time);
    if (firstCauses.size() < FIRST_CAUSES) {
      firstCauses.add(cause);
      return;
    }
    if (lastCauses.size() == LAST_CAUSES) {
      lastCauses.removeFirst();
    }
    lastCauses.addLast(cause);
  }

  /**
   * Whether no further match can be expected.
   *
   * @param hold how long after its last match a correlation's alert may go on, nanoseconds; 0 for a
   *     rule's
   */
  boolean isOver(long clock, long hold) {
    return clock >= touched + Math.max(WINDOW, hold) + LATENESS;
  }

  Incident.Entry entry() {
    return new Incident.Entry(
        alert, rule, priority, groupBy, count, first, last, firstCauses, List.copyOf(lastCauses));
  }
}
