package io.leukocyte.responder;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What an operator does to a container by hand, as the control socket carries it. */
final class ContainmentJson {
  private ContainmentJson() {}

  /** Adds it to an order. */
  static ObjectNode write(Containment what, ObjectNode order) {
    order.put("kind", what.action());
    switch (what) {
      case Containment.Quarantine q -> {
        q.allow().forEach(order.putArray("allow")::add);
        q.interfaces().forEach(order.putArray("interfaces")::add);
      }
      case Containment.KillProcess k -> order.put("pid", k.pid());
      case Containment.Run r -> order.put("program", r.program());
      case Containment.Waf w ->
          order
              .put("paranoia", w.level().paranoia())
              .put("detection-only", w.level().detectionOnly());
      case Containment.Pause _, Containment.Kill _ -> {}
    }
    what.length().ifPresent(length -> order.put("for", length.toString()));
    return order;
  }

  /**
   * Reads it from an order.
   *
   * @throws OrderException when there is no such way to contain a container
   */
  static Containment read(JsonNode order) {
    Optional<Duration> length = length(order);
    return switch (order.path("kind").asText()) {
      case "quarantine" ->
          new Containment.Quarantine(length, texts(order, "allow"), texts(order, "interfaces"));
      case "pause" -> new Containment.Pause(length);
      case "kill" -> new Containment.Kill(length);
      case "kill-process" -> new Containment.KillProcess(order.path("pid").asInt());
      case "run" -> new Containment.Run(order.path("program").asText());
      case "waf" ->
          new Containment.Waf(
              length,
              new WafLevel(
                  order.path("paranoia").asInt(WafLevel.STANDARD.paranoia()),
                  order.path("detection-only").asBoolean(false)));
      default ->
          throw new OrderException("The responder does not know this way to contain a container");
    };
  }

  private static List<String> texts(JsonNode order, String key) {
    List<String> texts = new ArrayList<>();
    order.path(key).forEach(text -> texts.add(text.asText()));
    return texts;
  }

  /**
   * For how long; empty where the order does not say.
   *
   * @throws OrderException when it is not a time
   */
  static Optional<Duration> length(JsonNode order) {
    try {
      return order.hasNonNull("for")
          ? Optional.of(Duration.parse(order.get("for").asText()))
          : Optional.empty();
    } catch (DateTimeParseException e) {
      throw new OrderException("The order's time is none", e);
    }
  }
}
