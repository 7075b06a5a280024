package io.leukocyte.indexer;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.leukocyte.events.BatchCursor;
import io.leukocyte.events.ContainerFacts;
import io.leukocyte.events.ContainerStats;
import io.leukocyte.events.EventId;
import io.leukocyte.events.EventJson;
import io.leukocyte.events.Kind;
import io.leukocyte.events.MalformedBatchException;
import io.leukocyte.events.Observed;
import io.leukocyte.events.SensorHeartbeat;
import io.leukocyte.indexer.Documents.UnreadableException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;

/**
 * The documents of a batch of events: one for each log line, one a period for a sensor and for what
 * a container uses, one for each loss, and events as they are if they are chosen.
 */
final class BatchDocuments {
  /** Most bytes of one event's document. */
  private static final int MOST_BYTES = 256 << 10;

  private static final int MOST_CONTAINERS = 100_000;

  private final BatchCursor cursor = new BatchCursor();
  private final String namespace;
  private final Selection selection;
  private final InstantSource clock;
  private final LineWriter lines;
  private final LabelMemory labels;
  private final SensorPeriods sensors;
  private final RawEvents raw;

  /** The period of each container's last document, for the containers seen last. */
  private final Map<String, Long> stats = new LinkedHashMap<>(16, 0.75f, true);

  BatchDocuments(
      String namespace, Selection selection, InstantSource clock, RawEvents.LeftOut leftOut) {
    this.namespace = namespace;
    this.selection = selection;
    this.clock = clock;
    this.lines = new LineWriter(cursor, namespace);
    this.labels = new LabelMemory(selection);
    this.sensors = new SensorPeriods(selection.metricsInterval().toNanos());
    this.raw = new RawEvents(selection.events(), labels, clock, leftOut);
  }

  /**
   * The documents of a record.
   *
   * @throws UnreadableException when it is not a batch
   */
  List<Document> of(ConsumerRecord<byte[], byte[]> record) throws UnreadableException {
    byte @Nullable [] value = record.value();
    if (value == null) {
      throw new UnreadableException("the record has no value");
    }
    try {
      cursor.open(value);
    } catch (MalformedBatchException e) {
      throw new UnreadableException(String.valueOf(e.getMessage()));
    }
    Batch batch = new Batch(record, clock.instant().toString());
    sensors.open(cursor);
    while (cursor.next()) {
      sensors.count(cursor.kind());
      row(batch);
    }
    sensors.close();
    return batch.documents;
  }

  /** What is made of one record. */
  private static final class Batch {
    final ConsumerRecord<byte[], byte[]> record;
    final String ingested;
    final List<Document> documents = new ArrayList<>();

    Batch(ConsumerRecord<byte[], byte[]> record, String ingested) {
      this.record = record;
      this.ingested = ingested;
    }
  }

  private void row(Batch batch) {
    Kind kind = cursor.kind();
    if (kind == Kind.CONTAINER_LOG) {
      if (cursor.container() != 0 && isWanted()) {
        EventId id = cursor.id();
        byte[] line = lines.line(id, batch.ingested);
        batch.documents.add(new Document(DataStream.CONTAINER, id.toString(), line, batch.record));
      }
      return;
    }
    if (kind == Kind.CONTAINER_FACTS
        && selection.needsLabels()
        && cursor.event() instanceof ContainerFacts facts) {
      labels.take(facts);
    }
    if (selection.metrics()) {
      metrics(kind, batch);
    }
    if (raw.takes(cursor)) {
      EventId id = cursor.id();
      ObjectNode document = EventJson.document(new Observed(id, cursor.event()));
      add(DataStream.EVENTS, id.toString(), document, batch);
    }
  }

  /** Unknown is yes: a line that was asked for is not left out. */
  private boolean isWanted() {
    return switch (selection.logs()) {
      case ALL -> true;
      case OFF -> false;
      case LABELLED ->
          labels.logs(cursor.containerRef(cursor.container()).id()) != LabelMemory.Said.NO;
    };
  }

  private void metrics(Kind kind, Batch batch) {
    if (kind == Kind.SENSOR_HEARTBEAT) {
      heartbeat(batch);
    } else if (kind == Kind.SENSOR_LOSS) {
      EventId id = cursor.id();
      ObjectNode document = EventJson.document(new Observed(id, cursor.event()));
      add(DataStream.SENSOR, id.toString(), document, batch);
    } else if (kind == Kind.CONTAINER_STATS) {
      stats(batch);
    }
  }

  private void heartbeat(Batch batch) {
    EventId event = cursor.id();
    if (!(cursor.event() instanceof SensorHeartbeat beat)) {
      return;
    }
    SensorPeriods.Period period = sensors.beat(beat);
    if (period == null) {
      return;
    }
    ObjectNode document = EventJson.document(new Observed(event, beat));
    ObjectNode host = document.withObject("/host");
    host.put("name", beat.hostname()).put("hostname", beat.hostname());
    document
        .putObject("observer")
        .put("vendor", "Leukocyte")
        .put("product", "Leukocyte")
        .put("type", "sensor")
        .put("version", beat.version());
    ObjectNode sensor = period.tree();
    sensor.put("lag", Duration.between(Instant.EPOCH, clock.instant()).toNanos() - beat.time());
    document.withObject("/leukocyte").set("sensor", sensor);
    String id = id(event, event.host().value() + ":sensor:", period.number());
    document.withObject("/event").put("id", id);
    add(DataStream.SENSOR, id, document, batch);
  }

  private void stats(Batch batch) {
    EventId event = cursor.id();
    if (!(cursor.event() instanceof ContainerStats use)) {
      return;
    }
    String container = use.container().id().value();
    long number = sensors.number(use.time());
    Long before = stats.put(container, number);
    if (stats.size() > MOST_CONTAINERS) {
      stats.remove(stats.keySet().iterator().next());
    }
    if (before != null && before == number && sensors.isPeriodic()) {
      return;
    }
    ObjectNode document = EventJson.document(new Observed(event, use));
    if (use.memoryLimit() > 0) {
      document
          .withObject("/container/memory")
          .put("usage", (double) use.memoryBytes() / use.memoryLimit());
    }
    String id = id(event, container + ":", number);
    document.withObject("/event").put("id", id);
    add(DataStream.STATS, id, document, batch);
  }

  /** The same for all events of a period, so that of several the first one stays. */
  private String id(EventId event, String of, long number) {
    return sensors.isPeriodic() ? of + number : event.toString();
  }

  private void add(DataStream stream, String id, ObjectNode document, Batch batch) {
    document.withObject("/event").put("dataset", stream.dataset()).put("ingested", batch.ingested);
    Documents.dataStream(document, stream, namespace);
    byte[] bytes = EventJson.bytes(document, MOST_BYTES);
    batch.documents.add(new Document(stream, id, bytes, batch.record));
  }
}
