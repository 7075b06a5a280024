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
  private static final String INTERRUPTED = "interrupted, and too late by now";

  private final Host host;
  private final Journal journal;
  private final Lanes lanes;
  private final Evidence evidence;
  private final EnginePatience patience;
  private final Clock clock;
  private final Meters meters;

  Snapshots(
      Host host,
      Journal journal,
      Lanes lanes,
      Evidence evidence,
      EnginePatience patience,
      Clock clock,
      Meters meters) {
    this.host = host;
    this.journal = journal;
    this.lanes = lanes;
    this.evidence = evidence;
    this.patience = patience;
    this.clock = clock;
    this.meters = meters;
  }

  /** Takes a snapshot that is intended. */
  void begin(ActionId id) {
    inLane(id, this::take);
  }

  /** Takes again, unless it is too late, what was begun before a crash or waits for the engine. */
  void resume(ActionId id, boolean tooLate) {
    inLane(
        id,
        state -> {
          if (tooLate) {
            close(state, new Outcome.Failed(Interventions.late(state, INTERRUPTED)));
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
    if (journal.read(ledger -> ledger.isBehindWaiting(state))) {
      awaitEngine(state, "what comes before it on this container waits");
      return;
    }
    try {
      ContainerId container = state.container().orElseThrow();
      Optional<ContainerFacts> facts = patience.call(() -> host.engine().inspect(container));
      close(state, outcome(state, facts));
      meters.verified(state);
    } catch (EngineException e) {
      String problem = String.valueOf(e.getMessage());
      if (EnginePatience.isAway(e)) {
        awaitEngine(state, problem);
      } else {
        close(state, new Outcome.Failed(problem));
      }
    }
  }

  private void awaitEngine(ActionState state, String problem) {
    if (!state.awaitsEngine()) {
      append(
          state.next(
              Nanos.now(clock),
              Step.WAITING,
              EnginePatience.waiting(problem),
              ActionState.Phase.INTENDED));
    }
  }

  private Outcome outcome(ActionState state, Optional<ContainerFacts> facts) {
    if (facts.isEmpty()) {
      return new Outcome.Skipped("the container is gone");
    }
    if (state.last().dryRun()) {
      return new Outcome.Skipped("dry run: snapshot of its processes, files and log");
    }
    Snapshot snapshot = state.response() instanceof Snapshot s ? s : new Snapshot();
    evidence.before(state, facts.get());
    snapshot
        .capture()
        .ifPresent(capture ->
            evidence.record(
                state,
                facts.get(),
                capture,
                work -> lanes.run(facts.get().container().id(), work)));
    return evidence.all(state, facts.get(), snapshot.commit());
  }

  private void close(ActionState state, Outcome outcome) {
    Step step =
        switch (outcome) {
          case Outcome.Done o -> Step.VERIFIED;
          case Outcome.Skipped o -> Step.SKIPPED;
          case Outcome.Refused o -> Step.REFUSED;
          case Outcome.Failed o -> Step.FAILED;
        };
    append(
        state
            .keeping(evidence.of(state))
            .next(Nanos.now(clock), step, outcome, ActionState.Phase.CLOSED));
  }

  private void append(JournalStep next) {
    journal.append(new JournalEntry.Steps(List.of(next)));
    meters.step(next.action());
  }
}
