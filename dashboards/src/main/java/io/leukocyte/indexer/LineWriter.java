package io.leukocyte.indexer;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import io.leukocyte.events.BatchCursor;
import io.leukocyte.events.Columns;
import io.leukocyte.events.ContainerLog;
import io.leukocyte.events.ContainerRef;
import io.leukocyte.events.EventId;
import io.leukocyte.events.LogPart;
import io.leukocyte.events.ParsedLine;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.LinkedHashSet;
import java.util.Set;

/** Log lines as documents, written without a tree: there are more of them than of all else. */
final class LineWriter {
  private final JsonFactory json = new JsonFactory();
  private final ParsedLine parsed = new ParsedLine();
  private final BatchCursor cursor;
  private final String namespace;

  /**
   * A writer.
   *
   * @param cursor whose row is the line
   * @param namespace the last part of the data stream's name
   */
  LineWriter(BatchCursor cursor, String namespace) {
    this.cursor = cursor;
    this.namespace = namespace;
  }

  /** One line as an ECS document. Source: the row under the cursor. */
  byte[] line(EventId id, String ingested) {
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
      object(g, "ecs", "version", Documents.ECS_VERSION);
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
      attack(g);
      g.writeEndObject();
      g.writeEndObject();
      g.writeEndObject();
    } catch (IOException e) {
      throw new IllegalStateException("Writing to memory failed", e);
    }
    return out.toByteArray();
  }

  /** The rules of a web application firewall that matched, and the classes of attack they find. */
  private void attack(JsonGenerator g) throws IOException {
    if (!parsed.has(LogPart.WAF_RULE)) {
      return;
    }
    Set<String> rules = new LinkedHashSet<>();
    parsed.each(
        LogPart.WAF_RULE,
        (bytes, from, to) -> rules.add(new String(bytes, from, to - from, StandardCharsets.UTF_8)));
    Set<String> classes = new LinkedHashSet<>();
    rules.forEach(rule -> AttackClass.of(rule).ifPresent(classes::add));
    array(g, "waf_rules", rules);
    if (!classes.isEmpty()) {
      array(g, "attacks", classes);
    }
  }

  private static void array(JsonGenerator g, String name, Set<String> values) throws IOException {
    g.writeArrayFieldStart(name);
    for (String value : values) {
      g.writeString(value);
    }
    g.writeEndArray();
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
}
