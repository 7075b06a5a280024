package io.leukocyte.responder;

import io.leukocyte.events.ActionId;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The place of an action in its policy's sequence, as it was when the alert was decided on: what
 * follows goes by this, and not by policy files that were changed since.
 *
 * @param after what it waits for; empty: it began with the decision
 * @param escalated whether it is of an escalation
 * @param approval how long it waits for an approval once its turn comes; empty: it needs none
 */
record Flow(Optional<After> after, boolean escalated, Optional<Duration> approval) {
  /** Of an action that waits for no other. */
  static final Flow NONE = new Flow(Optional.empty(), false, Optional.empty());

  /** How an action ended. */
  enum End {
    /** It was done, and held when it was looked at. */
    VERIFIED,
    /** It did not work. */
    FAILED,
    /** A guard, or an operator, was against it. */
    REFUSED,
    /** There was nothing to do. */
    SKIPPED,
    /** Its turn never came: what it waited for ended otherwise. */
    PASSED
  }

  /** What an action waits for. */
  sealed interface After {
    /** The actions that must have ended before anything is known. */
    List<ActionId> of();

    /**
     * An action that ended so.
     *
     * @param action which
     * @param ends one of these
     */
    record Ended(ActionId action, Set<End> ends) implements After {
      public Ended {
        ends = Set.copyOf(ends);
      }

      @Override
      public List<ActionId> of() {
        return List.of(action);
      }
    }

    /**
     * An action that ended, however it did: only the order is kept.
     *
     * @param action which
     */
    record Settled(ActionId action) implements After {
      @Override
      public List<ActionId> of() {
        return List.of(action);
      }
    }

    /**
     * One of the actions failed or was refused, and no change that was to follow then held instead.
     *
     * @param of the actions
     */
    record Unanswered(List<ActionId> of) implements After {
      public Unanswered {
        of = List.copyOf(of);
      }
    }
  }
}
