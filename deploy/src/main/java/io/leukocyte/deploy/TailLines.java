package io.leukocyte.deploy;

import io.leukocyte.events.ActionJson;
import io.leukocyte.events.AlertJson;
import io.leukocyte.events.BatchCursor;
import io.leukocyte.events.EventJson;
import io.leukocyte.events.MalformedBatchException;
import io.leukocyte.events.MalformedJsonException;
import io.leukocyte.events.Observed;
import io.leukocyte.events.Topic;
import io.leukocyte.indexer.EcsLines;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/** Records of a topic as the lines that {@code leuko tail} writes. */
final class TailLines {
  /** Forms of a line. */
  enum Format {
    /** What the topic holds, one JSON object a line. */
    NDJSON,
    /** What the indexer sends, one ECS document a line; of events those of log lines. */
    ECS,
    /** For people; alerts and actions. */
    TEXT
  }

  private final Topic topic;
  private final Format format;
  private final EcsLines documents;
  private final ZoneId zone;

  TailLines(Topic topic, Format format, EcsLines documents, ZoneId zone) {
    this.topic = topic;
    this.format = format;
    this.documents = documents;
    this.zone = zone;
  }

  /**
   * The lines of a record, in UTF-8 and without their ends.
   *
   * @throws IOException when the record is not what its topic holds; the message says what it is
   */
  List<byte[]> of(ConsumerRecord<byte[], byte[]> record) throws IOException {
    if (record.value() == null) {
      return List.of();
    }
    try {
      return switch (format) {
        case ECS -> documents.of(topic, record);
        case TEXT -> text(record);
        case NDJSON -> topic == Topic.EVENTS ? events(record) : List.of(record.value());
      };
    } catch (MalformedBatchException | MalformedJsonException e) {
      throw new IOException(e.getMessage(), e);
    }
  }

  private static List<byte[]> events(ConsumerRecord<byte[], byte[]> record)
      throws MalformedBatchException {
    List<byte[]> lines = new ArrayList<>();
    BatchCursor cursor = BatchCursor.over(record.value());
    while (cursor.next()) {
      lines.add(EventJson.write(new Observed(cursor.id(), cursor.event())));
    }
    return lines;
  }

  private List<byte[]> text(ConsumerRecord<byte[], byte[]> record) throws MalformedJsonException {
    StringWriter written = new StringWriter();
    Screen screen = new Screen(new PrintWriter(written), false, zone);
    if (topic == Topic.ACTIONS) {
      screen.action(ActionJson.read(record.value()));
    } else {
      screen.alert(AlertJson.read(record.value()));
    }
    return written.toString().lines().map(l -> l.getBytes(StandardCharsets.UTF_8)).toList();
  }
}
