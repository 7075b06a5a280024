package io.leukocyte.responder;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import io.leukocyte.events.Text;

/**
 * What people read of an alert.
 *
 * @param priority the rule's, such as warning
 * @param rule the rule's name
 * @param where the container's name, and the host's
 * @param output the rule's output, without control characters
 * @param host the host's name, or its id
 */
record AlertText(String priority, String rule, String where, String output, String host) {
  private static final int MOST = 2_000;

  static AlertText of(Teller.Message message) {
    JsonNode alert;
    try {
      alert = JournalLines.MAPPER.readTree(message.document());
    } catch (JsonProcessingException e) {
      alert = JournalLines.MAPPER.createObjectNode();
    }
    JsonNode own = alert.path("leukocyte").path("alert");
    String host = alert.path("host").path("name").asText(message.action().host().value());
    var target = message.action().target();
    String container = target == null ? "" : target.name() + " (" + target.id().brief() + ") on ";
    String rule = message.action().rule();
    return new AlertText(
        own.path("priority").asText("unknown"),
        clean(rule == null ? "" : rule),
        clean(container + host),
        clean(own.path("output").asText(alert.path("message").asText(""))),
        clean(host));
  }

  private static String clean(String text) {
    return Text.clip(Text.printable(text), MOST);
  }

  /** One line. */
  String title() {
    return "[" + priority + "] " + rule + ": " + where;
  }
}
