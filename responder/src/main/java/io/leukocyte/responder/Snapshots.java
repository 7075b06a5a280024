package io.leukocyte.responder;

import io.leukocyte.engine.EngineException;
import io.leukocyte.events.Action.Step;
import io.leukocyte.events.ActionId;
import io.leukocyte.events.ContainerFacts;
import io.leukocyte.events.ContainerId;
import io.leukocyte.events.Outcome;
import io.leukocyte.responder.ActionState.Phase;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Carries out snapshots, each in the lane of its container: a change that comes after it in the
 * policy waits until the evidence is kept, or failed.
 */
final class Snapshots {
  private final Host host;
  private final Journal journal;
  private final Lanes lanes;
  private final Evidence evidence;
  private final Clock clock;
  private final Meters meters;

  Snapshots(
      Host host, Journal journal, Lanes lanes, Evidence evidence, Clock clock, Meters meters) {
    this.host = host;
    this.journal = journal;
    this.lanes = lanes;
    this.evidence = evidence;
    this.clock = clock;
    this.meters = meters;
  }

  /** Takes a snapshot that is intended. */
  void begin(ActionId id) {
    inLane(id, this::take);
  }

  /** Takes again, unless it is too late, what was begun before a crash. */
  void resume(ActionId id, boolean tooLate) {
    inLane(
        id,
        state -> {
          if (tooLate) {
            close(state, new Outcome.Failed("interrupted, and too late by now"));
          } else {
            take(state);
          }
        });
  }

  private void inLane(ActionId id, Consumer<ActionState> work) {
    Optional<ContainerId> container =
        journal.read(ledger -> ledger.find(id)).flatMap(ActionState::container);
    container.ifPresent(c ->
        lanes.run(
            c,
            () ->
                journal
                    .read(ledger -> ledger.find(id))
                    .filter(s -> s.phase() == Phase.INTENDED)
                    .ifPresent(work)));
  }

  private void take(ActionState state) {
    close(state, outcome(state));
    meters.verified(state);
  }

  private Outcome outcome(ActionState state) {
    try {
      Optional<ContainerFacts> facts = host.engine().inspect(state.container().orElseThrow());
      if (facts.isEmpty()) {
        return new Outcome.Skipped("the container is gone");
      }
      if (state.last().dryRun()) {
        return new Outcome.Skipped("dry run: snapshot of its processes, files and log");
      }
      evidence.before(state, facts.get());
      return evidence.all(state, facts.get());
    } catch (EngineException e) {
      return new Outcome.Failed(String.valueOf(e.getMessage()));
    }
  }

  private void close(ActionState state, Outcome outcome) {
    Step step =
        switch (outcome) {
          case Outcome.Done o -> Step.VERIFIED;
          case Outcome.Skipped o -> Step.SKIPPED;
          case Outcome.Refused o -> Step.REFUSED;
          case Outcome.Failed o -> Step.FAILED;
        };
    JournalStep next =
        state
            .keeping(evidence.of(state))
            .next(Nanos.now(clock), step, outcome, ActionState.Phase.CLOSED);
    journal.append(new JournalEntry.Steps(List.of(next)));
    meters.step(next.action());
  }
}
