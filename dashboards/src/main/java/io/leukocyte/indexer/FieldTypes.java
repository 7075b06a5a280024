package io.leukocyte.indexer;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** The fields of the index templates and their types. */
final class FieldTypes {
  private static final Map<String, String> ALL = all();

  private FieldTypes() {}

  /** Every field by its dotted name with its type in Elasticsearch, on a small node. */
  static Map<String, String> all() {
    Map<String, String> types = new TreeMap<>();
    collect("", Templates.ecs(Set.of(), 1).at("/template/mappings/properties"), types);
    collect("", Templates.own(1).at("/template/mappings/properties"), types);
    return types;
  }

  private static void collect(String prefix, JsonNode properties, Map<String, String> to) {
    properties
        .properties()
        .forEach(field -> {
          String name = prefix + field.getKey();
          JsonNode mapping = field.getValue();
          if (mapping.has("properties")) {
            collect(name + ".", mapping.get("properties"), to);
          } else {
            to.put(name, mapping.path("type").asText());
          }
        });
  }

  /**
   * What Lens calls the type.
   *
   * @throws IllegalArgumentException when the templates have no such field
   */
  static String lens(String field) {
    String type = ALL.get(field);
    if (type == null) {
      throw new IllegalArgumentException("The index templates have no field " + field);
    }
    return switch (type) {
      case "long", "float", "double" -> "number";
      case "date", "date_nanos" -> "date";
      case "ip" -> "ip";
      case "boolean" -> "boolean";
      default -> "string";
    };
  }
}
