package io.leukocyte.responder;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A JSON document with places for an alert's fields in its texts, <code>{{rule.name}}</code>. A
 * text that is one place alone becomes the field itself, whatever it is; elsewhere it becomes part
 * of the text. Fields are put into the tree, not into its written form: whatever a container did to
 * be told of stays a value.
 */
final class JsonTemplate {
  private static final Pattern PLACE = Pattern.compile("\\{\\{\\s*([@\\w.-]{1,200})\\s*}}");

  private final JsonNode template;

  private JsonTemplate(JsonNode template) {
    this.template = template;
  }

  /**
   * Reads a template.
   *
   * @throws IllegalArgumentException when it is no JSON; the message is one clause
   */
  static JsonTemplate parse(String text) {
    try {
      JsonNode node = JournalLines.MAPPER.readTree(text);
      if (!node.isObject() && !node.isArray()) {
        throw new IllegalArgumentException("it holds no JSON object or array");
      }
      return new JsonTemplate(node);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException("it is not JSON: " + e.getOriginalMessage(), e);
    }
  }

  /** The document of a message. */
  String fill(Teller.Message message) {
    return fill(template, context(message)).toString();
  }

  private static ObjectNode context(Teller.Message message) {
    ObjectNode context = JournalLines.MAPPER.createObjectNode();
    try {
      if (JournalLines.MAPPER.readTree(message.document()) instanceof ObjectNode alert) {
        context.setAll(alert);
      }
    } catch (JsonProcessingException e) {
      // the fields below are left
    }
    return context
        .put("policy", message.action().policy())
        .put("source", message.action().source())
        .put("action", message.action().id().value());
  }

  private static JsonNode fill(JsonNode node, ObjectNode context) {
    return switch (node) {
      case ObjectNode object -> {
        ObjectNode filled = JournalLines.MAPPER.createObjectNode();
        object
            .properties()
            .forEach(field -> filled.set(field.getKey(), fill(field.getValue(), context)));
        yield filled;
      }
      case ArrayNode array -> {
        ArrayNode filled = JournalLines.MAPPER.createArrayNode();
        array.forEach(item -> filled.add(fill(item, context)));
        yield filled;
      }
      case TextNode text -> fill(text.textValue(), context);
      default -> node;
    };
  }

  private static JsonNode fill(String text, ObjectNode context) {
    Matcher place = PLACE.matcher(text);
    if (place.matches()) {
      JsonNode found = find(place.group(1), context);
      return found.isMissingNode() ? JournalLines.MAPPER.nullNode() : found;
    }
    String filled =
        place
            .reset()
            .replaceAll(m -> {
              JsonNode found = find(m.group(1), context);
              String value = found.isValueNode() ? found.asText() : found.toString();
              return Matcher.quoteReplacement(found.isNull() ? "" : value);
            });
    return JournalLines.MAPPER.getNodeFactory().textNode(filled);
  }

  private static JsonNode find(String path, ObjectNode context) {
    JsonNode node = context;
    for (String part : path.split("\\.", -1)) {
      node =
          node.isArray() && part.matches("\\d{1,4}")
              ? node.path(Integer.parseInt(part))
              : node.path(part);
    }
    return node;
  }
}
