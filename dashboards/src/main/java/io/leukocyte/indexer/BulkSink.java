package io.leukocyte.indexer;

import java.util.BitSet;
import java.util.List;

/** Where documents go: Elasticsearch, or memory in tests. */
interface BulkSink {
  /**
   * Sends documents in one request and waits for the answer.
   *
   * @return what became of each, in their order; or that the whole request was not taken
   */
  BulkAnswer send(List<Document> documents);

  /**
   * The same where some may have been sent before. A node finds a second one by its id only in the
   * index that is written to: what was stored before a rollover has to be looked for.
   *
   * @param doubtful the numbers of those documents
   */
  default BulkAnswer send(List<Document> documents, BitSet doubtful) {
    return send(documents);
  }
}
