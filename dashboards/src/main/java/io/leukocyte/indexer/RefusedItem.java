package io.leukocyte.indexer;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.leukocyte.events.BatchCursor;
import io.leukocyte.events.BatchWriter;
import io.leukocyte.events.DeadLetter;
import io.leukocyte.events.MalformedBatchException;
import java.util.Optional;
import java.util.stream.Stream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.jspecify.annotations.Nullable;

/**
 * One document of a batch that Elasticsearch refuses, as a record of {@code leuko.events} of its
 * own: a batch with that one event, which has the event id that it had, and a header that says
 * which of the event's documents it is for. Sent again it makes that document and no other. What a
 * newer minor version of batches tells of the event, and this indexer cannot read, is not in it.
 */
final class RefusedItem {
  private RefusedItem() {}

  /** What to bury; the whole batch where the event cannot be written alone. */
  static DeadLetter.Original of(Document refused) {
    ConsumerRecord<byte[], byte[]> batch = refused.origin();
    byte[] alone;
    try {
      alone = alone(batch.value(), refused.item());
    } catch (MalformedBatchException | RuntimeException e) {
      return original(batch, batch.value(), batch.headers());
    }
    Headers headers = new RecordHeaders();
    headers.add(DeadLetter.DOCUMENT, refused.stream().dataset().getBytes(UTF_8));
    for (Header header : batch.headers()) {
      if (!header.key().equals(DeadLetter.DOCUMENT)) {
        headers.add(header);
      }
    }
    return original(batch, alone, headers);
  }

  private static byte[] alone(byte[] batch, int item) throws MalformedBatchException {
    BatchCursor cursor = BatchCursor.over(batch);
    while (cursor.next()) {
      if (cursor.index() == item) {
        BatchWriter writer = new BatchWriter(cursor.host(), cursor.epoch());
        writer.add(cursor.event());
        return writer.finish(cursor.sequence(), item);
      }
    }
    throw new IllegalArgumentException("The batch has no event " + item);
  }

  private static DeadLetter.Original original(
      ConsumerRecord<byte[], byte[]> record, byte @Nullable [] value, Headers headers) {
    return new DeadLetter.Original(
        record.topic(),
        record.partition(),
        record.offset(),
        record.timestamp(),
        record.key(),
        value,
        headers);
  }

  /** Where the one document goes that a record is for; empty of whole batches. */
  static Optional<DataStream> stream(Headers headers) {
    Header header = headers.lastHeader(DeadLetter.DOCUMENT);
    if (header == null || header.value() == null) {
      return Optional.empty();
    }
    String dataset = new String(header.value(), UTF_8);
    return Stream.of(DataStream.values()).filter(s -> s.dataset().equals(dataset)).findFirst();
  }
}
