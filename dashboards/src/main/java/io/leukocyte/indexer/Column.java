package io.leukocyte.indexer;

import java.util.List;

/** A column of a chart: a bucket, or a figure that is told of each bucket. */
sealed interface Column {
  /** What is written over it. */
  String label();

  /** By time; Kibana chooses the interval. */
  record Time() implements Column {
    @Override
    public String label() {
      return "@timestamp";
    }
  }

  /**
   * By the most frequent values of a field.
   *
   * @param field of keywords, addresses, numbers or truth values
   * @param label what is written over it
   * @param size most values
   * @param leastFirst whether they are ordered from the smallest figure on
   */
  record Terms(String field, String label, int size, boolean leastFirst) implements Column {
    /** From the largest figure on. */
    Terms(String field, String label, int size) {
      this(field, label, size, false);
    }

    /** {@code asc} or {@code desc}. */
    String direction() {
      return leastFirst ? "asc" : "desc";
    }
  }

  /**
   * By queries.
   *
   * @param label what is written over it
   * @param filters at least one
   */
  record Filters(String label, List<Filter> filters) implements Column {
    /** Copies the list. */
    public Filters {
      filters = List.copyOf(filters);
    }
  }

  /**
   * A query with a name.
   *
   * @param label the name
   * @param query in Lucene's language
   */
  record Filter(String label, String query) {}

  /** The number of documents. */
  record Count(String label) implements Column {}

  /** The number of different values of a field. */
  record Unique(String field, String label) implements Column {}

  /** The smallest value of a field of numbers, or the first moment of one of times. */
  record Min(String field, String label) implements Column {}

  /** The largest value of a field of numbers, or the last moment of one of times. */
  record Max(String field, String label) implements Column {}

  /** The sum of a field of numbers. */
  record Sum(String field, String label) implements Column {}

  /** The sum of a field of numbers in a bar of time, for each second of it. */
  record Rate(String field, String label) implements Column {}

  /**
   * The value that a share of the documents does not exceed.
   *
   * @param field of numbers
   * @param label what is written over it
   * @param percent the share, 1 to 99
   */
  record Percentile(String field, String label, int percent) implements Column {}

  /** Whether it makes buckets. */
  default boolean isBucket() {
    return switch (this) {
      case Time t -> true;
      case Terms t -> true;
      case Filters f -> true;
      case Count c -> false;
      case Unique u -> false;
      case Min m -> false;
      case Max m -> false;
      case Sum s -> false;
      case Rate r -> false;
      case Percentile p -> false;
    };
  }
}
