package io.leukocyte.engine;

import com.fasterxml.jackson.databind.JsonNode;
import io.leukocyte.events.ContainerId;
import io.leukocyte.events.ContainerLifecycle;
import io.leukocyte.events.ContainerRef;
import io.leukocyte.events.Text;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Events of the engine as events of a container. */
final class DockerEvents {
  private static final int MAX_ATTRIBUTES = 64;
  private static final int MAX_VALUE = 1024;
  private static final List<String> ENGINES_OWN =
      List.of("image", "name", "signal", "execID", "execDuration", "oldName");

  private DockerEvents() {}

  /** What makes an event the same as another one. */
  record Key(long time, String type, String action, String actor, String container) {
    static Key of(JsonNode event) {
      JsonNode actor = event.path("Actor");
      return new Key(
          DockerEvents.time(event),
          event.path("Type").asText(""),
          event.path("Action").asText(""),
          actor.path("ID").asText(""),
          actor.path("Attributes").path("container").asText(""));
    }
  }

  /** Unix nanoseconds. */
  static long time(JsonNode event) {
    long nanos = event.path("timeNano").asLong(0);
    return nanos > 0 ? nanos : event.path("time").asLong(0) * 1_000_000_000L;
  }

  /** The event of a container; empty when it is about something else. */
  static Optional<ContainerLifecycle> read(JsonNode event) {
    JsonNode actor = event.path("Actor");
    return switch (event.path("Type").asText("")) {
      case "container" -> ofContainer(event, actor);
      case "network" -> ofNetwork(event, actor);
      default -> Optional.empty();
    };
  }

  private static Optional<ContainerLifecycle> ofContainer(JsonNode event, JsonNode actor) {
    String id = actor.path("ID").asText("");
    if (!ContainerId.isWellFormed(id)) {
      return Optional.empty();
    }
    JsonNode given = actor.path("Attributes");
    ImageName image = ImageName.parse(given.path("image").asText(""), null);
    ContainerRef container =
        new ContainerRef(
            new ContainerId(id),
            name(given.path("name").asText("")),
            image.repository(),
            image.tag(),
            null,
            false);
    SortedMap<String, String> attributes = attributes(given);
    String action = event.path("Action").asText("");
    int colon = action.indexOf(':');
    if (colon > 0) {
      String detail = Text.clip(action.substring(colon + 1).strip(), MAX_VALUE - 1);
      action = action.substring(0, colon);
      attributes.put(action.equals("health_status") ? "health" : "command", detail);
    }
    return Optional.of(
        new ContainerLifecycle(
            time(event), container, action, exitCode(action, given), attributes));
  }

  private static Optional<ContainerLifecycle> ofNetwork(JsonNode event, JsonNode actor) {
    JsonNode given = actor.path("Attributes");
    String id = given.path("container").asText("");
    if (!ContainerId.isWellFormed(id)) {
      return Optional.empty();
    }
    SortedMap<String, String> attributes = new TreeMap<>();
    attributes.put("network", clip(given.path("name").asText("")));
    attributes.put("networkId", clip(actor.path("ID").asText("")));
    attributes.put("type", clip(given.path("type").asText("")));
    return Optional.of(
        new ContainerLifecycle(
            time(event),
            ContainerRef.unknown(new ContainerId(id)),
            event.path("Action").asText(""),
            null,
            attributes));
  }

  private static @Nullable Integer exitCode(String action, JsonNode attributes) {
    JsonNode code = attributes.path("exitCode");
    return (action.equals("die") || action.equals("exec_die")) && !code.isMissingNode()
        ? (Integer) code.asInt()
        : null;
  }

  /** The engine's own attributes and, as far as there is room, the container's labels. */
  private static SortedMap<String, String> attributes(JsonNode given) {
    SortedMap<String, String> attributes = new TreeMap<>();
    List<Map.Entry<String, JsonNode>> labels = new ArrayList<>();
    for (Map.Entry<String, JsonNode> entry : given.properties()) {
      if (ENGINES_OWN.contains(entry.getKey())) {
        attributes.put(entry.getKey(), clip(entry.getValue().asText("")));
      } else if (!entry.getKey().equals("exitCode")) {
        labels.add(entry);
      }
    }
    labels.sort(Map.Entry.comparingByKey());
    for (Map.Entry<String, JsonNode> label : labels) {
      if (attributes.size() < MAX_ATTRIBUTES - 1) {
        attributes.put(clip(label.getKey()), clip(label.getValue().asText("")));
      }
    }
    return attributes;
  }

  private static String clip(String value) {
    return Text.clip(value, MAX_VALUE - 1);
  }

  /** Without the slash that the engine puts before it. */
  static String name(String name) {
    return name.startsWith("/") ? name.substring(1) : name;
  }
}
