package io.leukocyte.deploy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.leukocyte.analyzer.Incident;
import io.leukocyte.events.Action;
import io.leukocyte.events.ActionId;
import io.leukocyte.events.AlertId;
import io.leukocyte.events.ContainerId;
import io.leukocyte.events.ContainerRef;
import io.leukocyte.events.HostId;
import io.leukocyte.events.IncidentId;
import io.leukocyte.events.Outcome;
import io.leukocyte.events.Priority;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What {@code leuko incidents} prints. */
class IncidentsTest {
  private static final long NOON = 1_795_780_800_000_000_000L;
  private static final long SECOND = 1_000_000_000L;
  private static final HostId HOST = new HostId("host-1");
  private static final ContainerRef WEB =
      new ContainerRef(
          new ContainerId("a".repeat(64)), "web\u001b[2J", "shop/web", "1", null, false);
  private static final AlertId SHELL = AlertId.of("shell");

  private final StringWriter text = new StringWriter();
  private final PrintWriter out = new PrintWriter(text);

  private static Incident incident(String id, Incident.State state) {
    return new Incident(
        IncidentId.of(id),
        HOST,
        "node-1",
        WEB,
        state,
        Priority.WARNING,
        NOON,
        NOON + 40 * SECOND,
        1,
        40,
        List.of(
            new Incident.Entry(
                SHELL,
                "Terminal shell in container",
                Priority.WARNING,
                List.of(),
                40,
                NOON,
                NOON + 40 * SECOND,
                List.of(),
                List.of())),
        0);
  }

  private static Action quarantine(
      Action.Step step, long time, @Nullable AlertId alert, @Nullable String operator) {
    return new Action(
        ActionId.of("q"),
        step,
        0,
        time,
        HOST,
        "quarantine",
        WEB,
        new Outcome.Done("the packet filter drops everything but loopback"),
        alert,
        null,
        operator == null ? "shells" : null,
        null,
        operator,
        0,
        false);
  }

  @Test
  void eachIsALine() {
    Incident open = incident("a", Incident.State.OPEN);
    Incident closed = incident("b", Incident.State.CLOSED);
    IncidentsCommand.print(List.of(open, closed), true, 50, out, Table.Format.TABLE);
    assertThat(text.toString().lines()).hasSize(2);
    assertThat(text.toString())
        .contains(
            "ID", "CONTAINER", open.id().value().substring(0, 12), "node-1", "warning", "open")
        .contains("2026-11-27T12:00:00Z")
        .doesNotContain("\u001b");
    text.getBuffer().setLength(0);
    IncidentsCommand.print(List.of(open, closed), false, 1, out, Table.Format.JSON);
    assertThat(text.toString())
        .contains("\"id\":\"" + open.id().value() + "\"")
        .doesNotContain(closed.id().value());
  }

  @Test
  void theTimelineHasAlertsAndWhatWasDone() {
    Incident incident = incident("a", Incident.State.OPEN);
    List<Action> actions =
        List.of(
            quarantine(Action.Step.VERIFIED, NOON + SECOND, SHELL, null),
            quarantine(Action.Step.UNDONE, NOON + 60 * SECOND, null, "alice"));
    IncidentsCommand.Show.print(incident, actions, out, Table.Format.TABLE);
    List<String> lines = text.toString().lines().toList();
    assertThat(lines.get(0)).contains(incident.id().value(), "node-1", "1 alerts of 40 matches");
    assertThat(lines.get(2)).contains("alert", "Terminal shell in container", "40 times until");
    assertThat(lines.get(3)).contains("quarantine", "verified", "(policy shells)");
    assertThat(lines.get(4)).contains("quarantine", "undone", "(by alice)");
    assertThat(text.toString()).doesNotContain("\u001b");
  }

  @Test
  void onlyWhatIsAboutItIsItsOwn() {
    Incident incident = incident("a", Incident.State.CLOSED);
    assertThat(
            Incidents.isAbout(
                quarantine(Action.Step.UNDONE, NOON + 3600 * SECOND, SHELL, null), incident))
        .as("caused by its alert, however late")
        .isTrue();
    assertThat(
            Incidents.isAbout(
                quarantine(Action.Step.VERIFIED, NOON + SECOND, AlertId.of("other"), null),
                incident))
        .isFalse();
    assertThat(
            Incidents.isAbout(
                quarantine(Action.Step.VERIFIED, NOON + 60 * SECOND, null, "alice"), incident))
        .as("by hand meanwhile")
        .isTrue();
    assertThat(
            Incidents.isAbout(
                quarantine(Action.Step.VERIFIED, NOON + 7200 * SECOND, null, "alice"), incident))
        .isFalse();
  }

  @Test
  void anIdMayBeShortenedUntilItMayMeanTwo() {
    Incident a = incident("a", Incident.State.OPEN);
    Incident b = incident("b", Incident.State.OPEN);
    assertThat(Incidents.named(List.of(a, b), a.id().value().substring(0, 8))).isEqualTo(a);
    assertThatThrownBy(() -> Incidents.named(List.of(a, b), "ffff0000"))
        .isInstanceOf(BadInputException.class)
        .hasMessageContaining("leuko incidents");
    assertThatThrownBy(() -> Incidents.named(List.of(a, a), a.id().value()))
        .isInstanceOf(BadInputException.class)
        .hasMessageContaining("2 incidents");
    assertThatThrownBy(() -> Incidents.named(List.of(a), a.id().value().substring(0, 3)))
        .isInstanceOf(BadInputException.class);
  }
}
