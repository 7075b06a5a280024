package io.leukocyte.events;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;

/**
 * A step of an action as the ECS document of the topic of actions. Reading gives back exactly what
 * was written.
 */
public final class ActionJson {
  private ActionJson() {}

  /** The document in UTF-8. It lacks event.ingested, which whoever stores it sets. */
  public static byte[] write(Action action) {
    ObjectNode root = Json.object();
    root.put("@timestamp", Json.time(action.time()));
    root.put("message", message(action));
    root.putObject("ecs").put("version", Json.ECS_VERSION);
    root.set("event", event(action));
    root.putObject("host").put("id", action.host().value());
    if (action.target() != null) {
      root.set("container", EventTree.container(action.target()));
    }
    if (action.rule() != null) {
      root.putObject("rule").put("name", action.rule());
    }
    if (action.operator() != null) {
      root.putObject("user").put("name", action.operator());
      root.putObject("related").putArray("user").add(action.operator());
    }
    if (action.outcome() instanceof Outcome.Failed failed) {
      root.putObject("error").put("message", failed.problem());
    }
    root.putObject("observer")
        .put("vendor", "Leukocyte")
        .put("product", "Leukocyte")
        .put("type", "ips");
    ObjectNode own = own(action);
    root.putObject("leukocyte").set("action", own);
    return Json.bytesWithin(AlertJson.MAX_BYTES, root, own);
  }

  private static String message(Action action) {
    ContainerRef target = action.target();
    String of =
        target == null
            ? ""
            : " of " + (target.name().isEmpty() ? target.id().brief() : target.name());
    return action.type() + of + ": " + action.step().text() + (action.dryRun() ? " (dry run)" : "");
  }

  private static ObjectNode event(Action action) {
    boolean refused = action.step() == Action.Step.REFUSED;
    ObjectNode event = Json.object();
    event.put("id", action.id().value() + ":" + action.number());
    event.put("kind", "event");
    Json.put(event, "category", List.of("intrusion_detection"));
    Json.put(event, "type", List.of(refused ? "denied" : "info"));
    event.put("action", action.type());
    event.put("module", "leukocyte");
    event.put("dataset", "leukocyte.actions");
    event.put("provider", "responder");
    event.put("outcome", ecsOutcome(action));
    Json.put(event, "reason", detail(action.outcome()));
    return event;
  }

  /** What ECS calls the outcome; of a step that only announces the next it is unknown. */
  private static String ecsOutcome(Action action) {
    return switch (action.outcome()) {
      case Outcome.Done d ->
          switch (action.step()) {
            case WAITING, INTENDED -> "unknown";
            case APPLIED, VERIFIED, UNDONE, FAILED, REFUSED, SKIPPED -> "success";
          };
      case Outcome.Skipped s -> "unknown";
      case Outcome.Refused r -> "failure";
      case Outcome.Failed f -> "failure";
    };
  }

  private static String detail(Outcome outcome) {
    return switch (outcome) {
      case Outcome.Done d -> d.detail();
      case Outcome.Skipped s -> s.reason();
      case Outcome.Refused r -> r.reason();
      case Outcome.Failed f -> f.problem();
    };
  }

  private static String word(Outcome outcome) {
    return switch (outcome) {
      case Outcome.Done d -> "done";
      case Outcome.Skipped s -> "skipped";
      case Outcome.Refused r -> "refused";
      case Outcome.Failed f -> "failed";
    };
  }

  private static ObjectNode own(Action action) {
    ObjectNode own = Json.object();
    own.put("id", action.id().value());
    own.put("type", action.type());
    own.put("step", action.step().text());
    own.put("number", action.number());
    own.put("outcome", word(action.outcome()));
    Json.put(own, "alert", action.alert() == null ? null : action.alert().value());
    Json.put(own, "policy", action.policy());
    Json.put(own, "source", action.source());
    Json.put(own, "operator", action.operator());
    Json.put(own, "undo_at", action.undoAt() == 0 ? null : Json.time(action.undoAt()));
    Json.put(own, "dry_run", action.dryRun());
    Json.put(own, "evidence", action.evidence());
    if (action.alertedAt() != 0) {
      own.put("latency", action.time() - action.alertedAt());
    }
    return own;
  }

  /**
   * Reads a step.
   *
   * @param document one JSON object in UTF-8
   * @throws MalformedJsonException when it is not a step of an action; the message names the field
   */
  public static Action read(byte[] document) throws MalformedJsonException {
    Fields root = Json.read(new String(document, StandardCharsets.UTF_8));
    Fields own = root.in("leukocyte").in("action");
    long time = root.requiredParsed("@timestamp", Json::nanos);
    return new Action(
        own.requiredParsed("id", ActionId::new),
        own.requiredParsed("step", ActionJson::step),
        own.integer("number", 0, 0, Integer.MAX_VALUE),
        time,
        root.in("host").requiredParsed("id", HostId::new),
        own.required("type"),
        EventFields.container(root),
        outcome(own, root.in("event").textOr("reason", "")),
        own.parsed("alert", AlertId::new),
        root.in("rule").text("name"),
        own.text("policy"),
        own.text("source"),
        own.text("operator"),
        own.time("undo_at", 0),
        own.flag("dry_run"),
        own.text("evidence"),
        own.has("latency") ? time - own.number("latency", 0) : 0);
  }

  private static Action.Step step(String text) {
    for (Action.Step step : Action.Step.values()) {
      if (step.text().equals(text.toLowerCase(Locale.ROOT))) {
        return step;
      }
    }
    throw new IllegalArgumentException("a step such as applied is expected");
  }

  private static Outcome outcome(Fields own, String detail) throws MalformedJsonException {
    return switch (own.required("outcome")) {
      case "done" -> new Outcome.Done(detail);
      case "skipped" -> new Outcome.Skipped(detail);
      case "refused" -> new Outcome.Refused(detail);
      case "failed" -> new Outcome.Failed(detail);
      default -> throw own.wrong("outcome", "done, skipped, refused or failed");
    };
  }
}
