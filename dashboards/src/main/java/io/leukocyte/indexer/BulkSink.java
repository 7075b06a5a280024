package io.leukocyte.indexer;

import java.util.List;

/** Where documents go: Elasticsearch, or memory in tests. */
interface BulkSink {
  /**
   * Sends documents in one request and waits for the answer.
   *
   * @return what became of each, in their order; or that the whole request was not taken
   */
  BulkAnswer send(List<Document> documents);
}
