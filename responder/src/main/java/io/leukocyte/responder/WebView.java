package io.leukocyte.responder;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.leukocyte.engine.ContainerSummary;
import io.leukocyte.events.Action;
import io.leukocyte.events.CheckResult;
import io.leukocyte.events.ContainerRef;
import io.leukocyte.events.HostId;
import io.leukocyte.events.Outcome;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/** What the page shows, as one JSON object; docs/responding.md has its keys. */
final class WebView {
  private static final int MOST_ALERTS = 100;
  private static final int MOST_INCIDENTS = 50;
  private static final int MOST_ACTIONS = 100;
  private static final int LONGEST_TIMELINE = 200;
  private static final int LONGEST_TEXT = 500;

  private final HostId host;
  private final Journal journal;
  private final ContainerList containers;
  private final RecentAlerts alerts;
  private final Supplier<List<CheckResult>> checks;
  private final Clock clock;

  WebView(
      HostId host,
      Journal journal,
      ContainerList containers,
      RecentAlerts alerts,
      Supplier<List<CheckResult>> checks,
      Clock clock) {
    this.host = host;
    this.journal = journal;
    this.containers = containers;
    this.alerts = alerts;
    this.checks = checks;
    this.clock = clock;
  }

  /** A line of an incident's timeline. */
  private record Moment(long time, ObjectNode node) {}

  /** Everything, for an operator. */
  ObjectNode state(String operator) {
    List<ActionState> actions = journal.read(ledger -> ledger.all(s -> true));
    ObjectNode state = JournalLines.MAPPER.createObjectNode();
    state.put("host", host.value()).put("operator", operator);
    Optional<Halt> halt = journal.read(Ledger::halt);
    if (halt.isPresent()) {
      state
          .putObject("stop")
          .put("operator", halt.get().operator())
          .put("reason", halt.get().reason())
          .put("since", time(halt.get().since()));
    }
    checks(state.putArray("checks"));
    containers(state, actions);
    open(state.putArray("open"), actions);
    alerts(state.putArray("alerts"), actions);
    incidents(state.putArray("incidents"), actions);
    last(state.putArray("actions"), actions);
    return state;
  }

  private static String time(long nanos) {
    return Nanos.instant(nanos).toString();
  }

  private static String cut(String text) {
    return text.length() <= LONGEST_TEXT ? text : text.substring(0, LONGEST_TEXT) + "…";
  }

  private void checks(ArrayNode array) {
    for (CheckResult result : checks.get()) {
      ObjectNode node = JournalLines.MAPPER.createObjectNode().put("name", result.name());
      switch (result) {
        case CheckResult.Ok ok -> {
          continue;
        }
        case CheckResult.Degraded d ->
            node.put("status", "degraded").put("problem", cut(d.problem())).put("todo", d.todo());
        case CheckResult.Failed f ->
            node.put("status", "failed").put("problem", cut(f.problem())).put("todo", f.todo());
      }
      array.add(node);
    }
  }

  private void containers(ObjectNode state, List<ActionState> actions) {
    Map<String, List<ActionState>> held =
        actions.stream()
            .filter(s -> s.onHost() && s.response() instanceof Intervention)
            .collect(Collectors.groupingBy(s -> s.container().map(c -> c.value()).orElse("")));
    ContainerList.Known known = containers.get();
    state.put("containersProblem", known.problem());
    ArrayNode array = state.putArray("containers");
    known.containers().stream()
        .sorted(
            Comparator.comparing((ContainerSummary c) -> !held.containsKey(c.id().value()))
                .thenComparing(c -> !c.state().equals("running"))
                .thenComparing(ContainerSummary::name))
        .forEach(c -> {
          ObjectNode node =
              array
                  .addObject()
                  .put("id", c.id().value())
                  .put("name", cut(c.name()))
                  .put("image", cut(c.image()))
                  .put("state", c.state());
          ArrayNode list = node.putArray("held");
          held.getOrDefault(c.id().value(), List.of()).forEach(s -> list.add(open(s)));
        });
  }

  private static void open(ArrayNode array, List<ActionState> actions) {
    actions.stream()
        .filter(s -> s.phase() != ActionState.Phase.CLOSED)
        .forEach(s -> array.add(open(s)));
  }

  private static ObjectNode open(ActionState state) {
    OpenAction a = OpenAction.of(state);
    return JournalLines.MAPPER
        .createObjectNode()
        .put("id", a.id())
        .put("type", a.type())
        .put("container", cut(a.container()))
        .put("containerId", a.containerId())
        .put("state", a.state())
        .put("undoable", state.onHost())
        .put("way", cut(a.way()))
        .put("since", a.since().toString())
        .put("until", a.until() == null ? null : a.until().toString())
        .put("policy", a.policy())
        .put("source", a.source())
        .put("rule", a.rule())
        .put("alert", a.alert())
        .put("operator", state.last().operator());
  }

