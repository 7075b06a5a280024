package io.leukocyte.responder;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.leukocyte.events.AlertId;
import io.leukocyte.events.ContainerId;
import org.jspecify.annotations.Nullable;

/**
 * An alert that somebody marked false.
 *
 * @param alert which
 * @param rule whose rule does not act again on the container for a while
 * @param container on which; null: the alert was about the host
 * @param operator who says so
 * @param reason why; may be empty
 * @param since unix nanoseconds
 */
record FalseAlarm(
    AlertId alert,
    String rule,
    @Nullable ContainerId container,
    String operator,
    String reason,
    long since) {

  /** Whether it is about this rule on this container. */
  boolean covers(@Nullable String otherRule, @Nullable ContainerId other) {
    return rule.equals(otherRule) && container != null && container.equals(other);
  }

  /** Why nothing is done. */
  String refusal() {
    return "marked false by " + operator + (reason.isEmpty() ? "" : ": " + reason);
  }

  ObjectNode json() {
    return JournalLines.MAPPER
        .createObjectNode()
        .put("alert", alert.value())
        .put("rule", rule)
        .put("container", container == null ? null : container.value())
        .put("operator", operator)
        .put("reason", reason)
        .put("since", since);
  }

  /**
   * Reads one.
   *
   * @throws IllegalArgumentException when it is none of this version
   */
  static FalseAlarm read(JsonNode node) {
    return new FalseAlarm(
        new AlertId(node.path("alert").asText()),
        node.path("rule").asText(),
        node.hasNonNull("container") ? new ContainerId(node.path("container").asText()) : null,
        node.path("operator").asText(),
        node.path("reason").asText(),
        node.path("since").asLong());
  }
}
