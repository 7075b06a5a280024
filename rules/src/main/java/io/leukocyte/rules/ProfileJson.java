package io.leukocyte.rules;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** A profile as JSON: on its topic, in the changelog of who keeps it, and in files. */
public final class ProfileJson {
  /** Bytes of a profile: with everything a record stays below what Kafka takes. */
  static final int MOST_BYTES = 700 << 10;

  private static final ObjectMapper MAPPER = new ObjectMapper();
  private static final long SECOND = 1_000_000_000L;

  private ProfileJson() {}

  /** What is kept of it; an aspect that is too large is given up first. */
  public static byte[] write(Profile profile) {
    return within(profile, null);
  }

  /**
   * The same with what follows from it by its baseline: its state, and until when it learns.
   *
   * @param baseline the baseline, as it is in force
   */
  public static byte[] write(Profile profile, Baseline baseline) {
    return within(profile, baseline);
  }

  private static byte[] within(Profile profile, @Nullable Baseline baseline) {
    byte[] bytes = bytes(node(profile, baseline));
    while (bytes.length > MOST_BYTES && profile.shrink()) {
      bytes = bytes(node(profile, baseline));
    }
    return bytes;
  }

  private static byte[] bytes(JsonNode node) {
    try {
      return MAPPER.writeValueAsBytes(node);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("A tree can always be written", e);
    }
  }

  private static ObjectNode node(Profile profile, @Nullable Baseline baseline) {
    ObjectNode root = MAPPER.createObjectNode();
    root.put("baseline", profile.key().baseline());
    root.put("subject", profile.key().subject());
    if (baseline != null) {
      derived(root, profile, baseline);
    }
    time(root, "since", profile.since());
    time(root, "first_start", profile.firstStart());
    time(root, "until", profile.until());
    time(root, "newest", profile.newest());
    containers(root, profile.containers());
    ObjectNode aspects = root.putObject("aspects");
    profile.facets().forEach((aspect, facet) -> facet(aspects.putObject(aspect.text()), facet));
    Profile.LastOrder order = profile.order();
    if (order != null) {
      ObjectNode last = root.putObject("order");
      last.put("id", order.id());
      time(last, "created", order.created());
      last.put("author", order.author());
      last.put("order", order.text());
      last.put("outcome", order.outcome());
    }
    return root;
  }

  private static void derived(ObjectNode root, Profile profile, Baseline baseline) {
    long learn = baseline.learn().nanos();
    root.put(
        "state",
        profile.state(learn, profile.newest()).name().toLowerCase(Locale.ROOT).replace('_', ' '));
    long end = profile.learnsUntil(learn);
    if (end != Long.MAX_VALUE) {
      time(root, "learns_until", end);
    }
  }

  private static void time(ObjectNode node, String name, long nanos) {
    if (nanos != 0) {
      node.put(name, instant(nanos).toString());
    }
  }

  private static Instant instant(long nanos) {
    return Instant.ofEpochSecond(Math.floorDiv(nanos, SECOND), Math.floorMod(nanos, SECOND));
  }

  private static void containers(ObjectNode node, Sightings sightings) {
    ArrayNode containers = node.putArray("containers");
    sightings.containers().forEach(containers::add);
  }

  private static void facet(ObjectNode node, Facet facet) {
    if (facet.diverse()) {
      node.put("diverse", true);
    }
    values(node.putObject("normal"), facet.normal());
    values(node.putObject("seen_after_learning"), facet.novel());
    if (facet.dropped() != 0) {
      node.put("not_kept", facet.dropped());
    }
    if (!facet.told().isEmpty()) {
      ObjectNode told = node.putObject("told");
      facet
          .told()
          .forEach((value, containers) -> {
            ArrayNode ids = told.putArray(value);
            containers.forEach(ids::add);
          });
    }
    if (!facet.recent().isEmpty()) {
      ObjectNode recent = node.putObject("recent");
      facet
          .recent()
          .forEach((container, minute) -> recent.putArray(container).add(minute[0]).add(minute[1]));
    }
  }

  private static void values(ObjectNode node, Map<String, Facet.Value> values) {
    values.forEach((text, value) -> {
      ObjectNode each = node.putObject(text);
      time(each, "first", value.first());
      time(each, "last", value.last());
      containers(each, value.containers());
      if (value.accepted()) {
        each.put("accepted", true);
      }
    });
  }

  /**
   * The profile of a document.
   *
   * @throws IllegalArgumentException when it is none; the message names the field
   */
  public static Profile read(byte[] json) {
    JsonNode root;
    try {
      root = MAPPER.readTree(json);
    } catch (IOException e) {
      throw new IllegalArgumentException("Not a profile: it is no JSON", e);
    }
    if (!(root instanceof ObjectNode)) {
      throw new IllegalArgumentException("Not a profile: it is no JSON object");
    }
    Profile profile = new Profile(new Profile.Key(text(root, "baseline"), text(root, "subject")));
    profile.restore(
        time(root, "since"),
        time(root, "first_start"),
        time(root, "until"),
        time(root, "newest"),
        sightings(root),
        order(root.path("order")));
    for (Map.Entry<String, JsonNode> each : root.path("aspects").properties()) {
      Optional<Aspect> aspect = Aspect.ofText(each.getKey());
      aspect.ifPresent(a -> facet(profile.facet(a), each.getValue()));
    }
    return profile;
  }

  private static Profile.@Nullable LastOrder order(JsonNode node) {
    return node.isObject()
        ? new Profile.LastOrder(
            text(node, "id"),
            time(node, "created"),
            text(node, "author"),
            text(node, "order"),
            text(node, "outcome"))
        : null;
  }

  private static void facet(Facet facet, JsonNode node) {
    if (node.path("diverse").asBoolean()) {
      facet.makeDiverse();
      return;
    }
    node.path("normal")
        .properties()
        .forEach(e -> facet.restore(e.getKey(), value(e.getValue()), true));
    node.path("seen_after_learning")
        .properties()
        .forEach(e -> facet.restore(e.getKey(), value(e.getValue()), false));
    facet.dropped(node.path("not_kept").asLong());
    node.path("told")
        .properties()
        .forEach(e -> facet.told().put(e.getKey(), new TreeSet<>(texts(e.getValue()))));
    node.path("recent")
        .properties()
        .forEach(e ->
            facet
                .recent()
                .put(
                    e.getKey(),
                    new long[] {e.getValue().path(0).asLong(), e.getValue().path(1).asLong()}));
  }

  private static Facet.Value value(JsonNode node) {
    return new Facet.Value(
        time(node, "first"),
        time(node, "last"),
        sightings(node),
        node.path("accepted").asBoolean());
  }

  private static Sightings sightings(JsonNode node) {
    return new Sightings(texts(node.path("containers")));
  }

  private static List<String> texts(JsonNode array) {
    List<String> texts = new ArrayList<>();
    array.forEach(each -> texts.add(each.asText()));
    return texts;
  }

  private static String text(JsonNode node, String name) {
    String text = node.path(name).textValue();
    if (text == null || text.isEmpty()) {
      throw new IllegalArgumentException("Not a profile: " + name + " is not a text");
    }
    return text;
  }

  private static long time(JsonNode node, String name) {
    String text = node.path(name).textValue();
    if (text == null) {
      return 0;
    }
    try {
      Instant instant = Instant.parse(text);
      return Math.addExact(Math.multiplyExact(instant.getEpochSecond(), SECOND), instant.getNano());
    } catch (DateTimeException | ArithmeticException e) {
      throw new IllegalArgumentException("Not a profile: " + name + " is no time", e);
    }
  }
}
