package io.leukocyte.responder;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.leukocyte.engine.NetworkAttachment;
import io.leukocyte.events.Action;
import io.leukocyte.events.ActionId;
import io.leukocyte.events.AlertId;
import io.leukocyte.events.ContainerId;
import io.leukocyte.events.ContainerRef;
import io.leukocyte.events.HostId;
import io.leukocyte.events.Outcome;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Entries of the journal as JSON objects, each with one key that says what it is. */
final class JournalJson {
  private JournalJson() {}

  static ObjectNode write(JournalEntry entry) {
    ObjectNode node = object();
    switch (entry) {
      case JournalEntry.Steps e -> {
        ArrayNode steps = node.putArray("steps");
        e.steps().forEach(step -> steps.add(step(step)));
      }
      case JournalEntry.Prepared e -> {
        ObjectNode body = node.putObject("prepared").put("id", e.id().value()).put("way", e.way());
        body.set("undo", undo(e.undo()));
      }
      case JournalEntry.Undoing e ->
          node.putObject("undoing").put("id", e.id().value()).put("operator", e.operator());
      case JournalEntry.Read e ->
          node.putObject("read").put("partition", e.partition()).put("offset", e.offset());
      case JournalEntry.Published e -> node.put("published", e.through());
      case JournalEntry.Halted e ->
          node.putObject("halted")
              .put("operator", e.halt().operator())
              .put("reason", e.halt().reason())
              .put("since", e.halt().since());
      case JournalEntry.Resumed e -> node.put("resumed", true);
      case JournalEntry.Answered e -> {
        ObjectNode body = node.putObject("answered").put("expires", e.expires());
        body.put("order", e.order() == null ? null : e.order().value());
        body.set("action", action(e.action()));
      }
      case JournalEntry.Ordered e ->
          node.putObject("ordered").put("order", e.order().value()).put("expires", e.expires());
      case JournalEntry.OrdersRead e ->
          node.putObject("ordersRead").put("partition", e.partition()).put("offset", e.offset());
      case JournalEntry.MarkedFalse e -> node.set("markedFalse", e.alarm().json());
      case JournalEntry.Kept e -> node.set("kept", state(e.state()));
      case JournalEntry.Unpublished e -> node.set("unpublished", action(e.action()));
    }
    return node;
  }

  /**
   * Reads an entry.
   *
   * @throws IllegalArgumentException when it is none of this version
   */
  static JournalEntry read(ObjectNode node) {
    String kind = node.properties().stream().findFirst().map(Map.Entry::getKey).orElse("");
    JsonNode body = node.path(kind);
    return switch (kind) {
      case "steps" -> {
        List<JournalStep> steps = new ArrayList<>();
        body.forEach(step -> steps.add(readStep(step)));
        yield new JournalEntry.Steps(steps);
      }
      case "prepared" ->
          new JournalEntry.Prepared(
              new ActionId(text(body, "id")), readUndo(body.path("undo")), text(body, "way"));
      case "undoing" ->
          new JournalEntry.Undoing(new ActionId(text(body, "id")), nullable(body, "operator"));
      case "read" ->
          new JournalEntry.Read(body.path("partition").asInt(), body.path("offset").asLong());
      case "published" -> new JournalEntry.Published(body.asLong());
      case "halted" ->
          new JournalEntry.Halted(
              new Halt(text(body, "operator"), text(body, "reason"), body.path("since").asLong()));
      case "resumed" -> new JournalEntry.Resumed();
      case "answered" -> {
        String order = nullable(body, "order");
        yield new JournalEntry.Answered(
            readAction(body.path("action")),
            order == null ? null : new ActionId(order),
            body.path("expires").asLong());
      }
      case "ordered" ->
          new JournalEntry.Ordered(
              new ActionId(text(body, "order")), body.path("expires").asLong());
      case "ordersRead" ->
          new JournalEntry.OrdersRead(body.path("partition").asInt(), body.path("offset").asLong());
      case "markedFalse" -> new JournalEntry.MarkedFalse(FalseAlarm.read(body));
      case "kept" -> new JournalEntry.Kept(readState(body));
      case "unpublished" -> new JournalEntry.Unpublished(readAction(body));
      default -> throw new IllegalArgumentException("No entry of a journal: " + kind);
    };
  }

  private static ObjectNode object() {
    return JournalLines.MAPPER.createObjectNode();
  }

