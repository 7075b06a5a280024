package io.leukocyte.analyzer;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.leukocyte.events.ContainerId;
import io.leukocyte.events.EventId;
import io.leukocyte.events.EventJson;
import io.leukocyte.events.MalformedJsonException;
import io.leukocyte.events.Observed;
import io.leukocyte.rules.Occurrence;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The form of the topic of matches: one JSON object, the event in its JSON form under {@code
 * cause}. The key is a list of the correlation's name and the group's values. A record stays below
 * what Kafka takes: texts of a huge event are cut, and labels beyond a bound left out.
 */
final class FleetMatchJson {
  /** Bytes of an event: with all the rest a record stays below what Kafka takes. */
  private static final int MOST_OF_CAUSE = 384 << 10;

  /** Characters of labels, of which each may become six bytes. */
  private static final int MOST_OF_LABELS = 32 << 10;

  private static final ObjectMapper MAPPER = new ObjectMapper();

  private FleetMatchJson() {}

  /** The record's key: all matches of a group come to one partition. */
  static byte[] key(FleetMatch match) {
    ArrayNode key = MAPPER.createArrayNode();
    key.add(match.occurrence().correlation());
    match.occurrence().group().forEach(key::add);
    return bytes(key);
  }

  static byte[] write(FleetMatch match) {
    Occurrence occurrence = match.occurrence();
    ObjectNode root = MAPPER.createObjectNode();
    root.put("correlation", occurrence.correlation());
    root.put("rule", occurrence.rule());
    ArrayNode group = root.putArray("group");
    occurrence.group().forEach(group::add);
    put(root, "value", occurrence.value());
    root.put("time", occurrence.time());
    root.put("id", occurrence.id().toString());
    ContainerId container = occurrence.container();
    put(root, "container", container == null ? null : container.value());
    root.put("output", occurrence.output());
    ArrayNode fields = root.putArray("fields");
    occurrence.fields().forEach(fields::add);
    origin(root, match.hostname(), match.labels(), match.cause());
    return bytes(root);
  }

  static ObjectNode object() {
    return MAPPER.createObjectNode();
  }

  /** Adds where an event comes from, and the event, within bounds. */
  static void origin(
      ObjectNode root,
      @Nullable String hostname,
      SortedMap<String, String> ofContainer,
      Observed event) {
    put(root, "hostname", hostname);
    ObjectNode labels = root.putObject("labels");
    int room = MOST_OF_LABELS;
    for (Map.Entry<String, String> label : ofContainer.entrySet()) {
      room -= label.getKey().length() + label.getValue().length();
      if (room >= 0) {
        labels.put(label.getKey(), label.getValue());
      }
    }
    try {
      byte[] cause = EventJson.writeWithin(event, MOST_OF_CAUSE);
      root.set("cause", MAPPER.readTree(cause));
    } catch (IOException e) {
      throw new UncheckedIOException("An event just written cannot be read", e);
    }
  }

  private static void put(ObjectNode node, String name, @Nullable String text) {
    if (text != null) {
      node.put(name, text);
    }
  }

  static byte[] bytes(JsonNode node) {
    try {
      return MAPPER.writeValueAsBytes(node);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("A tree can always be written", e);
    }
  }

  /**
   * The match of a record.
   *
   * @throws IllegalArgumentException when the bytes are none; the message names the field
   */
  static FleetMatch read(byte[] json) {
    return read(tree(json));
  }

  /**
   * The object of a record.
   *
   * @throws IllegalArgumentException when the bytes are none
   */
  static JsonNode tree(byte[] json) {
    JsonNode root;
    try {
      root = MAPPER.readTree(json);
    } catch (IOException e) {
      throw new IllegalArgumentException("Not a match: it is no JSON", e);
    }
    if (!(root instanceof ObjectNode)) {
      throw new IllegalArgumentException("Not a match: it is no JSON object");
    }
    return root;
  }

  /** The match of a record's object. */
  @SuppressWarnings("NullAway") // what the elements of a record's list may be is not seen from here
  static FleetMatch read(JsonNode root) {
    List<String> group = new ArrayList<>();
    root.path("group").forEach(value -> group.add(value.asText()));
    List<@Nullable String> fields = new ArrayList<>();
    root.path("fields").forEach(value -> fields.add(value.textValue()));
    String container = root.path("container").textValue();
    Occurrence occurrence =
        new Occurrence(
            text(root, "correlation"),
            text(root, "rule"),
            group,
            root.path("value").textValue(),
            root.path("time").asLong(),
            EventId.parse(text(root, "id")),
            container == null ? null : new ContainerId(container),
            text(root, "output"),
            fields);
    SortedMap<String, String> labels = new TreeMap<>();
    root.path("labels").properties().forEach(l -> labels.put(l.getKey(), l.getValue().asText()));
    return new FleetMatch(
        occurrence, cause(root.path("cause")), root.path("hostname").textValue(), labels);
  }

  static Observed cause(JsonNode node) {
    try {
      return EventJson.read(bytes(node));
    } catch (MalformedJsonException e) {
      throw new IllegalArgumentException("Not a match: cause." + e.getMessage(), e);
    }
  }

  static String text(JsonNode node, String name) {
    String text = node.path(name).textValue();
    if (text == null) {
      throw new IllegalArgumentException("Not a match: " + name + " is not a text");
    }
    return text;
  }
}
