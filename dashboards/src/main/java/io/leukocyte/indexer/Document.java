package io.leukocyte.indexer;

import io.leukocyte.events.DeadLetter;
import java.nio.charset.StandardCharsets;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/**
 * One document on its way to Elasticsearch.
 *
 * @param stream where it goes
 * @param id the document's id: the same for the same fact, so that a second delivery is a conflict
 * @param version of a document that replaces older versions of it: one that is there with a higher
 *     version stays; {@link #FIXED} of one that is never replaced
 * @param source the document, JSON in UTF-8
 * @param origin the record it came from, for the dead-letter topic
 * @param item the number within its batch of the event that it is of; {@link DeadLetter#WHOLE} when
 *     the whole record is one document
 */
@SuppressWarnings("ArrayRecordComponent") // never compared, and copied by nobody
record Document(
    DataStream stream,
    String id,
    long version,
    byte[] source,
    ConsumerRecord<byte[], byte[]> origin,
    int item) {
  /** The version of a document that is never replaced. */
  static final long FIXED = -1;

  /** A document that is never replaced, of a whole record. */
  Document(DataStream stream, String id, byte[] source, ConsumerRecord<byte[], byte[]> origin) {
    this(stream, id, FIXED, source, origin, DeadLetter.WHOLE);
  }

  /** Bytes it adds to a bulk request, its action line included. */
  int bulkBytes() {
    return source.length + id.getBytes(StandardCharsets.UTF_8).length + 160;
  }
}
