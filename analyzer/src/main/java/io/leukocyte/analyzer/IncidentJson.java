package io.leukocyte.analyzer;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.leukocyte.events.AlertId;
import io.leukocyte.events.ContainerId;
import io.leukocyte.events.ContainerRef;
import io.leukocyte.events.EventId;
import io.leukocyte.events.HostId;
import io.leukocyte.events.IncidentId;
import io.leukocyte.events.Priority;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** An incident as the ECS document of the topic of incidents; docs/detection.md has its keys. */
public final class IncidentJson {
  private static final String ECS_VERSION = "9.0.0";
  private static final ObjectMapper MAPPER = JsonMapper.builder().build();
  private static final DateTimeFormatter TIME =
      new DateTimeFormatterBuilder().appendInstant(9).toFormatter();
  private static final long SECOND = 1_000_000_000L;

  private IncidentJson() {}

  /** The document, UTF-8. */
  public static byte[] write(Incident incident) {
    ObjectNode root = object();
    root.put("@timestamp", time(incident.updated()));
    root.put("message", message(incident));
    root.putObject("ecs").put("version", ECS_VERSION);
    ObjectNode event = root.putObject("event");
    event.put("id", incident.id().value());
    event.put("kind", "event");
    event.putArray("category").add("intrusion_detection");
    event.putArray("type").add("info");
    event.put("action", state(incident));
    event.put("module", "leukocyte");
    event.put("dataset", "leukocyte.incidents");
    event.put("provider", "analyzer");
    event.put("start", time(incident.started()));
    event.put("end", time(incident.updated()));
    event.put("severity", incident.priority().severity());
    ObjectNode host = root.putObject("host");
    host.put("id", incident.host().value());
    putIfPresent(host, "hostname", incident.hostname());
    putIfPresent(host, "name", incident.hostname());
    root.set("container", container(incident.container()));
    root.putObject("observer")
        .put("vendor", "Leukocyte")
        .put("product", "Leukocyte")
        .put("type", "ids");
    root.putObject("leukocyte").set("incident", body(incident));
    return root.toString().getBytes(StandardCharsets.UTF_8);
  }

  private static String message(Incident incident) {
    String name = incident.container().name();
    return incident.alerts()
        + (incident.alerts() == 1 ? " alert of " : " alerts of ")
        + (name.isEmpty() ? incident.container().id().brief() : name);
  }

  private static String state(Incident incident) {
    return incident.state().name().toLowerCase(Locale.ROOT);
  }

  /** Grows with each publication: matches are only ever added, and closed is the end. */
  private static long version(Incident incident) {
    return 2 * incident.matches()
        + switch (incident.state()) {
          case OPEN -> 0;
          case CLOSED -> 1;
        };
  }

  private static ObjectNode object() {
    return JsonNodeFactory.instance.objectNode();
  }

  private static void putIfPresent(ObjectNode node, String name, @Nullable String text) {
    if (text != null) {
      node.put(name, text);
    }
  }

  private static ObjectNode container(ContainerRef ref) {
    ObjectNode container = object();
    container.put("id", ref.id().value());
    container.put("name", ref.name());
    ObjectNode image = container.putObject("image");
    image.put("name", ref.image());
    if (ref.tag() != null) {
      image.putArray("tag").add(ref.tag());
    }
    if (ref.digest() != null) {
      image.putObject("hash").putArray("all").add(ref.digest());
    }
    container.putObject("security_context").put("privileged", ref.privileged());
    return container;
  }

  private static ObjectNode body(Incident incident) {
    ObjectNode body = object();
    body.put("id", incident.id().value());
    body.put("version", version(incident));
    body.put("state", state(incident));
    body.put("priority", incident.priority().text());
    body.put("alerts", incident.alerts());
    body.put("matches", incident.matches());
    ArrayNode rules = body.putArray("rules");
    incident.timeline().stream().map(Incident.Entry::rule).distinct().forEach(rules::add);
    ArrayNode timeline = body.putArray("timeline");
    incident.timeline().forEach(entry -> timeline.add(entry(entry)));
    body.put("omitted", incident.omitted());
    return body;
  }

