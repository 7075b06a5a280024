package io.leukocyte.indexer;

import io.leukocyte.events.Topic;
import java.io.IOException;
import java.time.InstantSource;
import java.util.List;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/** Records of the topics as the documents that the indexer sends, for other ways than its own. */
public final class EcsLines {
  private final Documents documents;

  /**
   * A maker of lines.
   *
   * @param namespace the last part of the data streams' names
   * @param clock for event.ingested
   */
  public EcsLines(String namespace, InstantSource clock) {
    documents = new Documents(namespace, clock);
  }

  /**
   * The documents of a record, each JSON in UTF-8 without a line break; data_stream names where it
   * belongs and event.id is its id.
   *
   * @throws IOException when the record is not what its topic holds; the message says what it is
   */
  public List<byte[]> of(Topic topic, ConsumerRecord<byte[], byte[]> record) throws IOException {
    try {
      return documents.of(topic, record).stream().map(Document::source).toList();
    } catch (Documents.UnreadableException e) {
      throw new IOException(e.getMessage(), e);
    }
  }
}
