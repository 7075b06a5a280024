package io.leukocyte.analyzer;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.leukocyte.events.ContainerId;
import io.leukocyte.events.EventId;
import io.leukocyte.events.ProfileOrderJson;
import io.leukocyte.rules.Aspect;
import io.leukocyte.rules.Observation;
import java.util.Arrays;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The form of what baselines observed on the topic of matches: one JSON object, the event in its
 * JSON form under {@code cause}. {@code baseline} tells it from a match. The key is that of the
 * profile.
 */
final class FleetObservationJson {
  private static final String BASELINE = "baseline";

  private FleetObservationJson() {}

  /** The record's key: all that is about a profile comes to one partition. */
  static byte[] key(FleetObservation seen) {
    return ProfileOrderJson.key(seen.observation().baseline(), seen.observation().subject());
  }

  static byte[] write(FleetObservation seen) {
    Observation observation = seen.observation();
    ObjectNode root = FleetMatchJson.object();
    root.put(BASELINE, observation.baseline());
    root.put("subject", observation.subject());
    root.put("aspect", observation.aspect().text());
    root.put("value", observation.value());
    root.put("time", observation.time());
    root.put("id", observation.id().toString());
    root.put("container", observation.container().value());
    root.put("details", observation.details());
    FleetMatchJson.origin(root, seen.hostname(), seen.labels(), seen.cause());
    return FleetMatchJson.bytes(root);
  }

  /** Whether a record of the topic is one of these, and not a match. */
  static boolean isOne(JsonNode root) {
    return root.has(BASELINE);
  }

  /**
   * What a record says.
   *
   * @throws IllegalArgumentException when it is none; the message names the field
   */
  static FleetObservation read(JsonNode root) {
    String text = FleetMatchJson.text(root, "aspect");
    Aspect aspect =
        Arrays.stream(Aspect.values())
            .filter(a -> a.text().equals(text))
            .findFirst()
            .orElseThrow(() ->
                new IllegalArgumentException("Not an observation: there is no aspect " + text));
    Observation observation =
        new Observation(
            FleetMatchJson.text(root, BASELINE),
            FleetMatchJson.text(root, "subject"),
            aspect,
            FleetMatchJson.text(root, "value"),
            root.path("time").asLong(),
            EventId.parse(FleetMatchJson.text(root, "id")),
            new ContainerId(FleetMatchJson.text(root, "container")),
            FleetMatchJson.text(root, "details"));
    SortedMap<String, String> labels = new TreeMap<>();
    root.path("labels").properties().forEach(l -> labels.put(l.getKey(), l.getValue().asText()));
    @Nullable String hostname = root.path("hostname").textValue();
    return new FleetObservation(
        observation, FleetMatchJson.cause(root.path("cause")), hostname, labels);
  }
}