  private void alerts(ArrayNode array, List<ActionState> actions) {
    Map<String, Long> caused = new HashMap<>();
    for (ActionState state : actions) {
      if (state.last().alert() != null && state.response() instanceof Intervention) {
        caused.merge(state.last().alert().value(), 1L, Long::sum);
      }
    }
    List<String> marked =
        journal.read(Ledger::falseAlarms).stream().map(f -> f.alert().value()).toList();
    alerts.latestFirst().stream()
        .limit(MOST_ALERTS)
        .forEach(seen ->
            array.add(
                alert(seen)
                    .put("caused", caused.getOrDefault(seen.id().value(), 0L))
                    .put("isFalse", marked.contains(seen.id().value()))));
  }

  private static ObjectNode alert(RecentAlerts.Seen seen) {
    ObjectNode node =
        JournalLines.MAPPER
            .createObjectNode()
            .put("id", seen.id().value())
            .put("time", time(seen.time()))
            .put("rule", seen.rule())
            .put("priority", seen.priority().text())
            .put("severity", seen.priority().severity())
            .put("output", seen.output());
    ContainerRef container = seen.container();
    return container == null
        ? node
        : node.put("container", cut(name(container))).put("containerId", container.id().value());
  }

  private static String name(ContainerRef container) {
    return container.name().isEmpty() ? container.id().brief() : container.name();
  }

  private void incidents(ArrayNode array, List<ActionState> actions) {
    long now = Nanos.now(clock);
    alerts.incidents().stream()
        .limit(MOST_INCIDENTS)
        .forEach(incident -> {
          ObjectNode node =
              array
                  .addObject()
                  .put("id", incident.id().value())
                  .put("container", cut(name(incident.container())))
                  .put("containerId", incident.container().id().value())
                  .put("open", incident.isOpen(now))
                  .put("priority", incident.priority().text())
                  .put("severity", incident.priority().severity())
                  .put("started", time(incident.started()))
                  .put("updated", time(incident.updated()))
                  .put("alerts", incident.alerts().size());
          timeline(node.putArray("timeline"), incident, actions);
        });
  }

  /** Its alerts, and the actions on its container since it began, in the order of their times. */
  private static void timeline(
      ArrayNode array, RecentAlerts.Incident incident, List<ActionState> actions) {
    List<Moment> moments = new ArrayList<>();
    for (RecentAlerts.Seen seen : incident.alerts()) {
      moments.add(new Moment(seen.time(), alert(seen).put("kind", "alert")));
    }
    List<String> ids = incident.alerts().stream().map(s -> s.id().value()).toList();
    for (ActionState state : actions) {
      Action last = state.last();
      boolean caused = last.alert() != null && ids.contains(last.alert().value());
      boolean byHand =
          last.alert() == null
              && state.of(incident.container().id())
              && state.since() >= incident.started();
      if (caused || byHand) {
        moments.add(new Moment(state.since(), step(state).put("kind", "action")));
      }
    }
    moments.stream()
        .sorted(Comparator.comparingLong(Moment::time))
        .limit(LONGEST_TIMELINE)
        .forEach(moment -> array.add(moment.node()));
  }

  private static void last(ArrayNode array, List<ActionState> actions) {
    actions.stream()
        .sorted(Comparator.comparingLong((ActionState s) -> s.last().time()).reversed())
        .limit(MOST_ACTIONS)
        .forEach(s -> array.add(step(s)));
  }

  private static ObjectNode step(ActionState state) {
    Action last = state.last();
    return JournalLines.MAPPER
        .createObjectNode()
        .put("id", last.id().value())
        .put("type", last.type())
        .put("step", last.step().text())
        .put("began", time(state.since()))
        .put("time", time(last.time()))
        .put("container", last.target() == null ? null : cut(name(last.target())))
        .put("detail", cut(detail(last.outcome())))
        .put("outcome", outcome(last.outcome()))
        .put("policy", last.policy())
        .put("source", last.source())
        .put("rule", last.rule())
        .put("alert", last.alert() == null ? null : last.alert().value())
        .put("operator", last.operator())
        .put("dryRun", last.dryRun());
  }

  private static String detail(Outcome outcome) {
    return switch (outcome) {
      case Outcome.Done o -> o.detail();
      case Outcome.Skipped o -> o.reason();
      case Outcome.Refused o -> o.reason();
      case Outcome.Failed o -> o.problem();
    };
  }

  private static String outcome(Outcome outcome) {
    return switch (outcome) {
      case Outcome.Done o -> "done";
      case Outcome.Skipped o -> "skipped";
      case Outcome.Refused o -> "refused";
      case Outcome.Failed o -> "failed";
    };
  }
}
