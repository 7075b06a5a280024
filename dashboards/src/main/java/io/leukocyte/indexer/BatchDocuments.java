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
import java.util.Optional;
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
    Optional<DataStream> only = RefusedItem.stream(record.headers());
    if (only.isPresent()) {
      again(only.get(), batch);
      return batch.documents;
    }
    sensors.open(cursor);
    while (cursor.next()) {
      sensors.count(cursor.kind());
      row(batch);
    }
    sensors.close();
    return batch.documents;
  }

  /** What was refused and is sent again. It was chosen and counted with its batch. */
  private void again(DataStream stream, Batch batch) {
    while (cursor.next()) {
      switch (stream) {
        case CONTAINER -> {
          if (cursor.kind() == Kind.CONTAINER_LOG && cursor.container() != 0) {
            line(batch);
          }
        }
        case SENSOR -> {
          if (cursor.event() instanceof SensorHeartbeat beat) {
            heartbeat(beat, new SensorPeriods.Period(sensors.number(beat.time()), null), batch);
          } else if (cursor.kind() == Kind.SENSOR_LOSS) {
            event(DataStream.SENSOR, batch);
          }
        }
        case STATS -> {
          if (cursor.event() instanceof ContainerStats use) {
            stats(use, batch);
          }
        }
        case EVENTS -> event(DataStream.EVENTS, batch);
        case ALERTS, ACTIONS, INCIDENTS, FINDINGS -> {} // their records are documents
      }
    }
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
        line(batch);
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
      event(DataStream.EVENTS, batch);
    }
  }

  private void line(Batch batch) {
    EventId id = cursor.id();
    add(DataStream.CONTAINER, id.toString(), lines.line(id, batch.ingested), batch);
  }

  /** The event as it is. */
  private void event(DataStream stream, Batch batch) {
    EventId id = cursor.id();
    ObjectNode document = EventJson.document(new Observed(id, cursor.event()));
    add(stream, id.toString(), document, batch);
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
    if (kind == Kind.SENSOR_HEARTBEAT && cursor.event() instanceof SensorHeartbeat beat) {
      SensorPeriods.Period period = sensors.beat(beat);
      if (period != null) {
        heartbeat(beat, period, batch);
      }
    } else if (kind == Kind.SENSOR_LOSS) {
      event(DataStream.SENSOR, batch);
    } else if (kind == Kind.CONTAINER_STATS
        && cursor.event() instanceof ContainerStats use
        && isFirstOfPeriod(use)) {
      stats(use, batch);
    }
  }

  private void heartbeat(SensorHeartbeat beat, SensorPeriods.Period period, Batch batch) {
    EventId event = cursor.id();
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

  /** Whether it is the first of its container in its period. */
  private boolean isFirstOfPeriod(ContainerStats use) {
    long number = sensors.number(use.time());
    Long before = stats.put(use.container().id().value(), number);
    if (stats.size() > MOST_CONTAINERS) {
      stats.remove(stats.keySet().iterator().next());
    }
    return before == null || before != number || !sensors.isPeriodic();
  }

  private void stats(ContainerStats use, Batch batch) {
    EventId event = cursor.id();
    ObjectNode document = EventJson.document(new Observed(event, use));
    if (use.memoryLimit() > 0) {
      document
          .withObject("/container/memory")
          .put("usage", (double) use.memoryBytes() / use.memoryLimit());
    }
    String id = id(event, use.container().id().value() + ":", sensors.number(use.time()));
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
    add(stream, id, EventJson.bytes(document, MOST_BYTES), batch);
  }

  private void add(DataStream stream, String id, byte[] source, Batch batch) {
    batch.documents.add(
        new Document(stream, id, Document.FIXED, source, batch.record, cursor.index()));
  }
}
