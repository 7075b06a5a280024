package io.leukocyte.responder;

import io.leukocyte.responder.ActionState.Phase;
import java.time.Clock;
import java.util.List;

/** Finishes or rolls back what a former run left half done, and takes back what is overdue. */
final class Recovery {
  private Recovery() {}

  static void run(
      Journal journal,
      Guards guards,
      Interventions interventions,
      Snapshots snapshots,
      Notifier notifier,
      Sequels sequels,
      Clock clock) {
    long now = Nanos.now(clock);
    sequels.refuseLate();
    List<ActionState> left = journal.read(ledger -> ledger.all(s -> s.phase() != Phase.CLOSED));
    for (ActionState state : left) {
      boolean tooLate = guards.tooLate(state, now);
      switch (state.response()) {
        case Notify notify when tooLate -> notifier.giveUp(state.id());
        case Notify notify -> notifier.begin(state.id());
        case Snapshot snapshot -> snapshots.resume(state.id(), tooLate);
        case Intervention what when state.overdue(now) -> interventions.expire(state.id());
        case Intervention what -> interventions.resume(state.id(), tooLate);
      }
    }
    sequels.takeUp();
  }
}
