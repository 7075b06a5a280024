package io.leukocyte.indexer;

import java.util.List;
import java.util.Locale;

/** A part of a dashboard. */
sealed interface Panel {
  /** What is written over it; unique in its dashboard. */
  String title();

  /** Its id in its dashboard: the title's words with dashes between them. */
  default String id() {
    return title().toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]+", "-");
  }

  /** How a chart looks. */
  enum Look {
    /** Bars along the last bucket, split by the first when there are two, else by the figures. */
    BARS,
    /** A row for each bucket. */
    TABLE,
    /** A ring with a piece for each bucket. */
    DONUT,
    /** One large number, without a bucket. */
    NUMBER
  }

  /**
   * A chart that belongs to its dashboard alone.
   *
   * @param title what is written over it
   * @param view what it looks at
   * @param look how it looks
   * @param query in Lucene's language; empty takes every document
   * @param columns buckets, then figures; tables and rings are ordered by the first figure
   * @param drilldown name of the dashboard that a click on a value leads to; empty is none
   */
  record Chart(
      String title, DataView view, Look look, String query, List<Column> columns, String drilldown)
      implements Panel {
    /** Copies the list. */
    public Chart {
      columns = List.copyOf(columns);
    }

    /** The same chart, whose values lead to another dashboard, which is filtered by them. */
    Chart leadingTo(String dashboard) {
      return new Chart(title, view, look, query, columns, dashboard);
    }
  }

  /** The documents of a saved search. */
  record Documents(String title, SavedSearch search) implements Panel {}

  /** A text in Markdown. */
  record Note(String title, String markdown) implements Panel {}
}
