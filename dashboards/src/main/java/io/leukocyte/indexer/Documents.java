package io.leukocyte.indexer;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.leukocyte.events.DeadLetter;
import io.leukocyte.events.Topic;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.List;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;

/**
 * Records of the topics as documents. Alerts, actions, incidents and findings are documents
 * already; what becomes of events is {@link BatchDocuments}' to say.
 */
final class Documents {
  static final String ECS_VERSION = "9.0.0";
  private static final ObjectMapper MAPPER = new ObjectMapper();

  /** Alerts and actions are half as large at most; a parsed tree takes many times the bytes. */
  private static final int MOST_BYTES = 1 << 20;

  /** Elasticsearch refuses the whole bulk request for a longer one. */
  private static final int LONGEST_ID = 512;

  private final String namespace;
  private final InstantSource clock;
  private final BatchDocuments batches;

  /**
   * A maker of documents; of events lines and metrics.
   *
   * @param namespace the last part of the data streams' names
   * @param clock for event.ingested
   */
  Documents(String namespace, InstantSource clock) {
    this(namespace, Selection.of(true), clock, reason -> {});
  }

  /**
   * A maker of documents.
   *
   * @param namespace the last part of the data streams' names
   * @param selection what of the events becomes documents
   * @param clock for event.ingested
   * @param leftOut hears of each event that was chosen and left out all the same
   */
  Documents(String namespace, Selection selection, InstantSource clock, RawEvents.LeftOut leftOut) {
    this.namespace = namespace;
    this.clock = clock;
    this.batches = new BatchDocuments(namespace, selection, clock, leftOut);
  }

  /**
   * The documents of a record: none, one, or many of a batch.
   *
   * @throws UnreadableException when the record is not what its topic holds
   */
  List<Document> of(Topic topic, ConsumerRecord<byte[], byte[]> record) throws UnreadableException {
    return switch (topic) {
      case ALERTS -> List.of(passOn(DataStream.ALERTS, record, "/event/id"));
      case ACTIONS -> List.of(passOn(DataStream.ACTIONS, record, "/event/id"));
      case INCIDENTS -> latest(DataStream.INCIDENTS, record, "/leukocyte/incident");
      case FINDINGS -> latest(DataStream.FINDINGS, record, "/leukocyte/finding");
      case EVENTS -> batches.of(record);
      case CONTAINERS, COMMANDS, MATCHES, PERMITS, PROFILES, BLOCKED, CONFIG, DEAD -> List.of();
    };
  }

  private Document passOn(
      DataStream stream, ConsumerRecord<byte[], byte[]> record, String idPointer)
      throws UnreadableException {
    ObjectNode document = read(record);
    String id = id(document, idPointer);
    document.withObject("/event").put("ingested", clock.instant().toString());
    dataStream(document, stream, namespace);
    return new Document(stream, id, bytes(document), record);
  }

  /** What changes has an id and a version of its own; a tombstone says that Kafka forgot it. */
  private List<Document> latest(
      DataStream stream, ConsumerRecord<byte[], byte[]> record, String own)
      throws UnreadableException {
    if (record.value() == null) {
      return List.of();
    }
    ObjectNode document = read(record);
    String id = id(document, own + "/id");
    // Those written before there were versions hold in the order in which they come.
    long version = document.at(own + "/version").asLong(1);
    if (version < 0) {
      throw new UnreadableException("the version is negative");
    }
    document.withObject("/event").put("ingested", clock.instant().toString());
    return List.of(new Document(stream, id, version, bytes(document), record, DeadLetter.WHOLE));
  }

  private static ObjectNode read(ConsumerRecord<byte[], byte[]> record) throws UnreadableException {
    byte @Nullable [] value = record.value();
    if (value == null) {
      throw new UnreadableException("the record has no value");
    }
    requireBounded(value);
    try {
      JsonNode node = MAPPER.readTree(value);
      if (node instanceof ObjectNode document && document.get("event") instanceof ObjectNode) {
        return document;
      }
      throw new UnreadableException("not a JSON object with an event object");
    } catch (IOException e) {
      throw new UnreadableException("not JSON: " + e.getMessage());
    }
  }

  private static String id(ObjectNode document, String pointer) throws UnreadableException {
    String id = document.at(pointer).asText("");
    if (id.isEmpty() || !document.path("@timestamp").isTextual()) {
      throw new UnreadableException(
          pointer.substring(1).replace('/', '.') + " or @timestamp is missing");
    }
    if (id.getBytes(StandardCharsets.UTF_8).length > LONGEST_ID) {
      throw new UnreadableException("event.id is longer than " + LONGEST_ID + " bytes");
    }
    return id;
  }

  private static void requireBounded(byte[] value) throws UnreadableException {
    if (value.length > MOST_BYTES) {
      throw new UnreadableException("larger than 1 MiB: " + value.length + " bytes");
    }
  }

  private static byte[] bytes(ObjectNode document) {
    try {
      return MAPPER.writeValueAsBytes(document);
    } catch (IOException e) {
      throw new IllegalStateException("A tree can always be written", e);
    }
  }

  /** Says in the document where it goes, as the Elastic stack's own tools expect. */
  static void dataStream(ObjectNode document, DataStream stream, String namespace) {
    stream
        .type()
        .ifPresent(type ->
            document
                .putObject("data_stream")
                .put("type", type)
                .put("dataset", stream.dataset())
                .put("namespace", namespace));
  }

  /** The record is not what its topic holds. */
  static final class UnreadableException extends Exception {
    private static final long serialVersionUID = 1L;

    UnreadableException(String message) {
      super(message);
    }
  }
}
