package io.leukocyte.indexer;

import java.util.List;

/**
 * What Elasticsearch answered to a panel.
 *
 * @param headings of the columns
 * @param rows a cell for each heading; of a chart a row for each innermost bucket with a document
 *     in it, of a list a row for each document shown
 * @param documents how many documents the panel's query found
 * @param problem why it is not the whole answer; empty when it is
 */
record PanelAnswer(List<Heading> headings, List<List<Cell>> rows, long documents, String problem) {
  /** Copies the lists. */
  PanelAnswer {
    headings = List.copyOf(headings);
    rows = rows.stream().map(List::copyOf).toList();
  }

  /**
   * A heading.
   *
   * @param label what is written over the column
   * @param field whose values stand below it; empty when they are no field's
   * @param unit of its numbers
   * @param figure whether its numbers are told of the buckets before it
   */
  record Heading(String label, String field, Unit unit, boolean figure) {}

  /** The answer to a panel that could not be asked. */
  static PanelAnswer failed(String problem) {
    return new PanelAnswer(List.of(), List.of(), 0, problem);
  }
}
