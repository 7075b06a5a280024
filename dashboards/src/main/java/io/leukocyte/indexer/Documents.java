package io.leukocyte.indexer;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.leukocyte.events.BatchCursor;
import io.leukocyte.events.Columns;
import io.leukocyte.events.ContainerLog;
import io.leukocyte.events.ContainerRef;
import io.leukocyte.events.EventId;
import io.leukocyte.events.Kind;
import io.leukocyte.events.LogPart;
import io.leukocyte.events.MalformedBatchException;
import io.leukocyte.events.ParsedLine;
import io.leukocyte.events.Topic;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;

/** Records of the topics as documents. Alerts and actions are documents already. */
final class Documents {
  private static final String ECS_VERSION = "9.0.0";
  private static final ObjectMapper MAPPER = new ObjectMapper();

  /** Alerts and actions are half as large at most; a parsed tree takes many times the bytes. */
  private static final int MOST_BYTES = 1 << 20;

  /** Elasticsearch refuses the whole bulk request for a longer one. */
  private static final int LONGEST_ID = 512;

  private final JsonFactory json = new JsonFactory();
  private final BatchCursor cursor = new BatchCursor();
  private final ParsedLine parsed = new ParsedLine();
  private final String namespace;
  private final InstantSource clock;

  /**
   * A maker of documents.
   *
   * @param namespace the last part of the data streams' names
   * @param clock for event.ingested
   */
  Documents(String namespace, InstantSource clock) {
    this.namespace = namespace;
    this.clock = clock;
  }

  /**
   * The documents of a record: none, one, or one for each log line of a batch.
   *
   * @throws UnreadableException when the record is not what its topic holds
   */
  List<Document> of(Topic topic, ConsumerRecord<byte[], byte[]> record) throws UnreadableException {
    return switch (topic) {
      case ALERTS -> List.of(passOn(DataStream.ALERTS, record, "/event/id"));
      case ACTIONS -> List.of(passOn(DataStream.ACTIONS, record, "/event/id"));
      case EVENTS -> logLines(record);
      case INCIDENTS, CONTAINERS, COMMANDS, MATCHES, PERMITS, PROFILES, BLOCKED, CONFIG, DEAD ->
          List.of();
    };
  }

  private Document passOn(
      DataStream stream, ConsumerRecord<byte[], byte[]> record, String idPointer)
      throws UnreadableException {
    byte @Nullable [] value = record.value();
    if (value == null) {
      throw new UnreadableException("the record has no value");
    }
    requireBounded(value);
    try {
      JsonNode node = MAPPER.readTree(value);
      if (!(node instanceof ObjectNode document)
          || !(document.get("event") instanceof ObjectNode event)) {
        throw new UnreadableException("not a JSON object with an event object");
      }
      String id = document.at(idPointer).asText("");
      if (id.isEmpty() || !document.path("@timestamp").isTextual()) {
        throw new UnreadableException("event.id or @timestamp is missing");
      }
      if (id.getBytes(StandardCharsets.UTF_8).length > LONGEST_ID) {
        throw new UnreadableException("event.id is longer than " + LONGEST_ID + " bytes");
      }
      event.put("ingested", clock.instant().toString());
      document.set("data_stream", dataStream(stream));
      return new Document(stream, id, MAPPER.writeValueAsBytes(document), record);
    } catch (IOException e) {
      throw new UnreadableException("not JSON: " + e.getMessage());
    }
  }

  private static void requireBounded(byte[] value) throws UnreadableException {
    if (value.length > MOST_BYTES) {
      throw new UnreadableException("larger than 1 MiB: " + value.length + " bytes");
    }
  }

  private ObjectNode dataStream(DataStream stream) {
    return MAPPER
        .createObjectNode()
        .put("type", "logs")
        .put("dataset", stream.dataset())
        .put("namespace", namespace);
  }

  private List<Document> logLines(ConsumerRecord<byte[], byte[]> record)
      throws UnreadableException {
    byte @Nullable [] value = record.value();
    if (value == null) {
      throw new UnreadableException("the record has no value");
    }
    try {
      cursor.open(value);
    } catch (MalformedBatchException e) {
      throw new UnreadableException(String.valueOf(e.getMessage()));
    }
    List<Document> lines = new ArrayList<>();
    String ingested = clock.instant().toString();
    while (cursor.next()) {
      if (cursor.kind() == Kind.CONTAINER_LOG && cursor.container() != 0) {
        EventId id = cursor.id();
        lines.add(new Document(DataStream.CONTAINER, id.toString(), line(id, ingested), record));
      }
    }
    return lines;
  }

