package io.leukocyte.engine;

import com.fasterxml.jackson.databind.JsonNode;

/** Who answers: products speak the same API in words of their own. */
enum Product {
  DOCKER,
  PODMAN;

  /** From the engine's version. What does not say otherwise speaks as Docker does. */
  static Product of(JsonNode version) {
    for (JsonNode component : version.path("Components")) {
      if (component.path("Name").asText("").startsWith("Podman")) {
        return PODMAN;
      }
    }
    return DOCKER;
  }
}
