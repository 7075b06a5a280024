package io.leukocyte.rules;

import io.leukocyte.events.BatchCursor;
import io.leukocyte.events.BatchWriter;
import io.leukocyte.events.EventId;
import io.leukocyte.events.MalformedBatchException;
import io.leukocyte.events.Observed;

/** Single events as rows, so that there is one way to read a field. */
final class Rows {
  private Rows() {}

  /** A cursor that stands on an event, the only row of its batch. */
  static BatchCursor of(Observed observed) {
    EventId id = observed.id();
    BatchWriter writer = new BatchWriter(id.host(), id.epoch());
    writer.add(observed.event());
    try {
      BatchCursor row = BatchCursor.over(writer.finish(id.sequence(), id.index()));
      row.next();
      return row;
    } catch (MalformedBatchException e) {
      throw new IllegalStateException("An event of its own writer cannot be read: " + id, e);
    }
  }
}
