package io.leukocyte.responder;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.leukocyte.events.ActionId;
import io.leukocyte.events.AlertId;
import io.leukocyte.events.ContainerId;
import io.leukocyte.events.HostId;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.format.DateTimeParseException;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/** Records of the topic of permits as JSON objects; unknown keys are left alone. */
final class PermitJson {
  private PermitJson() {}

  static byte[] write(PermitRecord record) {
    ObjectNode node = JournalLines.MAPPER.createObjectNode();
    switch (record) {
      case PermitRecord.Request r -> request(node.put("permit", "request"), r);
      case PermitRecord.Turn r ->
          node.put("permit", "turn")
              .put("id", r.id().value())
              .put("service", r.service())
              .put("container", r.container().value())
              .put("action", r.action().value());
      case PermitRecord.Returned r -> node.put("permit", "returned").put("id", r.id().value());
      case PermitRecord.Ended r -> node.put("permit", "ended").put("id", r.id().value());
      case PermitRecord.Census r -> census(node.put("permit", "census"), r);
    }
    node.put("host", record.host().value());
    return node.toString().getBytes(StandardCharsets.UTF_8);
  }

  private static void request(ObjectNode node, PermitRecord.Request r) {
    node.put("id", r.id().value())
        .put("policy", r.policy())
        .put("alert", r.alert().value())
        .put("container", r.container().value())
        .put("containers", r.containers())
        .put("per", r.per().toString())
        .put("share", r.share())
        .put("dry_run", r.dryRun());
    r.service()
        .ifPresent(
            service -> node.put("service", service.name()).put("replicas", service.replicas()));
  }

  private static void census(ObjectNode node, PermitRecord.Census r) {
    ObjectNode services = node.putObject("services");
    new TreeMap<>(r.services())
        .forEach((name, replicas) -> {
          ObjectNode service = services.putObject(name).put("replicas", replicas.count());
          ArrayNode held = service.putArray("held");
          replicas.held().stream().map(ContainerId::value).sorted().forEach(held::add);
        });
  }

  /**
   * Reads a record.
   *
   * @throws IllegalArgumentException when it is none; the message is one clause
   */
  static PermitRecord read(byte[] bytes) {
    JsonNode node = tree(bytes);
    HostId host = new HostId(text(node, "host"));
    String kind = text(node, "permit");
    return switch (kind) {
      case "request" -> readRequest(node, host);
      case "turn" ->
          new PermitRecord.Turn(
              new ActionId(text(node, "id")),
              text(node, "service"),
              host,
              new ContainerId(text(node, "container")),
              new ActionId(text(node, "action")));
      case "returned" -> new PermitRecord.Returned(new ActionId(text(node, "id")), host);
      case "ended" -> new PermitRecord.Ended(new ActionId(text(node, "id")), host);
      case "census" -> new PermitRecord.Census(host, readServices(node.path("services")));
      default -> throw new IllegalArgumentException("no kind of permit that is known");
    };
  }

  private static JsonNode tree(byte[] bytes) {
    try {
      return JournalLines.MAPPER.readTree(bytes);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException("not JSON: " + e.getOriginalMessage(), e);
    } catch (IOException e) {
      throw new IllegalArgumentException("not JSON: " + e.getMessage(), e);
    }
  }

  private static PermitRecord.Request readRequest(JsonNode node, HostId host) {
    return new PermitRecord.Request(
        new ActionId(text(node, "id")),
        text(node, "policy"),
        host,
        new AlertId(text(node, "alert")),
        new ContainerId(text(node, "container")),
        whole(node, "containers"),
        duration(node, "per"),
        whole(node, "share"),
        node.hasNonNull("service")
            ? Optional.of(new PermitRecord.Service(text(node, "service"), whole(node, "replicas")))
            : Optional.empty(),
        node.path("dry_run").asBoolean());
  }

  private static Map<String, PermitRecord.Replicas> readServices(JsonNode node) {
    Map<String, PermitRecord.Replicas> services = new TreeMap<>();
    for (Map.Entry<String, JsonNode> entry : node.properties()) {
      Set<ContainerId> held = new HashSet<>();
      entry.getValue().path("held").forEach(id -> held.add(new ContainerId(id.asText())));
      services.put(
          entry.getKey(), new PermitRecord.Replicas(whole(entry.getValue(), "replicas"), held));
    }
    return services;
  }

  private static String text(JsonNode node, String key) {
    JsonNode value = node.get(key);
    if (value == null || !value.isTextual()) {
      throw new IllegalArgumentException("no text '" + key + "'");
    }
    return value.textValue();
  }

  private static int whole(JsonNode node, String key) {
    JsonNode value = node.get(key);
    if (value == null || !value.canConvertToInt() || value.intValue() < 0) {
      throw new IllegalArgumentException("no number '" + key + "'");
    }
    return value.intValue();
  }

  private static Duration duration(JsonNode node, String key) {
    try {
      Duration duration = Duration.parse(text(node, key));
      if (duration.isNegative() || duration.compareTo(PermitLedger.MEMORY) > 0) {
        throw new IllegalArgumentException("'" + key + "' is out of bounds");
      }
      return duration;
    } catch (DateTimeParseException e) {
      throw new IllegalArgumentException("'" + key + "' is no duration", e);
    }
  }
}
