package io.leukocyte.responder;

import io.leukocyte.events.Action;
import io.leukocyte.events.ActionId;
import io.leukocyte.events.HostId;
import io.leukocyte.events.Outcome;
import java.time.Clock;
import java.util.Optional;

/** Stops all that policies do on this host, and lets them go on; on the disk when it returns. */
final class Emergency {
  private final HostId hostId;
  private final Journal journal;
  private final Clock clock;

  Emergency(HostId hostId, Journal journal, Clock clock) {
    this.hostId = hostId;
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
    return say(id, "emergency-stop", operator, outcome);
  }

  /** Policies act again, on alerts from now on. */
  Answer resume(ActionId id, String operator) {
    Optional<Halt> halt = journal.read(Ledger::halt);
    if (halt.isEmpty()) {
      return say(id, "resume", operator, new Outcome.Skipped("there is no emergency stop"));
    }
    journal.append(new JournalEntry.Resumed());
    return say(id, "resume", operator, new Outcome.Done("was " + halt.get().description()));
  }

  private Answer say(ActionId id, String type, String operator, Outcome outcome) {
    Action.Step step = outcome instanceof Outcome.Done ? Action.Step.VERIFIED : Action.Step.SKIPPED;
    Action action =
        new Action(
            id,
            step,
            0,
            Nanos.now(clock),
            hostId,
            type,
            null,
            outcome,
            null,
            null,
            null,
            null,
            operator,
            0,
            false);
    journal.append(new JournalEntry.Answered(action, null, 0));
    String detail = outcome instanceof Outcome.Skipped s ? s.reason() : "";
    return new Answer(
        id.value(), type, "", true, outcome instanceof Outcome.Done d ? d.detail() : detail);
  }
}
