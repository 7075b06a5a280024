package io.leukocyte.responder;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.leukocyte.engine.ContainerSettings;
import io.leukocyte.engine.NetworkAttachment;
import io.leukocyte.events.ContainerId;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/** How a recycle and a throttle are taken back, as the journal keeps it. */
final class SettingsJson {
  private SettingsJson() {}

  static ObjectNode putBack(Undo.PutBack undo, Function<NetworkAttachment, ObjectNode> write) {
    ObjectNode node = JournalLines.MAPPER.createObjectNode();
    node.put("type", "put-back").put("name", undo.name());
    node.put("fresh", undo.fresh() == null ? null : undo.fresh().value());
    node.set("settings", settings(undo.settings()));
    undo.ports().forEach(node.putArray("ports")::add);
    ArrayNode networks = node.putArray("networks");
    undo.networks().forEach(n -> networks.add(write.apply(n)));
    return node;
  }

  static Undo.PutBack readPutBack(JsonNode node, Function<JsonNode, NetworkAttachment> read) {
    List<Integer> ports = new ArrayList<>();
    node.path("ports").forEach(p -> ports.add(p.asInt()));
    List<NetworkAttachment> networks = new ArrayList<>();
    node.path("networks").forEach(n -> networks.add(read.apply(n)));
    return new Undo.PutBack(
        node.path("name").asText(),
        readSettings(node.path("settings")),
        ports,
        networks,
        node.hasNonNull("fresh") ? new ContainerId(node.path("fresh").asText()) : null);
  }

  static ObjectNode giveBack(Undo.GiveBack undo) {
    ObjectNode node = JournalLines.MAPPER.createObjectNode();
    node.put("type", "give-back").put("egress", undo.egress());
    node.set("settings", settings(undo.settings()));
    return node;
  }

  static Undo.GiveBack readGiveBack(JsonNode node) {
    return new Undo.GiveBack(readSettings(node.path("settings")), node.path("egress").asBoolean());
  }

  private static ObjectNode settings(ContainerSettings s) {
    return JournalLines.MAPPER
        .createObjectNode()
        .put("nanoCpus", s.nanoCpus())
        .put("cpuPeriod", s.cpuPeriod())
        .put("cpuQuota", s.cpuQuota())
        .put("memory", s.memory())
        .put("memorySwap", s.memorySwap())
        .put("pids", s.pids())
        .put("restart", s.restartPolicy())
        .put("retries", s.restartRetries());
  }

  private static ContainerSettings readSettings(JsonNode node) {
    return new ContainerSettings(
        node.path("nanoCpus").asLong(),
        node.path("cpuPeriod").asLong(),
        node.path("cpuQuota").asLong(),
        node.path("memory").asLong(),
        node.path("memorySwap").asLong(),
        node.path("pids").asLong(),
        node.path("restart").asText("no"),
        node.path("retries").asInt());
  }
}
