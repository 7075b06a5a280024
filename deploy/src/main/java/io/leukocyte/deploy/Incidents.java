package io.leukocyte.deploy;

import io.leukocyte.analyzer.Incident;
import io.leukocyte.analyzer.IncidentJson;
import io.leukocyte.events.Action;
import io.leukocyte.events.ActionJson;
import io.leukocyte.events.KafkaSettings;
import io.leukocyte.events.MalformedJsonException;
import io.leukocyte.events.Topic;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The incidents of all hosts and what was done about them, as Kafka has them by now. */
final class Incidents {
  private static final Logger LOG = LoggerFactory.getLogger(Incidents.class);
  private static final int SHORTEST_ID = 4;

  /** What is done later on the same container may well be about something else. */
  private static final Duration AFTERMATH = Duration.ofMinutes(30);

  private final KafkaSettings kafka;

  Incidents(KafkaSettings kafka) {
    this.kafka = kafka;
  }

  /** Each as it is now, the one that changed last first. */
  List<Incident> latest() {
    Map<String, Incident> byId = new HashMap<>();
    TopicReader.read(
        kafka,
        Topic.INCIDENTS,
        Instant.EPOCH,
        record -> {
          byte[] value = record.value();
          try {
            if (value != null) {
              Incident incident = IncidentJson.read(value);
              byId.put(incident.id().value(), incident);
            }
          } catch (IllegalArgumentException e) {
            LOG.warn("{}-{}: {}", record.partition(), record.offset(), e.getMessage());
          }
        });
    return byId.values().stream()
        .sorted(Comparator.comparingLong(Incident::updated).reversed())
        .toList();
  }

  /**
   * One of them.
   *
   * @param id may be shortened
   * @throws BadInputException when there is none, or there are several
   */
  static Incident named(List<Incident> incidents, String id) {
    List<Incident> found =
        id.length() < SHORTEST_ID
            ? List.of()
            : incidents.stream().filter(i -> i.id().value().startsWith(id)).toList();
    return switch (found.size()) {
      case 0 ->
          throw new BadInputException(
              "There is no incident '" + id + "'; 'leuko incidents' lists those there are.");
      case 1 -> found.getFirst();
      default ->
          throw new BadInputException(
              "'" + id + "' may mean " + found.size() + " incidents; write more of the id.");
    };
  }

  /** The steps of actions about an incident, in the order of their times. */
  List<Action> actions(Incident incident) {
    List<Action> actions = new ArrayList<>();
    TopicReader.read(
        kafka,
        Topic.ACTIONS,
        instant(incident.started()),
        record -> {
          try {
            Action action = ActionJson.read(record.value());
            if (isAbout(action, incident)) {
              actions.add(action);
            }
          } catch (MalformedJsonException e) {
            LOG.debug("{}-{}: {}", record.partition(), record.offset(), e.getMessage());
          }
        });
    actions.sort(Comparator.comparingLong(Action::time).thenComparingInt(Action::number));
    return actions;
  }

  /** Whether its alerts caused an action, or it was done on the container meanwhile. */
  static boolean isAbout(Action action, Incident incident) {
    if (action.target() == null || !action.target().id().equals(incident.container().id())) {
      return false;
    }
    Set<String> alerts =
        incident.timeline().stream().map(e -> e.alert().value()).collect(Collectors.toSet());
    boolean caused = action.alert() != null && alerts.contains(action.alert().value());
    boolean meanwhile =
        action.time() >= incident.started()
            && action.time() <= incident.updated() + AFTERMATH.toNanos()
            && (action.alert() == null || incident.omitted() > 0);
    return caused || meanwhile;
  }

  static Instant instant(long nanos) {
    return Instant.ofEpochSecond(
        Math.floorDiv(nanos, 1_000_000_000L), Math.floorMod(nanos, 1_000_000_000L));
  }
}
