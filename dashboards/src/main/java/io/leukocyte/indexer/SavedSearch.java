package io.leukocyte.indexer;

import java.util.List;

/**
 * A search that is kept: Discover opens it, and dashboards show its documents.
 *
 * @param id the saved object's
 * @param title what Kibana shows in its list
 * @param description what it finds
 * @param view what it searches
 * @param query in Lucene's language; empty finds every document
 * @param columns fields, beside the time
 */
record SavedSearch(
    String id,
    String title,
    String description,
    DataView view,
    String query,
    List<String> columns) {
  /** Copies the list. */
  SavedSearch {
    columns = List.copyOf(columns);
  }
}
