package io.leukocyte.responder;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.leukocyte.events.BlockedImage;
import io.leukocyte.events.BlockedImageJson;
import io.leukocyte.events.MalformedJsonException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Orders and answers on the control socket: a JSON object a line, one order a connection. */
final class ControlJson {
  private ControlJson() {}

  /** An order as it is sent. */
  static ObjectNode order(String order) {
    return JournalLines.MAPPER.createObjectNode().put("order", order);
  }

  /** Carries an order out and makes the answer of it. */
  static ObjectNode answer(Orders orders, String line) {
    ObjectNode answer = JournalLines.MAPPER.createObjectNode();
    try {
      JsonNode order = JournalLines.MAPPER.readTree(line);
      String operator = order.path("operator").asText("unknown");
      String what = order.path("order").asText();
      switch (what) {
        case "actions" -> actions(answer.putArray("actions"), orders.actions());
        case "release" ->
            released(
                answer.putArray("released"), orders.release(order.path("what").asText(), operator));
        case "approve" ->
            decided(
                answer.putArray("decided"), orders.approve(order.path("what").asText(), operator));
        case "deny" ->
            decided(
                answer.putArray("decided"),
                orders.deny(
                    order.path("what").asText(), operator, order.path("reason").asText("")));
        case "false-alert" ->
            released(
                answer.putArray("released"),
                orders.markFalse(
                    order.path("what").asText(), operator, order.path("reason").asText("")));
        case "release-all" -> released(answer.putArray("released"), orders.releaseAll(operator));
        case "contain" ->
            answer(
                answer.putObject("answer"),
                orders.contain(
                    ContainmentJson.read(order),
                    order.path("container").asText(),
                    operator,
                    order.path("reason").asText()));
        case "stop" ->
            answer(
                answer.putObject("answer"), orders.stop(operator, order.path("reason").asText()));
        case "blocked" -> blocked(answer.putArray("blocked"), orders.blocked());
        case "block" ->
            answer(
                answer.putObject("answer"),
                orders.block(
                    order.path("what").asText(),
                    running(order),
                    ContainmentJson.length(order),
                    operator,
                    order.path("reason").asText("")));
        case "unblock" ->
            answer(
                answer.putObject("answer"),
                orders.unblock(
                    order.path("what").asText(), operator, order.path("reason").asText("")));
        case "delete-evidence" ->
            answer(
                answer.putObject("answer"),
                orders.deleteEvidence(
                    order.path("what").asText(), operator, order.path("reason").asText("")));
        case "resume" -> answer(answer.putObject("answer"), orders.resume(operator));
        default -> answer.put("error", "The responder does not know the order '" + what + "'");
      }
    } catch (JsonProcessingException e) {
      answer.put("error", "The responder cannot read the order");
    } catch (OrderException | JournalException e) {
      answer.put("error", e.getMessage());
    }
    return answer;
  }

  private static BlockedImage.Running running(JsonNode order) {
    try {
      return BlockedImage.Running.of(order.path("running").asText());
    } catch (IllegalArgumentException e) {
      throw new OrderException("The order does not say what is done with those that run", e);
    }
  }

  private static void blocked(ArrayNode array, List<BlockedImage> images) {
    try {
      for (BlockedImage image : images) {
        array.add(JournalLines.MAPPER.readTree(BlockedImageJson.write(image)));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e); // we wrote it ourselves
    }
  }

  /** The blocked images in an answer. */
  static List<BlockedImage> readBlocked(JsonNode answer) {
    List<BlockedImage> images = new ArrayList<>();
    try {
      for (JsonNode image : answer.path("blocked")) {
        images.add(
            BlockedImageJson.read(image.toString().getBytes(StandardCharsets.UTF_8)).image());
      }
    } catch (MalformedJsonException e) {
      throw new OrderException("The responder's answer cannot be read: " + e.getMessage(), e);
    }
    return images;
  }

  /** The order to do something to a container. */
  static ObjectNode contain(Containment what, String container) {
    return ContainmentJson.write(what, order("contain").put("container", container));
  }

  private static void answer(ObjectNode node, Answer answer) {
    node.put("action", answer.action())
        .put("type", answer.type())
        .put("container", answer.container())
        .put("done", answer.done())
        .put("detail", answer.detail());
  }

  /** What became of an order, in an answer. */
  static Answer readAnswer(JsonNode answer) {
    JsonNode a = answer.path("answer");
    return new Answer(
        a.path("action").asText(),
        a.path("type").asText(),
        a.path("container").asText(),
        a.path("done").asBoolean(),
        a.path("detail").asText());
  }

  private static void actions(ArrayNode array, List<OpenAction> actions) {
    for (OpenAction a : actions) {
      array
          .addObject()
          .put("id", a.id())
          .put("type", a.type())
          .put("container", a.container())
          .put("containerId", a.containerId())
          .put("state", a.state())
          .put("way", a.way())
          .put("since", a.since().toString())
          .put("until", a.until() == null ? null : a.until().toString())
          .put("policy", a.policy())
          .put("source", a.source())
          .put("rule", a.rule())
          .put("alert", a.alert());
    }
  }

  private static void released(ArrayNode array, List<Released> released) {
    for (Released r : released) {
      array
          .addObject()
          .put("action", r.action())
          .put("type", r.type())
          .put("container", r.container())
          .put("released", r.released())
          .put("detail", r.detail());
    }
  }

  private static void decided(ArrayNode array, List<Decided> decided) {
    for (Decided d : decided) {
      array
          .addObject()
          .put("action", d.action())
          .put("type", d.type())
          .put("container", d.container())
          .put("done", d.done())
          .put("detail", d.detail());
    }
  }

  /** What was approved or denied, in an answer. */
  static List<Decided> readDecided(JsonNode answer) {
    List<Decided> decided = new ArrayList<>();
    for (JsonNode d : answer.path("decided")) {
      decided.add(
          new Decided(
              d.path("action").asText(),
              d.path("type").asText(),
              d.path("container").asText(),
              d.path("done").asBoolean(),
              d.path("detail").asText()));
    }
    return decided;
  }

  /** The actions in an answer. */
  static List<OpenAction> readActions(JsonNode answer) {
    List<OpenAction> actions = new ArrayList<>();
    for (JsonNode a : answer.path("actions")) {
      String until = nullable(a, "until");
      actions.add(
          new OpenAction(
              a.path("id").asText(),
              a.path("type").asText(),
              a.path("container").asText(),
              a.path("containerId").asText(),
              a.path("state").asText(),
              a.path("way").asText(),
              Instant.parse(a.path("since").asText()),
              until == null ? null : Instant.parse(until),
              nullable(a, "policy"),
              nullable(a, "source"),
              nullable(a, "rule"),
              nullable(a, "alert")));
    }
    return actions;
  }

  /** What was released, in an answer. */
  static List<Released> readReleased(JsonNode answer) {
    List<Released> released = new ArrayList<>();
    for (JsonNode r : answer.path("released")) {
      released.add(
          new Released(
              r.path("action").asText(),
              r.path("type").asText(),
              r.path("container").asText(),
              r.path("released").asBoolean(),
              r.path("detail").asText()));
    }
    return released;
  }

  private static @Nullable String nullable(JsonNode node, String key) {
    return node.hasNonNull(key) ? node.get(key).asText() : null;
  }
}
