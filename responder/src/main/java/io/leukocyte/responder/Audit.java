package io.leukocyte.responder;

import io.leukocyte.events.Action;
import io.leukocyte.events.ActionId;
import io.leukocyte.events.ContainerRef;
import io.leukocyte.events.HostId;
import io.leukocyte.events.Outcome;
import java.time.Clock;
import org.jspecify.annotations.Nullable;

/**
 * Journals and publishes what operators order that is no action on a container, in the form of an
 * action.
 */
final class Audit {
  private final HostId host;
  private final Journal journal;
  private final Clock clock;

  Audit(HostId host, Journal journal, Clock clock) {
    this.host = host;
    this.journal = journal;
    this.clock = clock;
  }

  /**
   * An order, and whom it is from.
   *
   * @param id its own
   * @param type what kind it is
   * @param operator who ordered it
   * @param target the container it is about; null: none
   */
  record Entry(ActionId id, String type, String operator, @Nullable ContainerRef target) {
    /** About no container. */
    Entry(ActionId id, String type, String operator) {
      this(id, type, operator, null);
    }
  }

  /** On the disk before what cannot be taken back is begun; {@link #ends} follows. */
  void begins(Entry entry, String detail) {
    say(entry, Action.Step.INTENDED, 0, new Outcome.Done(detail));
  }

  /** How what {@link #begins} said came out. */
  Answer ends(Entry entry, Outcome outcome) {
    return say(entry, step(outcome), 1, outcome);
  }

  /** What was done at once. */
  Answer done(Entry entry, Outcome outcome) {
    return say(entry, step(outcome), 0, outcome);
  }

  private static Action.Step step(Outcome outcome) {
    return switch (outcome) {
      case Outcome.Done _ -> Action.Step.VERIFIED;
      case Outcome.Skipped _ -> Action.Step.SKIPPED;
      case Outcome.Refused _ -> Action.Step.REFUSED;
      case Outcome.Failed _ -> Action.Step.FAILED;
    };
  }

  private Answer say(Entry entry, Action.Step step, int number, Outcome outcome) {
    Action action =
        new Action(
            entry.id(),
            step,
            number,
            Nanos.now(clock),
            host,
            entry.type(),
            entry.target(),
            outcome,
            null,
            null,
            null,
            null,
            entry.operator(),
            0,
            false);
    journal.append(new JournalEntry.Answered(action, null, 0));
    return answer(entry, outcome);
  }

  private static Answer answer(Entry entry, Outcome outcome) {
    String container = entry.target() == null ? "" : entry.target().name();
    boolean done = outcome instanceof Outcome.Done || outcome instanceof Outcome.Skipped;
    String detail =
        switch (outcome) {
          case Outcome.Done o -> o.detail();
          case Outcome.Skipped o -> o.reason();
          case Outcome.Refused o -> o.reason();
          case Outcome.Failed o -> o.problem();
        };
    return new Answer(entry.id().value(), entry.type(), container, done, detail);
  }
}
