package io.leukocyte.responder;

import io.leukocyte.events.Action;
import io.leukocyte.events.ActionId;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What one line of the journal says. */
sealed interface JournalEntry {

  /**
   * Steps that are taken together or not at all; they are published.
   *
   * @param steps of one or several actions
   */
  record Steps(List<JournalStep> steps) implements JournalEntry {
    public Steps {
      steps = List.copyOf(steps);
    }
  }

  /** From here on the change may be on the host, and this is how it is taken back. */
  record Prepared(ActionId id, Undo undo, String way) implements JournalEntry {}

  /** From here on the change may be gone from the host. */
  record Undoing(ActionId id, @Nullable String operator) implements JournalEntry {}

  /** Alerts of the partition before this offset were looked at. */
  record Read(int partition, long offset) implements JournalEntry {}

  /** Entries up to this number are published. */
  record Published(long through) implements JournalEntry {}

  /** From here on policies begin nothing new. */
  record Halted(Halt halt) implements JournalEntry {}

  /** From here on they do again. */
  record Resumed() implements JournalEntry {}

  /**
   * What became of an order; it is published. An order that is known does nothing a second time.
   *
   * @param action what is published
   * @param order the order's id; null when it did not come over Kafka, or nobody vouches for it
   * @param expires until when it is remembered, unix nanoseconds
   */
  record Answered(Action action, @Nullable ActionId order, long expires) implements JournalEntry {}

  /** An order that is remembered so that it does nothing a second time. */
  record Ordered(ActionId order, long expires) implements JournalEntry {}

  /** Orders of the partition before this offset were looked at. */
  record OrdersRead(int partition, long offset) implements JournalEntry {}

  /** An alert was marked false: its rule does not act on its container for a while. */
  record MarkedFalse(FalseAlarm alarm) implements JournalEntry {}

  /** An action as it was when the journal was made smaller. */
  record Kept(ActionState state) implements JournalEntry {}

  /** A step that was not yet published when the journal was made smaller. */
  record Unpublished(Action action) implements JournalEntry {}
}
