package io.leukocyte.events;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * The JSON form of events, for people, recordings and tests: one ECS object a line, Leukocyte's own
 * fields under {@code leukocyte}. Reading gives back exactly what was written; docs/events.md lists
 * the keys.
 */
public final class EventJson {
  private EventJson() {}

  /** The event as one line of JSON in UTF-8, without the line's end. */
  public static byte[] write(Observed observed) {
    return Json.bytes(EventTree.of(observed));
  }

  /**
   * The same within a bound: of an event that would be longer, texts and lists are cut, and {@code
   * leukocyte.truncated} is set.
   *
   * @param mostBytes 64 KiB at least
   */
  public static byte[] writeWithin(Observed observed, int mostBytes) {
    ObjectNode tree = EventTree.of(observed);
    return Json.bytesWithin(mostBytes, tree, tree.withObject("/leukocyte"));
  }

  /**
   * The event as a document of its own among others: the JSON form, and what one searches for that
   * the event says in other words, as {@link AlertJson} has it.
   */
  public static ObjectNode document(Observed observed) {
    ObjectNode tree = EventTree.of(observed);
    Event event = observed.event();
    AlertJson.process(observed, tree);
    Json.put(
        tree, "related", AlertJson.related(event, AlertJson.domains(event), event.container()));
    return tree;
  }

  /**
   * A document as UTF-8 within a bound: of one that would be longer texts and lists are cut, and
   * {@code leukocyte.truncated} is set.
   *
   * @param document is changed when it is too long
   * @param mostBytes 64 KiB at least
   */
  public static byte[] bytes(ObjectNode document, int mostBytes) {
    return Json.bytesWithin(mostBytes, document, document.withObject("/leukocyte"));
  }

  /** The event as one line of JSON, without the line's end. */
  public static String line(Observed observed) {
    return Json.text(EventTree.of(observed));
  }

  /**
   * Reads an event that has an id.
   *
   * @param line one JSON object
   * @throws MalformedJsonException when it is not an event of the JSON form; the message names the
   *     field
   */
  public static Observed read(String line) throws MalformedJsonException {
    Fields root = nested(Json.read(line));
    EventId id = root.in("event").requiredParsed("id", EventId::parse);
    return new Observed(id, event(root));
  }

  /** The same from UTF-8. */
  public static Observed read(byte[] line) throws MalformedJsonException {
    return read(new String(line, StandardCharsets.UTF_8));
  }

  /**
   * Reads an event that may be a foreign one: an ECS object without {@code leukocyte.kind}, whose
   * kind follows from event.category and event.type, and without an id of our form.
   *
   * @param line one JSON object
   * @param fallback the id of an event that has none of our form; its host gives way to the line's
   *     host.id
   * @throws MalformedJsonException when it is not an event; the message names the field
   */
  public static Observed read(String line, EventId fallback) throws MalformedJsonException {
    Fields root = nested(Json.read(line));
    return new Observed(idOr(root, fallback), event(root));
  }

  private static Event event(Fields root) throws MalformedJsonException {
    return EventFields.read(root, root.text("message"));
  }

  private static EventId idOr(Fields root, EventId fallback) throws MalformedJsonException {
    String id = root.in("event").text("id");
    if (id != null) {
      try {
        return EventId.parse(id);
      } catch (IllegalArgumentException e) {
        // a foreign id
      }
    }
    HostId host = root.in("host").parsed("id", HostId::new);
    return host == null
        ? fallback
        : new EventId(host, fallback.epoch(), fallback.sequence(), fallback.index());
  }

  /** Loggers write {@code "container.id": …} as well as {@code "container": {"id": …}}. */
  private static Fields nested(Fields root) throws MalformedJsonException {
    List<String> dotted = new ArrayList<>();
    root.object().fieldNames().forEachRemaining(dotted::add);
    for (String name : dotted) {
      int dot = name.lastIndexOf('.');
      if (dot < 0 || name.length() > 256) {
        continue;
      }
      ObjectNode at = root.object();
      for (String part : name.substring(0, dot).split("\\.", -1)) {
        JsonNode next = at.get(part);
        if (next == null) {
          next = at.putObject(part);
        }
        if (!(next instanceof ObjectNode object)) {
          throw root.wrong(name, "an object above it");
        }
        at = object;
      }
      at.set(name.substring(dot + 1), root.object().remove(name));
    }
    return root;
  }
}