  private static String text(JsonNode node, String key) {
    JsonNode value = node.get(key);
    if (value == null || !value.isTextual()) {
      throw new IllegalArgumentException("No text " + key + " in " + node);
    }
    return value.textValue();
  }

  private static @Nullable String nullable(JsonNode node, String key) {
    return node.hasNonNull(key) ? text(node, key) : null;
  }

  private static <E extends Enum<E>> E constant(Class<E> type, JsonNode node, String key) {
    return Enum.valueOf(type, text(node, key).toUpperCase(Locale.ROOT));
  }

  private static String word(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT);
  }

  private static ObjectNode step(JournalStep step) {
    ObjectNode node =
        object()
            .put("phase", word(step.phase()))
            .put("alert", step.alert())
            .put("latest", step.latest());
    node.set("action", action(step.action()));
    node.set("response", ResponseJson.write(step.response()));
    FlowJson.write(node, step.flow());
    return node;
  }

  private static JournalStep readStep(JsonNode node) {
    return new JournalStep(
        readAction(node.path("action")),
        constant(ActionState.Phase.class, node, "phase"),
        ResponseJson.read(node.path("response")),
        nullable(node, "alert"),
        node.path("latest").asLong(),
        FlowJson.read(node));
  }

  private static ObjectNode state(ActionState state) {
    ObjectNode node =
        object()
            .put("since", state.since())
            .put("begun", state.begun())
            .put("phase", word(state.phase()))
            .put("way", state.way())
            .put("operator", state.operator())
            .put("alert", state.alert())
            .put("latest", state.latest());
    node.set("last", action(state.last()));
    node.set("response", ResponseJson.write(state.response()));
    node.set("undo", state.undo() == null ? null : undo(state.undo()));
    FlowJson.write(node, state.flow());
    return node;
  }

  private static ActionState readState(JsonNode node) {
    return new ActionState(
        readAction(node.path("last")),
        node.path("since").asLong(),
        node.path("begun").asBoolean(),
        ResponseJson.read(node.path("response")),
        constant(ActionState.Phase.class, node, "phase"),
        node.hasNonNull("undo") ? readUndo(node.path("undo")) : null,
        text(node, "way"),
        nullable(node, "operator"),
        nullable(node, "alert"),
        node.path("latest").asLong(),
        FlowJson.read(node));
  }

  private static ObjectNode action(Action a) {
    ObjectNode node =
        object()
            .put("id", a.id().value())
            .put("step", word(a.step()))
            .put("number", a.number())
            .put("time", a.time())
            .put("host", a.host().value())
            .put("type", a.type())
            .put("alert", a.alert() == null ? null : a.alert().value())
            .put("rule", a.rule())
            .put("policy", a.policy())
            .put("source", a.source())
            .put("operator", a.operator())
            .put("undoAt", a.undoAt())
            .put("dryRun", a.dryRun())
            .put("evidence", a.evidence());
    if (a.alertedAt() != 0) {
      node.put("alertedAt", a.alertedAt());
    }
    node.set("target", a.target() == null ? null : container(a.target()));
    node.set("outcome", outcome(a.outcome()));
    return node;
  }

  private static Action readAction(JsonNode node) {
    String alert = nullable(node, "alert");
    return new Action(
        new ActionId(text(node, "id")),
        constant(Action.Step.class, node, "step"),
        node.path("number").asInt(),
        node.path("time").asLong(),
        new HostId(text(node, "host")),
        text(node, "type"),
        node.hasNonNull("target") ? readContainer(node.path("target")) : null,
        readOutcome(node.path("outcome")),
        alert == null ? null : new AlertId(alert),
        nullable(node, "rule"),
        nullable(node, "policy"),
        nullable(node, "source"),
        nullable(node, "operator"),
        node.path("undoAt").asLong(),
        node.path("dryRun").asBoolean(),
        nullable(node, "evidence"),
        node.path("alertedAt").asLong());
  }

  private static ObjectNode container(ContainerRef ref) {
    return object()
        .put("id", ref.id().value())
        .put("name", ref.name())
        .put("image", ref.image())
        .put("tag", ref.tag())
        .put("digest", ref.digest())
        .put("privileged", ref.privileged());
  }

  private static ContainerRef readContainer(JsonNode node) {
    return new ContainerRef(
        new ContainerId(text(node, "id")),
        text(node, "name"),
        text(node, "image"),
        nullable(node, "tag"),
        nullable(node, "digest"),
        node.path("privileged").asBoolean());
  }

  private static ObjectNode outcome(Outcome outcome) {
    return switch (outcome) {
      case Outcome.Done o -> object().put("done", o.detail());
      case Outcome.Skipped o -> object().put("skipped", o.reason());
      case Outcome.Refused o -> object().put("refused", o.reason());
      case Outcome.Failed o -> object().put("failed", o.problem());
    };
  }

  private static Outcome readOutcome(JsonNode node) {
    if (node.has("done")) {
      return new Outcome.Done(text(node, "done"));
    }
    if (node.has("skipped")) {
      return new Outcome.Skipped(text(node, "skipped"));
    }
    if (node.has("refused")) {
      return new Outcome.Refused(text(node, "refused"));
    }
    return new Outcome.Failed(text(node, "failed"));
  }

  private static ObjectNode undo(Undo undo) {
    return switch (undo) {
      case Undo.OpenFilter u -> ScopeJson.write(u.scope(), object().put("type", "open-filter"));
      case Undo.Unpause u -> object().put("type", "unpause");
      case Undo.Start u ->
          object().put("type", "start").put("instance", u.instance()).put("wanted", u.wanted());
      case Undo.Reconnect u -> {
        ObjectNode node = object().put("type", "reconnect");
        ArrayNode networks = node.putArray("networks");
        u.attachments().forEach(a -> networks.add(attachment(a)));
        yield node;
      }
      case Undo.PutBack u -> SettingsJson.putBack(u, JournalJson::attachment);
      case Undo.GiveBack u -> SettingsJson.giveBack(u);
      case Undo.Ended u ->
          object().put("type", "ended").put("pid", u.pid()).put("ticks", u.ticks());
      case Undo.Unblock u -> object().put("type", "unblock").put("digest", u.digest());
      case Undo.Ran u -> object().put("type", "ran").put("sidecar", u.sidecar());
      case Undo.TakeAwayWaf u -> WafJson.undo(u).put("type", "take-away-waf");
    };
  }

  private static Undo readUndo(JsonNode node) {
    String type = text(node, "type");
    return switch (type) {
      case "open-filter" -> new Undo.OpenFilter(ScopeJson.read(node));
      case "unpause" -> new Undo.Unpause();
      case "start" ->
          new Undo.Start(node.path("instance").asLong(), node.path("wanted").asBoolean());
      case "reconnect" -> {
        List<NetworkAttachment> attachments = new ArrayList<>();
        node.path("networks").forEach(a -> attachments.add(readAttachment(a)));
        yield new Undo.Reconnect(attachments);
      }
      case "put-back" -> SettingsJson.readPutBack(node, JournalJson::readAttachment);
      case "give-back" -> SettingsJson.readGiveBack(node);
      case "ended" -> new Undo.Ended(node.path("pid").asInt(), node.path("ticks").asLong());
      case "unblock" -> new Undo.Unblock(text(node, "digest"));
      case "ran" -> new Undo.Ran(text(node, "sidecar"));
      case "take-away-waf" -> WafJson.readUndo(node);
      default -> throw new IllegalArgumentException("Unknown way back: " + type);
    };
  }

  private static ObjectNode attachment(NetworkAttachment a) {
    ObjectNode node =
        object()
            .put("network", a.networkId())
            .put("name", a.networkName())
            .put("address", a.address())
            .put("address6", a.address6())
            .put("mac", a.mac());
    a.aliases().forEach(node.putArray("aliases")::add);
    a.links().forEach(node.putArray("links")::add);
    ObjectNode options = node.putObject("options");
    a.driverOptions().forEach(options::put);
    return node;
  }

  private static NetworkAttachment readAttachment(JsonNode node) {
    TreeMap<String, String> options = new TreeMap<>();
    node.path("options").properties().forEach(e -> options.put(e.getKey(), e.getValue().asText()));
    return new NetworkAttachment(
        text(node, "network"),
        text(node, "name"),
        nullable(node, "address"),
        nullable(node, "address6"),
        nullable(node, "mac"),
        texts(node.path("aliases")),
        texts(node.path("links")),
        options);
  }

  private static List<String> texts(JsonNode array) {
    List<String> texts = new ArrayList<>();
    array.forEach(item -> texts.add(item.asText()));
    return texts;
  }
}
