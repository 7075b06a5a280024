package io.leukocyte.events;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The fields of a JSON object, read strictly: a field may be absent or null, never of another type.
 * Unknown fields are left alone.
 *
 * @param object the object
 * @param path its path from the document's root with a dot at its end; empty for the root
 */
record Fields(ObjectNode object, String path) {
  /** Turns a value into what the program uses; fails with IllegalArgumentException. */
  interface Parser<T> {
    T parse(String text);
  }

  private @Nullable JsonNode field(String name) {
    JsonNode node = object.get(name);
    return node == null || node.isNull() ? null : node;
  }

  boolean has(String name) {
    return field(name) != null;
  }

  MalformedJsonException wrong(String name, String expected) {
    JsonNode node = object.get(name);
    return new MalformedJsonException(
        path
            + name
            + ": "
            + expected
            + (node == null
                ? " is missing"
                : " is expected, not " + Text.clip(Text.printable(node.toString()), 100)));
  }

  /** The fields of a nested object; those of an empty one when it is absent. */
  Fields in(String name) throws MalformedJsonException {
    JsonNode node = field(name);
    if (node == null) {
      return new Fields(Json.object(), path + name + ".");
    }
    if (node instanceof ObjectNode nested) {
      return new Fields(nested, path + name + ".");
    }
    throw wrong(name, "an object");
  }

  @Nullable String text(String name) throws MalformedJsonException {
    JsonNode node = field(name);
    if (node == null || node.isTextual()) {
      return node == null ? null : node.textValue();
    }
    throw wrong(name, "a text");
  }

  String textOr(String name, String absent) throws MalformedJsonException {
    String text = text(name);
    return text == null ? absent : text;
  }

  String required(String name) throws MalformedJsonException {
    String text = text(name);
    if (text == null) {
      throw wrong(name, "a text");
    }
    return text;
  }

  /** A text in a form of its own; null when absent. */
  <T> @Nullable T parsed(String name, Parser<T> parser) throws MalformedJsonException {
    String text = text(name);
    return text == null ? null : parse(name, text, parser);
  }

  <T> T requiredParsed(String name, Parser<T> parser) throws MalformedJsonException {
    return parse(name, required(name), parser);
  }

  private <T> T parse(String name, String text, Parser<T> parser) throws MalformedJsonException {
    try {
      return parser.parse(text);
    } catch (IllegalArgumentException e) {
      throw new MalformedJsonException(
          path
              + name
              + ": '"
              + Text.clip(Text.printable(text), 100)
              + "' cannot be read: "
              + e.getMessage());
    }
  }

  long number(String name, long absent) throws MalformedJsonException {
    JsonNode node = field(name);
    if (node == null) {
      return absent;
    }
    if (node.isIntegralNumber() && node.canConvertToLong()) {
      return node.longValue();
    }
    throw wrong(name, "a whole number");
  }

  double decimal(String name, double absent) throws MalformedJsonException {
    JsonNode node = field(name);
    if (node == null || node.isNumber()) {
      return node == null ? absent : node.doubleValue();
    }
    throw wrong(name, "a number");
  }

  /** A list of whole numbers, at most so many. */
  List<Long> numbers(String name, int most) throws MalformedJsonException {
    JsonNode node = field(name);
    if (node == null) {
      return List.of();
    }
    String expected = "a list of at most " + most + " whole numbers";
    if (!(node instanceof ArrayNode array) || array.size() > most) {
      throw wrong(name, expected);
    }
    List<Long> numbers = new ArrayList<>(array.size());
    for (JsonNode item : array) {
      if (!item.isIntegralNumber() || !item.canConvertToLong()) {
        throw wrong(name, expected);
      }
      numbers.add(item.longValue());
    }
    return numbers;
  }

  /** The objects of a list; none when it is absent. */
  List<Fields> each(String name) throws MalformedJsonException {
    JsonNode node = field(name);
    if (node == null) {
      return List.of();
    }
    if (!(node instanceof ArrayNode array)) {
      throw wrong(name, "a list of objects");
    }
    List<Fields> objects = new ArrayList<>(array.size());
    for (JsonNode item : array) {
      if (!(item instanceof ObjectNode nested)) {
        throw wrong(name, "a list of objects");
      }
      objects.add(new Fields(nested, path + name + "."));
    }
    return objects;
  }

  int integer(String name, int absent) throws MalformedJsonException {
    return integer(name, absent, Integer.MIN_VALUE, Integer.MAX_VALUE);
  }

  int integer(String name, int absent, int least, int most) throws MalformedJsonException {
    long number = number(name, absent);
    if (number < least || number > most) {
      throw wrong(name, "a number from " + least + " to " + most);
    }
    return (int) number;
  }

  boolean flag(String name) throws MalformedJsonException {
    JsonNode node = field(name);
    if (node == null || node.isBoolean()) {
      return node != null && node.booleanValue();
    }
    throw wrong(name, "true or false");
  }

  /** Unix nanoseconds of a time; another number when it is absent. */
  long time(String name, long absent) throws MalformedJsonException {
    Long time = parsed(name, Json::nanos);
    return time == null ? absent : time;
  }

  /** A list of texts; a single text is a list of one, as ECS has it. */
  List<String> texts(String name) throws MalformedJsonException {
    JsonNode node = field(name);
    if (node == null) {
      return List.of();
    }
    if (node.isTextual()) {
      return List.of(node.textValue());
    }
    if (!(node instanceof ArrayNode array)) {
      throw wrong(name, "a list of texts");
    }
    List<String> texts = new ArrayList<>(array.size());
    for (JsonNode item : array) {
      if (!item.isTextual()) {
        throw wrong(name, "a list of texts");
      }
      texts.add(item.textValue());
    }
    return texts;
  }

  /** The first of a list of texts; null when there is none. */
  @Nullable String first(String name) throws MalformedJsonException {
    List<String> texts = texts(name);
    return texts.isEmpty() ? null : texts.getFirst();
  }

  SortedMap<String, String> map(String name) throws MalformedJsonException {
    Fields nested = in(name);
    SortedMap<String, String> map = new TreeMap<>();
    for (Map.Entry<String, JsonNode> entry : nested.object.properties()) {
      map.put(entry.getKey(), nested.required(entry.getKey()));
    }
    return map;
  }

  /** The objects of a list. */
  List<Fields> objects(String name) throws MalformedJsonException {
    JsonNode node = field(name);
    if (node == null) {
      return List.of();
    }
    if (!(node instanceof ArrayNode array)) {
      throw wrong(name, "a list of objects");
    }
    List<Fields> objects = new ArrayList<>(array.size());
    for (JsonNode item : array) {
      if (!(item instanceof ObjectNode object)) {
        throw wrong(name, "a list of objects");
      }
      objects.add(new Fields(object, path + name + "[" + objects.size() + "]."));
    }
    return objects;
  }
}
