package io.leukocyte.responder;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;

/** How far a quarantine goes, as the journal keeps it; without the keys it goes everywhere. */
final class ScopeJson {
  private ScopeJson() {}

  /** Adds the keys to a node, and returns it. */
  static ObjectNode write(Scope scope, ObjectNode node) {
    if (!scope.passages().isEmpty()) {
      scope.passages().stream().map(Passage::toString).forEach(node.putArray("allow")::add);
    }
    if (!scope.interfaces().isEmpty()) {
      scope.interfaces().forEach(node.putArray("interfaces")::add);
    }
    return node;
  }

  /**
   * Reads the keys of a node.
   *
   * @throws IllegalArgumentException when they are none of this version
   */
  static Scope read(JsonNode node) {
    List<Passage> passages = new ArrayList<>();
    node.path("allow").forEach(text -> passages.add(Passage.parse(text.asText())));
    List<String> interfaces = new ArrayList<>();
    node.path("interfaces").forEach(name -> interfaces.add(name.asText()));
    return new Scope(passages, interfaces);
  }
}