  /** One line as an ECS document. Source: the row under the cursor. */
  private byte[] line(EventId id, String ingested) {
    ByteArrayOutputStream out = new ByteArrayOutputStream(512);
    try (JsonGenerator g = json.createGenerator(out)) {
      long time = cursor.time();
      String text = cursor.text(Columns.Log.LINE);
      ContainerLog.Stream stream = ContainerLog.Stream.ofCode(cursor.intAt(Columns.Log.STREAM));
      int at = cursor.textAt(Columns.Log.LINE);
      parsed.line(
          cursor.bytes(), Math.max(0, at), at < 0 ? 0 : at + cursor.textLength(Columns.Log.LINE));
      g.writeStartObject();
      g.writeStringField("@timestamp", timestamp(time));
      g.writeStringField("message", text == null ? "" : text);
      object(g, "ecs", "version", ECS_VERSION);
      g.writeObjectFieldStart("event");
      g.writeStringField("kind", "event");
      g.writeStringField("id", id.toString());
      g.writeStringField("dataset", DataStream.CONTAINER.dataset());
      g.writeStringField("module", "leukocyte");
      g.writeStringField("ingested", ingested);
      g.writeEndObject();
      object(g, "host", "id", cursor.host().value());
      container(g, cursor.containerRef(cursor.container()));
      g.writeObjectFieldStart("data_stream");
      g.writeStringField("type", "logs");
      g.writeStringField("dataset", DataStream.CONTAINER.dataset());
      g.writeStringField("namespace", namespace);
      g.writeEndObject();
      request(g);
      nested(g, "log", "level", LogPart.LEVEL);
      g.writeObjectFieldStart("leukocyte");
      g.writeObjectFieldStart("log");
      g.writeStringField("stream", stream.text());
      g.writeBooleanField("truncated", cursor.intAt(Columns.Log.TRUNCATED) != 0);
      g.writeNumberField("original_bytes", cursor.longAt(Columns.Log.ORIGINAL_BYTES));
      g.writeNumberField("lines", Math.max(1, cursor.intAt(Columns.Log.LINES)));
      field(g, "format", LogPart.FORMAT);
      g.writeEndObject();
      g.writeEndObject();
      g.writeEndObject();
    } catch (IOException e) {
      throw new IllegalStateException("Writing to memory failed", e);
    }
    return out.toByteArray();
  }

  /** What the line tells of a request, in the words of ECS. */
  private void request(JsonGenerator g) throws IOException {
    if (parsed.has(LogPart.METHOD) || parsed.has(LogPart.STATUS)) {
      g.writeObjectFieldStart("http");
      if (parsed.has(LogPart.METHOD)) {
        g.writeObjectFieldStart("request");
        field(g, "method", LogPart.METHOD);
        field(g, "referrer", LogPart.REFERER);
        g.writeEndObject();
      }
      if (parsed.has(LogPart.STATUS)) {
        g.writeObjectFieldStart("response");
        g.writeNumberField("status_code", parsed.status());
        g.writeEndObject();
      }
      String version = parsed.text(LogPart.VERSION);
      if (version != null) {
        g.writeStringField("version", version.startsWith("HTTP/") ? version.substring(5) : version);
      }
      g.writeEndObject();
      if (parsed.has(LogPart.HOST) || parsed.has(LogPart.PATH)) {
        g.writeObjectFieldStart("url");
        field(g, "domain", LogPart.HOST);
        field(g, "path", LogPart.PATH);
        field(g, "query", LogPart.QUERY);
        g.writeEndObject();
      }
      if (parsed.has(LogPart.CLIENT)) {
        g.writeObjectFieldStart("client");
        field(g, "address", LogPart.CLIENT);
        if (parsed.hasClientAddress()) {
          field(g, "ip", LogPart.CLIENT);
        }
        g.writeEndObject();
      }
      nested(g, "user_agent", "original", LogPart.USER_AGENT);
    }
  }

  private void nested(JsonGenerator g, String name, String inner, LogPart part) throws IOException {
    if (parsed.has(part)) {
      g.writeObjectFieldStart(name);
      field(g, inner, part);
      g.writeEndObject();
    }
  }

  private void field(JsonGenerator g, String name, LogPart part) throws IOException {
    String text = parsed.text(part);
    if (text != null) {
      g.writeStringField(name, text);
    }
  }

  private static String timestamp(long nanos) {
    return Instant.ofEpochSecond(
            Math.floorDiv(nanos, 1_000_000_000L), Math.floorMod(nanos, 1_000_000_000L))
        .toString();
  }

  private static void object(JsonGenerator g, String name, String field, String value)
      throws IOException {
    g.writeObjectFieldStart(name);
    g.writeStringField(field, value);
    g.writeEndObject();
  }

  private static void container(JsonGenerator g, ContainerRef container) throws IOException {
    g.writeObjectFieldStart("container");
    g.writeStringField("id", container.id().value());
    if (!container.name().isEmpty()) {
      g.writeStringField("name", container.name());
    }
    if (!container.image().isEmpty()) {
      g.writeObjectFieldStart("image");
      g.writeStringField("name", container.image());
      if (container.tag() != null) {
        array(g, "tag", container.tag());
      }
      if (container.digest() != null) {
        g.writeObjectFieldStart("hash");
        array(g, "all", container.digest());
        g.writeEndObject();
      }
      g.writeEndObject();
    }
    g.writeEndObject();
  }

  private static void array(JsonGenerator g, String name, String value) throws IOException {
    g.writeArrayFieldStart(name);
    g.writeString(value);
    g.writeEndArray();
  }

  /** The record is not what its topic holds. */
  static final class UnreadableException extends Exception {
    private static final long serialVersionUID = 1L;

    UnreadableException(String message) {
      super(message);
    }
  }
}
