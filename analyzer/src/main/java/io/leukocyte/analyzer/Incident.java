package io.leukocyte.analyzer;

import io.leukocyte.events.Alert;
import io.leukocyte.events.AlertId;
import io.leukocyte.events.ContainerRef;
import io.leukocyte.events.EventId;
import io.leukocyte.events.HostId;
import io.leukocyte.events.IncidentId;
import io.leukocyte.events.Priority;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The alerts of one container, folded into a timeline. {@link IncidentJson} writes and reads it.
 *
 * @param id derived from the container and its first alert
 * @param host where the container runs
 * @param hostname the host's name; null when unknown
 * @param container the container, as its first alert knew it
 * @param state whether more may be added
 * @param priority the worst of its alerts
 * @param started when its first event happened, unix nanoseconds
 * @param updated when its latest event happened, unix nanoseconds
 * @param alerts how many alerts it has
 * @param matches how many matches these alerts stand for
 * @param timeline its alerts in order: all of them, or the first 32 and the last 32
 * @param omitted alerts left out between these; 0 when the timeline is whole
 */
public record Incident(
    IncidentId id,
    HostId host,
    @Nullable String hostname,
    ContainerRef container,
    State state,
    Priority priority,
    long started,
    long updated,
    long alerts,
    long matches,
    List<Entry> timeline,
    long omitted) {
  /** Copies the list. */
  public Incident {
    timeline = List.copyOf(timeline);
  }

  /** An open incident of one alert, which is its rule's own and not the container's. */
  static Incident ofOne(Alert alert, ContainerRef container) {
    long time = alert.time();
    Entry entry =
        new Entry(
            alert.id(),
            alert.rule().name(),
            alert.rule().priority(),
            alert.groupBy(),
            1,
            time,
            time,
            List.of(alert.cause().id()),
            List.of());
    return new Incident(
        IncidentId.of(alert.rule().name(), alert.id().value()),
        alert.host(),
        alert.hostname(),
        container,
        State.OPEN,
        alert.rule().priority(),
        time,
        time,
        1,
        1,
        List.of(entry),
        0);
  }

  /** The same, to which nothing may be added. */
  Incident closed() {
    return new Incident(
        id,
        host,
        hostname,
        container,
        State.CLOSED,
        priority,
        started,
        updated,
        alerts,
        matches,
        timeline,
        omitted);
  }

  /** Whether more may be added. */
  public enum State {
    /** The container's next alert belongs to it. */
    OPEN,
    /** Half an hour went by without an alert; the next one begins another incident. */
    CLOSED
  }

  /**
   * One alert with what was counted into it.
   *
   * @param alert its id
   * @param rule the rule's name
   * @param priority the rule's priority
   * @param groupBy values of the group-by fields
   * @param count matches, the first included
   * @param first when the first of them happened, unix nanoseconds
   * @param last when the latest of them happened, unix nanoseconds
   * @param firstCauses the first events that matched, at most 20
   * @param lastCauses the last events that matched after those, at most 5
   */
  public record Entry(
      AlertId alert,
      String rule,
      Priority priority,
      List<String> groupBy,
      long count,
      long first,
      long last,
      List<EventId> firstCauses,
      List<EventId> lastCauses) {
    /** Copies the lists. */
    public Entry {
      groupBy = List.copyOf(groupBy);
      firstCauses = List.copyOf(firstCauses);
      lastCauses = List.copyOf(lastCauses);
    }
  }
}
