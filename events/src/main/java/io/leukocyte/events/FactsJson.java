package io.leukocyte.events;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;

/** Container facts as the JSON object that rows and the JSON form share. */
final class FactsJson {
  private static final ObjectMapper MAPPER =
      JsonMapper.builder().disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES).build();

  private FactsJson() {}

  static String write(ContainerFacts facts) {
    ObjectNode tree = MAPPER.valueToTree(facts);
    tree.remove("time");
    tree.remove("container");
    return tree.toString();
  }

  /** The facts; those of which only the container is known when the text is not such an object. */
  static ContainerFacts read(String json, long time, ContainerRef container) {
    try {
      ObjectNode defaults = MAPPER.valueToTree(ContainerFacts.unknown(time, container));
      if (MAPPER.readTree(json) instanceof ObjectNode given) {
        given.remove("time");
        given.remove("container");
        defaults.setAll(given);
      }
      return MAPPER.treeToValue(defaults, ContainerFacts.class);
    } catch (JsonProcessingException | IllegalArgumentException e) {
      return ContainerFacts.unknown(time, container);
    }
  }
}
