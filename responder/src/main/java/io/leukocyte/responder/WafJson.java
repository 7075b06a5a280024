package io.leukocyte.responder;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/** A web application firewall, and how it is taken away, as the journal keeps them. */
final class WafJson {
  private WafJson() {}

  static ObjectNode write(Waf waf) {
    WafOptions options = waf.options();
    ObjectNode node =
        JournalLines.MAPPER
            .createObjectNode()
            .put("image", options.image())
            .put("paranoia", options.paranoia())
            .put("mode", word(options.mode()))
            .put("established", word(options.established()))
            .put("onDeath", word(options.onDeath()))
            .put("drain", options.drain().toString());
    options.ports().forEach(node.putArray("ports")::add);
    ArrayNode block = node.putArray("block");
    options.block().stream().map(WafJson::word).sorted().forEach(block::add);
    waf.blocked().addresses().forEach(node.putArray("addresses")::add);
    waf.blocked().paths().forEach(node.putArray("paths")::add);
    return node;
  }

  /**
   * Reads one.
   *
   * @throws IllegalArgumentException when it is none of this version
   */
  static Waf read(JsonNode node, Optional<Duration> length) {
    List<Integer> ports = new ArrayList<>();
    node.path("ports").forEach(port -> ports.add(port.asInt()));
    Set<WafOptions.Block> block = EnumSet.noneOf(WafOptions.Block.class);
    node.path("block").forEach(b -> block.add(constant(WafOptions.Block.class, b)));
    WafOptions options =
        new WafOptions(
            node.path("image").asText(),
            node.path("paranoia").asInt(),
            constant(WafOptions.Mode.class, node.path("mode")),
            ports,
            constant(WafOptions.Established.class, node.path("established")),
            constant(WafOptions.OnDeath.class, node.path("onDeath")),
            duration(node.path("drain")),
            block);
    return new Waf(
        options, new Blocked(texts(node.path("addresses")), texts(node.path("paths"))), length);
  }

  static ObjectNode undo(Undo.TakeAwayWaf undo) {
    ObjectNode node =
        JournalLines.MAPPER
            .createObjectNode()
            .put("drain", undo.drain().toString())
            .put("instance", undo.instance());
    ArrayNode fronts = node.putArray("fronts");
    for (Undo.TakeAwayWaf.Front front : undo.fronts()) {
      fronts
          .addObject()
          .put("port", front.port())
          .put("listen", front.listen())
          .put("sidecar", front.sidecar());
    }
    return node;
  }

  static Undo.TakeAwayWaf readUndo(JsonNode node) {
    List<Undo.TakeAwayWaf.Front> fronts = new ArrayList<>();
    for (JsonNode front : node.path("fronts")) {
      fronts.add(
          new Undo.TakeAwayWaf.Front(
              front.path("port").asInt(),
              front.path("listen").asInt(),
              front.path("sidecar").asText()));
    }
    return new Undo.TakeAwayWaf(
        fronts, duration(node.path("drain")), node.path("instance").asLong());
  }

  private static String word(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT);
  }

  private static <E extends Enum<E>> E constant(Class<E> type, JsonNode node) {
    return Enum.valueOf(type, node.asText().toUpperCase(Locale.ROOT));
  }

  private static Duration duration(JsonNode node) {
    try {
      return Duration.parse(node.asText());
    } catch (DateTimeParseException e) {
      throw new IllegalArgumentException("Not a duration: " + node, e);
    }
  }

  private static List<String> texts(JsonNode array) {
    List<String> texts = new ArrayList<>();
    array.forEach(item -> texts.add(item.asText()));
    return texts;
  }
}
