package io.leukocyte.indexer;

import java.time.Instant;

/** A value in an answer. */
sealed interface Cell {
  /** There is none. */
  Cell NOTHING = new Nothing();

  /** A text, as it was stored. */
  record Text(String text) implements Cell {}

  /** A number. */
  record Figure(double value) implements Cell {}

  /** A moment. */
  record Moment(Instant time) implements Cell {}

  /** No value. */
  record Nothing() implements Cell {}
}
