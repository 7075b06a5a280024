package io.leukocyte.responder;

import io.leukocyte.events.ActionId;
import io.leukocyte.events.Outcome;
import java.time.Clock;
import java.util.Optional;

/** Stops all that policies do on this host, and lets them go on; on the disk when it returns. */
final class Emergency {
  private final Audit audit;
  private final Journal journal;
  private final Clock clock;

  Emergency(Audit audit, Journal journal, Clock clock) {
    this.audit = audit;
    this.journal = journal;
    this.clock = clock;
  }

  /** When this returns no policy begins anything on a container until somebody resumes. */
  Answer stop(ActionId id, String operator, String reason) {
    Halt halt = new Halt(operator, reason, Nanos.now(clock));
    Optional<Halt> before = journal.appendUnless(Ledger::halt, new JournalEntry.Halted(halt));
    Outcome outcome =
        before.isPresent()
            ? new Outcome.Skipped("already " + before.get().description())
            : new Outcome.Done(
                "policies begin nothing new" + (reason.isEmpty() ? "" : ": " + reason));
    return audit.done(new Audit.Entry(id, "emergency-stop", operator), outcome);
  }

  /** Policies act again, on alerts from now on. */
  Answer resume(ActionId id, String operator) {
    Audit.Entry entry = new Audit.Entry(id, "resume", operator);
    Optional<Halt> halt = journal.read(Ledger::halt);
    if (halt.isEmpty()) {
      return audit.done(entry, new Outcome.Skipped("there is no emergency stop"));
    }
    journal.append(new JournalEntry.Resumed());
    return audit.done(entry, new Outcome.Done("was " + halt.get().description()));
  }
}
