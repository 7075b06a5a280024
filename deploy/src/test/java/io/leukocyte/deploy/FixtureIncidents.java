package io.leukocyte.deploy;

import io.leukocyte.analyzer.Incident;
import io.leukocyte.analyzer.IncidentJson;
import io.leukocyte.events.AlertId;
import io.leukocyte.events.ContainerId;
import io.leukocyte.events.ContainerRef;
import io.leukocyte.events.HostId;
import io.leukocyte.events.IncidentId;
import io.leukocyte.events.Priority;
import java.time.Instant;
import java.util.List;

/** The incidents of the dashboards' fixture, as the analyzer writes them. */
final class FixtureIncidents {
  private FixtureIncidents() {}

  /** One that is open, of db, and one that is closed, of web. */
  static List<byte[]> all() {
    return List.of(
        incident(1, "cd", "db", Incident.State.OPEN, Priority.CRITICAL, "10:20", "13:00"),
        incident(2, "ab", "web", Incident.State.CLOSED, Priority.ERROR, "10:05", "12:05"));
  }

  private static byte[] incident(
      int id,
      String container,
      String name,
      Incident.State state,
      Priority priority,
      String from,
      String to) {
    Incident.Entry entry =
        new Incident.Entry(
            new AlertId("%032x".formatted(id)),
            "Terminal shell in container",
            priority,
            List.of(),
            3,
            at(from),
            at(to),
            List.of(),
            List.of());
    return IncidentJson.write(
        new Incident(
            new IncidentId("%032x".formatted(id)),
            new HostId("host-1"),
            "one",
            new ContainerRef(
                new ContainerId(container.repeat(32)), name, "shop/" + name, "1", null, false),
            state,
            priority,
            at(from),
            at(to),
            3,
            3,
            List.of(entry),
            0));
  }

  private static long at(String time) {
    return Instant.parse("2026-11-28T" + time + ":00Z").getEpochSecond() * 1_000_000_000;
  }
}
