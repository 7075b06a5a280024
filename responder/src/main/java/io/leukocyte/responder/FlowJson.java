package io.leukocyte.responder;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.leukocyte.events.ActionId;
import io.leukocyte.responder.Flow.After;
import io.leukocyte.responder.Flow.End;
import java.time.Duration;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/** An action's place in its sequence as the journal keeps it; left out where it waits for none. */
final class FlowJson {
  private static final String KEY = "flow";

  private FlowJson() {}

  static void write(ObjectNode parent, Flow flow) {
    if (flow.equals(Flow.NONE)) {
      return;
    }
    ObjectNode node = parent.putObject(KEY).put("escalated", flow.escalated());
    flow.approval().ifPresent(patience -> node.put("approval", patience.toString()));
    flow.after().ifPresent(after -> write(node, after));
  }

  private static void write(ObjectNode node, After after) {
    ArrayNode of = node.putArray("of");
    after.of().forEach(id -> of.add(id.value()));
    switch (after) {
      case After.Ended ended -> {
        ArrayNode ends = node.put("after", "ended").putArray("ends");
        ended.ends().stream().sorted().forEach(end -> ends.add(word(end)));
      }
      case After.Settled settled -> node.put("after", "settled");
      case After.Unanswered unanswered -> node.put("after", "unanswered");
    }
  }

  private static String word(End end) {
    return end.name().toLowerCase(Locale.ROOT);
  }

  /**
   * Reads the place of the action that an object is of.
   *
   * @throws IllegalArgumentException when it is none of this version
   */
  static Flow read(JsonNode parent) {
    JsonNode node = parent.path(KEY);
    if (!node.isObject()) {
      return Flow.NONE;
    }
    Optional<Duration> approval =
        node.has("approval")
            ? Optional.of(duration(node.path("approval").asText()))
            : Optional.empty();
    Optional<After> after = node.has("after") ? Optional.of(after(node)) : Optional.empty();
    return new Flow(after, node.path("escalated").asBoolean(), approval);
  }

  private static After after(JsonNode node) {
    List<ActionId> of = new ArrayList<>();
    node.path("of").forEach(id -> of.add(new ActionId(id.asText())));
    if (of.isEmpty()) {
      throw new IllegalArgumentException("An action that waits for nothing: " + node);
    }
    String kind = node.path("after").asText();
    return switch (kind) {
      case "ended" -> new After.Ended(of.getFirst(), ends(node.path("ends")));
      case "settled" -> new After.Settled(of.getFirst());
      case "unanswered" -> new After.Unanswered(of);
      default -> throw new IllegalArgumentException("Unknown way to wait: " + kind);
    };
  }

  private static Set<End> ends(JsonNode array) {
    Set<End> ends = EnumSet.noneOf(End.class);
    array.forEach(end -> ends.add(End.valueOf(end.asText().toUpperCase(Locale.ROOT))));
    return ends;
  }

  private static Duration duration(String text) {
    try {
      return Duration.parse(text);
    } catch (DateTimeParseException e) {
      throw new IllegalArgumentException("Not a duration: " + text, e);
    }
  }
}
