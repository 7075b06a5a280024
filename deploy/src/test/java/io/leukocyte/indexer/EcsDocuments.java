package io.leukocyte.indexer;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Holds a document against the list of ECS fields and the index templates: each field is known, of
 * its type, a list where ECS has one, with a value that ECS allows; and is mapped.
 */
final class EcsDocuments {
  private static final ObjectMapper MAPPER = new ObjectMapper();
  private static final Path LIST = Path.of("../events/src/test/resources/ecs-fields.tsv");
  private static final String OWN = "leukocyte.";

  /** Elasticsearch keeps times to the nanosecond from 1970 to then. */
  private static final Instant LAST = Instant.ofEpochSecond(0, Long.MAX_VALUE);

  /** ECS leaves objects open in these; our mapping has one field for each. */
  private static final Set<String> OPEN =
      Set.of("container.labels", "leukocyte.facts", "leukocyte.lifecycle.attributes");

  /** What event.type is expected to be of a category. */
  private static final Map<String, Set<String>> TYPES =
      Map.of(
          "process", Set.of("access", "change", "end", "info", "start"),
          "file", Set.of("access", "change", "creation", "deletion", "info"),
          "network",
              Set.of(
                  "access", "allowed", "connection", "denied", "end", "info", "protocol", "start"),
          "host", Set.of("access", "change", "end", "info", "start"),
          "driver", Set.of("change", "end", "info", "start"),
          "intrusion_detection", Set.of("allowed", "denied", "info"),
          "vulnerability", Set.of("info"));

  /** A field of ECS. */
  private record Field(String type, boolean list, Set<String> allowed) {}

  private final Map<String, Field> fields = new HashMap<>();
  private final Map<String, String> mapped = new HashMap<>(FieldTypes.all());

  EcsDocuments() throws IOException {
    for (String line : Files.readAllLines(LIST)) {
      String[] cells = line.split("\t", -1);
      if (!line.startsWith("#") && cells.length >= 2) {
        Set<String> allowed =
            cells.length < 4 || cells[3].isBlank()
                ? Set.of()
                : Stream.of(cells[3].strip().split(",")).collect(Collectors.toSet());
        boolean list = cells.length > 2 && cells[2].equals("array");
        fields.put(cells[0], new Field(cells[1], list, allowed));
      }
    }
    for (String name : List.of("type", "dataset", "namespace")) {
      mapped.put("data_stream." + name, "keyword");
    }
  }

  /** What is wrong with a document of a stream. */
  List<String> problems(DataStream stream, byte[] document) throws IOException {
    JsonNode root = MAPPER.readTree(document);
    List<String> problems = new ArrayList<>();
    walk("", root, problems);
    for (String name : List.of("/@timestamp", "/event/id", "/event/kind", "/event/ingested")) {
      if (root.at(name).asText("").isEmpty()) {
        problems.add(name + ": missing");
      }
    }
    if (!root.at("/event/dataset").asText().equals(stream.dataset())) {
      problems.add("event.dataset: " + root.at("/event/dataset"));
    }
    if (!root.at("/data_stream/type").asText("").equals(stream.type().orElse(""))) {
      problems.add("data_stream.type: " + root.at("/data_stream/type"));
    }
    classes(root, problems);
    return problems;
  }

  private void walk(String path, JsonNode object, List<String> problems) {
    for (Map.Entry<String, JsonNode> entry : object.properties()) {
      String name = path + entry.getKey();
      JsonNode value = entry.getValue();
      if (OPEN.contains(name)) {
        if (!mapped.getOrDefault(name, "").equals("flattened") || !value.isObject()) {
          problems.add(name + ": not an object of its own");
        }
      } else if (value.isObject()) {
        walk(name + ".", value, problems);
      } else if (isListOfObjects(name, value)) {
        value.forEach(item -> walk(name + ".", item, problems));
      } else {
        leaf(name, value, problems);
      }
    }
  }

  private boolean isListOfObjects(String name, JsonNode value) {
    return value.isArray()
        && (value.isEmpty()
            ? mapped.keySet().stream().anyMatch(field -> field.startsWith(name + "."))
            : value.get(0).isObject());
  }

  private void leaf(String name, JsonNode value, List<String> problems) {
    String type = mapped.get(name);
    if (type == null) {
      problems.add(name + ": not in the templates");
    } else {
      each(
          value,
          item -> {
            if (!fits(type, item)) {
              problems.add(name + ": not " + type + " as mapped: " + item);
            }
          });
    }
    if (!name.startsWith(OWN)) {
      ecs(name, value, problems);
    }
  }

  private void ecs(String name, JsonNode value, List<String> problems) {
    Field field = fields.get(name);
    if (field == null) {
      problems.add(name + ": unknown to ECS");
    } else if (field.list() != value.isArray()) {
      problems.add(name + (field.list() ? ": not a list" : ": a list"));
    } else {
      each(
          value,
          item -> {
            if (!fits(field.type(), item)) {
              problems.add(name + ": not " + field.type() + ": " + item);
            } else if (!field.allowed().isEmpty() && !field.allowed().contains(item.asText())) {
              problems.add(name + ": " + item.asText() + " is not allowed");
            }
          });
    }
  }

  private static void each(JsonNode value, Consumer<JsonNode> check) {
    if (value.isArray()) {
      value.forEach(check);
    } else {
      check.accept(value);
    }
  }

  /** Each type is one that some category of the document is expected to have, and none without. */
  private static void classes(JsonNode root, List<String> problems) {
    Set<String> expected =
        Stream.of(root.at("/event/category"))
            .flatMap(categories -> categories.valueStream())
            .flatMap(category -> TYPES.getOrDefault(category.asText(), Set.of()).stream())
            .collect(Collectors.toSet());
    for (JsonNode type : root.at("/event/type")) {
      if (root.at("/event").has("category") && !expected.contains(type.asText())) {
        problems.add("event.type: " + type.asText() + " of " + root.at("/event/category"));
      }
    }
  }

  private static boolean fits(String type, JsonNode value) {
    return switch (type) {
      case "long" -> value.isIntegralNumber() && value.canConvertToLong();
      case "float", "scaled_float", "double" ->
          value.isNumber() && Double.isFinite(value.doubleValue());
      case "boolean" -> value.isBoolean();
      case "ip" -> value.isTextual() && value.asText().matches("[0-9a-fA-F.:]+");
      case "date" -> value.isTextual() && isTime(value.asText(), Instant.MIN, Instant.MAX);
      case "date_nanos" -> value.isTextual() && isTime(value.asText(), Instant.EPOCH, LAST);
      case "keyword", "constant_keyword", "match_only_text", "text", "wildcard" ->
          value.isTextual();
      default -> false;
    };
  }

  private static boolean isTime(String text, Instant from, Instant to) {
    try {
      Instant time = Instant.parse(text);
      return !time.isBefore(from) && !time.isAfter(to);
    } catch (DateTimeParseException e) {
      return false;
    }
  }
}