  private static ObjectNode entry(Incident.Entry entry) {
    ObjectNode node = object();
    node.put("alert", entry.alert().value());
    node.put("rule", entry.rule());
    node.put("priority", entry.priority().text());
    ArrayNode groupBy = node.putArray("group_by");
    entry.groupBy().forEach(groupBy::add);
    node.put("count", entry.count());
    node.put("first", time(entry.first()));
    node.put("last", time(entry.last()));
    ArrayNode first = node.putArray("first_causes");
    entry.firstCauses().forEach(id -> first.add(id.toString()));
    ArrayNode last = node.putArray("last_causes");
    entry.lastCauses().forEach(id -> last.add(id.toString()));
    return node;
  }

  /**
   * The incident of a document.
   *
   * @throws IllegalArgumentException when the bytes are not such a document; the message names the
   *     field
   */
  public static Incident read(byte[] json) {
    JsonNode root;
    try {
      root = MAPPER.readTree(json);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException("Not an incident: " + e.getOriginalMessage(), e);
    } catch (IOException e) {
      throw new IllegalArgumentException("Not an incident: " + e.getMessage(), e);
    }
    JsonNode body = at(at(root, "leukocyte"), "incident");
    JsonNode event = at(root, "event");
    JsonNode host = at(root, "host");
    List<Incident.Entry> timeline = new ArrayList<>();
    at(body, "timeline").forEach(entry -> timeline.add(readEntry(entry)));
    return new Incident(
        new IncidentId(text(body, "id")),
        new HostId(text(host, "id")),
        host.path("hostname").textValue(),
        readContainer(at(root, "container")),
        Incident.State.valueOf(text(body, "state").toUpperCase(Locale.ROOT)),
        priority(body),
        nanos(event, "start"),
        nanos(event, "end"),
        at(body, "alerts").asLong(),
        at(body, "matches").asLong(),
        timeline,
        at(body, "omitted").asLong());
  }

  private static ContainerRef readContainer(JsonNode node) {
    JsonNode image = node.path("image");
    return new ContainerRef(
        new ContainerId(text(node, "id")),
        node.path("name").asText(""),
        image.path("name").asText(""),
        image.path("tag").path(0).textValue(),
        image.path("hash").path("all").path(0).textValue(),
        node.path("security_context").path("privileged").asBoolean());
  }

  private static Incident.Entry readEntry(JsonNode node) {
    List<String> groupBy = new ArrayList<>();
    node.path("group_by").forEach(value -> groupBy.add(value.asText()));
    return new Incident.Entry(
        new AlertId(text(node, "alert")),
        text(node, "rule"),
        priority(node),
        groupBy,
        at(node, "count").asLong(),
        nanos(node, "first"),
        nanos(node, "last"),
        ids(node, "first_causes"),
        ids(node, "last_causes"));
  }

  private static List<EventId> ids(JsonNode node, String name) {
    List<EventId> ids = new ArrayList<>();
    node.path(name).forEach(id -> ids.add(EventId.parse(id.asText())));
    return ids;
  }

  private static JsonNode at(JsonNode node, String name) {
    JsonNode found = node.get(name);
    if (found == null) {
      throw new IllegalArgumentException("Not an incident: " + name + " is missing");
    }
    return found;
  }

  private static String text(JsonNode node, String name) {
    String text = at(node, name).textValue();
    if (text == null) {
      throw new IllegalArgumentException("Not an incident: " + name + " is not a text");
    }
    return text;
  }

  private static Priority priority(JsonNode node) {
    String text = text(node, "priority");
    return Priority.parse(text)
        .orElseThrow(
            () -> new IllegalArgumentException("Not an incident: priority '" + text + "'"));
  }

  private static String time(long nanos) {
    return TIME.format(
        Instant.ofEpochSecond(Math.floorDiv(nanos, SECOND), Math.floorMod(nanos, SECOND)));
  }

  private static long nanos(JsonNode node, String name) {
    try {
      Instant instant = Instant.parse(text(node, name));
      return Math.addExact(Math.multiplyExact(instant.getEpochSecond(), SECOND), instant.getNano());
    } catch (DateTimeException | ArithmeticException e) {
      throw new IllegalArgumentException("Not an incident: " + name + " is not a time", e);
    }
  }
}
