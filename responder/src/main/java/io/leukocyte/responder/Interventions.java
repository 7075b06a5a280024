package io.leukocyte.responder;

import io.leukocyte.engine.EngineException;
import io.leukocyte.events.Action.Step;
import io.leukocyte.events.ActionId;
import io.leukocyte.events.AlertId;
import io.leukocyte.events.ContainerFacts;
import io.leukocyte.events.ContainerId;
import io.leukocyte.events.Outcome;
import io.leukocyte.responder.ActionState.Phase;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Carries changes to containers out, keeps them in force, and takes them back, each step
 * journalled. Everything about one container happens in its lane, one thing after the other.
 */
final class Interventions {
  private static final Logger LOG = LoggerFactory.getLogger(Interventions.class);

  private final Host host;
  private final Journal journal;
  private final Lanes lanes;
  private final Examination examination;
  private final Evidence evidence;
  private final EnginePatience patience;
  private final Clock clock;
  private final Meters meters;

  Interventions(
      Host host,
      Journal journal,
      Lanes lanes,
      Protection protection,
      Evidence evidence,
      EnginePatience patience,
      Clock clock,
      Meters meters) {
    this.host = host;
    this.journal = journal;
    this.lanes = lanes;
    examination = new Examination(host, journal, protection, patience);
    this.evidence = evidence;
    this.patience = patience;
    this.clock = clock;
    this.meters = meters;
  }

  /** Carries out what is intended. */
  void begin(ActionId id) {
    inLane(
        id,
        state -> {
          if (state.phase() == Phase.INTENDED) {
            execute(state);
          }
        });
  }

  /**
   * Finishes, or when that is too late rolls back, what was begun before a crash, or waits for the
   * engine.
   */
  void resume(ActionId id, boolean tooLate) {
    inLane(
        id,
        state -> {
          switch (state.phase()) {
            case DEFERRED, WAITING -> {}
            case INTENDED -> {
              if (tooLate) {
                String why = late(state, "interrupted before it began, and too late by now");
                failed(state, why, Phase.CLOSED);
              } else {
                execute(state);
              }
            }
            case PREPARED -> finish(state, tooLate);
            case UNDOING -> undo(state);
            case IN_FORCE -> hold(state, "after our own start");
            case CLOSED -> {}
          }
        });
  }

  /** What an emergency stop or a false alert overtook while it waited is not done any more. */
  private void finish(ActionState state, boolean tooLate) {
    Optional<String> refusal =
        state.awaitsEngine() && state.automatic()
            ? journal.read(ledger -> refusal(ledger, state))
            : Optional.empty();
    Optional<String> once = once(state);
    if (once.isPresent()) {
      rollBack(state, once.get());
    } else if (tooLate) {
      rollBack(state, late(state, "interrupted half-way, and too late by now"));
    } else if (refusal.isPresent()) {
      rollBack(state, refusal.get());
    } else {
      carryOut(state, host);
    }
  }

  /** Why what was begun is not done again. */
  private Optional<String> once(ActionState state) {
    Undo undo = state.undo();
    try {
      return undo == null
          ? Optional.empty()
          : intervention(state).interrupted(host, target(state), undo);
    } catch (EngineException e) {
      return Optional.of(String.valueOf(e.getMessage()));
    }
  }

  /** Why what was not done in time was not. */
  static String late(ActionState state, String interrupted) {
    return state.awaitsEngine() && state.last().outcome() instanceof Outcome.Done waited
        ? "it waited " + waited.detail() + "; too late by now"
        : interrupted;
  }

  /** Takes an action back whose time is over. */
  void expire(ActionId id) {
    inLane(
        id,
        state -> {
          if (state.overdue(Nanos.now(clock))) {
            release(state, null);
          }
        });
  }

  /** Takes an action back, and says how that went. */
  CompletableFuture<Outcome> release(ActionId id, String operator) {
    CompletableFuture<Outcome> result = new CompletableFuture<>();
    inLane(
        id,
        state -> {
          try {
            result.complete(release(state, operator));
          } catch (RuntimeException e) {
            result.complete(new Outcome.Failed(String.valueOf(e.getMessage())));
            throw e;
          }
        });
    return result;
  }

  private Outcome release(ActionState state, @Nullable String operator) {
    if (!state.onHost()) {
      return new Outcome.Skipped("it is not in force");
    }
    journal.append(new JournalEntry.Undoing(state.id(), operator));
    return undo(now(state));
  }

  /** Takes the evidence of what waits for an approval: later there may be none. */
  void witness(ActionId id) {
    inLane(
        id,
        state -> {
          if (state.phase() == Phase.WAITING) {
            try {
              host.engine()
                  .inspect(target(state))
                  .ifPresent(facts -> evidence.before(state, facts));
            } catch (EngineException e) {
              LOG.warn("No evidence of container {}: {}", target(state).brief(), e.getMessage());
            }
          }
        });
  }

  /**
   * Ends the waiting of an action, and carries it out when the decision says so.
   *
   * @param decision the step that ends it; null: it waits on
   * @return what became of it
   */
  CompletableFuture<Outcome> settle(
      ActionId id, Function<ActionState, @Nullable JournalStep> decision) {
    CompletableFuture<Outcome> result = new CompletableFuture<>();
    inLane(
        id,
        state -> {
          try {
            result.complete(settle(state, decision));
          } catch (RuntimeException e) {
            result.complete(new Outcome.Failed(String.valueOf(e.getMessage())));
            throw e;
          }
        });
    return result;
  }

  private Outcome settle(ActionState state, Function<ActionState, @Nullable JournalStep> decision) {
    ActionState known = state.keeping(evidence.of(state));
    @Nullable JournalStep step = state.phase() == Phase.WAITING ? decision.apply(known) : null;
    if (step == null) {
      return new Outcome.Skipped("it does not wait any more");
    }
    journal.append(new JournalEntry.Steps(List.of(step)));
    meters.step(step.action());
    if (step.phase() == Phase.INTENDED) {
      execute(now(state));
    }
    return now(state).last().outcome();
  }

  /** Looks whether an action that is in force still holds, and makes it hold. */
  void hold(ActionId id, String occasion) {
    inLane(
        id,
        state -> {
          if (state.phase() == Phase.IN_FORCE) {
            hold(state, occasion);
          }
        });
  }

  /** Tries once more to take back what could not be. */
  void retryUndo(ActionId id) {
    inLane(
        id,
        state -> {
          if (state.phase() == Phase.UNDOING) {
            undo(state);
          }
        });
  }

  /** The action after all that was to be done with it so far. */
  CompletableFuture<ActionState> settled(ActionId id) {
    CompletableFuture<ActionState> result = new CompletableFuture<>();
    inLane(id, result::complete);
    return result;
  }

  private void inLane(ActionId id, Consumer<ActionState> work) {
    Optional<ContainerId> container =
        journal.read(ledger -> ledger.find(id)).flatMap(ActionState::container);
    container.ifPresent(
        c -> lanes.run(c, () -> journal.read(ledger -> ledger.find(id)).ifPresent(work)));
  }

  private ActionState now(ActionState state) {
    return journal.read(ledger -> ledger.find(state.id())).orElse(state);
  }

  private Intervention intervention(ActionState state) {
    return ((Intervention) state.response())
        .of(state, (file, text) -> evidence.keep(state, file, text));
  }

  private static ContainerId target(ActionState state) {
    return state.container().orElseThrow();
  }

  private void execute(ActionState state) {
    Scene scene = new Scene(state);
    switch (examination.of(state, scene::seen)) {
      case Checked.Away away -> awaitEngine(state, away.problem());
      case Checked.Not not -> close(state, not.outcome());
      case Checked.Ready ready when state.last().dryRun() ->
          close(state, new Outcome.Skipped("dry run: " + state.last().type() + " " + ready.way()));
      case Checked.Ready ready -> {
        Optional<String> refusal = prepare(state, ready);
        scene.taking.finish();
        if (refusal.isPresent()) {
          close(state, new Outcome.Refused(refusal.get()));
        } else {
          carryOut(now(state), scene.host);
        }
      }
    }
  }

  /**
   * A container just before it is changed: its evidence is read while it is looked at how it can be
   * changed, and while that is written down.
   */
  private final class Scene {
    private final ActionState state;
    private Evidence.Taking taking = Evidence.Taking.NONE;
    private Host host = Interventions.this.host;

    Scene(ActionState state) {
      this.state = state;
    }

    void seen(ContainerFacts facts) {
      if (!state.last().dryRun()) {
        taking = evidence.begin(state, facts);
        host = Interventions.this.host.knowing(facts);
      }
    }
  }

  /** From here on the host may be changed; not what a policy wants and somebody is against. */
  private Optional<String> prepare(ActionState state, Checked.Ready ready) {
    return journal.appendUnless(
        ledger -> state.automatic() ? refusal(ledger, state) : Optional.empty(),
        new JournalEntry.Prepared(state.id(), ready.undo(), ready.way()));
  }

  /** Why what a policy wants is not done any more. */
  private static Optional<String> refusal(Ledger ledger, ActionState state) {
    return ledger.halt().map(Halt::refusal).or(() -> ledger.falseAlarm(state));
  }

  /** Leaves an action until the engine answers, or it is too late; holds nothing up meanwhile. */
  private void awaitEngine(ActionState state, String problem) {
    if (!state.awaitsEngine()) {
      step(state, Step.WAITING, EnginePatience.waiting(problem), state.phase());
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
    step(state, step, outcome, Phase.CLOSED);
  }

  private void carryOut(ActionState state, Host on) {
    try {
      applyOrRollBack(state, on);
    } catch (EngineException e) {
      awaitEngine(now(state), String.valueOf(e.getMessage()));
    }
  }

  private void applyOrRollBack(ActionState state, Host on) {
    Outcome outcome = applyAndVerify(state, on, "");
    if (outcome instanceof Outcome.Failed && intervention(state).triedTwice()) {
      outcome = applyAndVerify(now(state), on, "once more: ");
    }
    if (outcome instanceof Outcome.Failed failure) {
      rollBack(now(state), failure.problem());
      return;
    }
    evidence.settle(state);
    Undo undo = state.undo();
    boolean holds = undo != null && undo.wanted();
    step(now(state), Step.VERIFIED, outcome, holds ? Phase.IN_FORCE : Phase.CLOSED);
    meters.verified(state);
  }

  /** Makes what the change needs; how that goes again is on the disk before the change is made. */
  private Outcome stage(ActionState state, Undo undo) {
    Checked.Ready known = new Checked.Ready(undo, state.way());
    Checked.Ready staged = intervention(state).stage(host, target(state), known);
    if (!staged.equals(known)) {
      journal.append(new JournalEntry.Prepared(state.id(), staged.undo(), staged.way()));
    }
    return new Outcome.Done("");
  }

  /** Throws what says that the engine is away. */
  private Outcome applyAndVerify(ActionState before, Host on, String prefix) {
    if (before.undo() == null) {
      return new Outcome.Failed("the journal does not say how to take it back");
    }
    Undo known = before.undo();
    if (patiently(() -> stage(before, known)) instanceof Outcome.Failed failure) {
      return failure;
    }
    ActionState state = now(before);
    Undo undo = state.undo() == null ? known : state.undo();
    Intervention what = intervention(state);
    Host hurrying = on.hurrying(() -> isAwaited(state));
    Outcome applied = patiently(() -> what.apply(hurrying, target(state), undo));
    if (!(applied instanceof Outcome.Done done)) {
      return applied;
    }
    String detail = prefix + state.way() + ": " + done.detail();
    step(state, Step.APPLIED, new Outcome.Done(detail), state.phase());
    return patiently(() -> what.verify(on, target(state), undo));
  }

  /** Whether something else is to be done to the container, which the same alert did not cause. */
  private boolean isAwaited(ActionState state) {
    @Nullable AlertId alert = state.last().alert();
    return !journal
        .read(ledger ->
            ledger.all(s ->
                s.phase() == Phase.INTENDED
                    && s.of(target(state))
                    && !s.last().dryRun()
                    && s.response() instanceof Intervention
                    && (alert == null || !alert.equals(s.last().alert()))))
        .isEmpty();
  }

  /** Any other failure is an outcome. */
  private Outcome patiently(Supplier<Outcome> work) {
    try {
      return patience.call(work);
    } catch (EngineException e) {
      if (EnginePatience.isAway(e)) {
        throw e;
      }
      return problem(e);
    } catch (HostException e) {
      return problem(e);
    }
  }

  private void rollBack(ActionState state, String why) {
    Undo undo = state.undo();
    if (undo != null && !undo.wanted()) {
      failed(state, why + letGo(state, undo), Phase.CLOSED);
      return;
    }
    Outcome undone = takeBack(state);
    if (undone instanceof Outcome.Failed failure) {
      failed(state, why + "; and it cannot be taken back: " + failure.problem(), Phase.UNDOING);
    } else {
      failed(state, why + "; it was taken back", Phase.CLOSED);
    }
  }

  private String letGo(ActionState state, Undo undo) {
    try {
      return intervention(state).letGo(host, target(state), undo).map(how -> "; " + how).orElse("");
    } catch (HostException e) {
      return "; and something may be held still: " + e.getMessage();
    }
  }

  private void failed(ActionState state, String why, Phase then) {
    step(now(state), Step.FAILED, new Outcome.Failed(why), then);
  }

  private Outcome undo(ActionState state) {
    Outcome outcome = takeBack(state);
    if (outcome instanceof Outcome.Failed) {
      if (!outcome.equals(state.last().outcome())) {
        step(state, Step.FAILED, outcome, Phase.UNDOING);
      }
    } else {
      step(state, Step.UNDONE, outcome, Phase.CLOSED);
    }
    return outcome;
  }

  /** Takes the change back, unless another action of ours needs the same change. */
  private Outcome takeBack(ActionState state) {
    Undo undo = state.undo();
    if (undo == null || !undo.wanted()) {
      return new Outcome.Done("nothing to take back");
    }
    boolean needed =
        journal.read(ledger -> ledger.held(target(state), state.id())).stream()
            .anyMatch(other -> other.getClass().equals(undo.getClass()));
    return needed
        ? new Outcome.Done("another action on this container keeps it so")
        : attempt(() -> intervention(state).undo(host, target(state), undo));
  }

  private void hold(ActionState state, String occasion) {
    Undo undo = state.undo();
    Optional<ContainerFacts> facts;
    try {
      facts = host.engine().inspect(target(state));
    } catch (EngineException e) {
      return; // looked at again later
    }
    if (undo == null) {
      return;
    }
    if (facts.isEmpty() && !intervention(state).outlivesContainer()) {
      gone(state, undo);
    } else if (facts.isEmpty() || intervention(state).outlivesStart()) {
      holdAgain(state, undo, occasion);
    } else {
      Duration since = Duration.ofNanos(Nanos.now(clock) - state.last().time());
      ContainerFacts now = facts.get();
      Outcome ended =
          attempt(() ->
              intervention(state).over(host, now, undo, since).orElse(new Outcome.Skipped("")));
      if (ended instanceof Outcome.Done) {
        step(state, Step.UNDONE, ended, Phase.CLOSED);
      }
    }
  }

  private void gone(ActionState state, Undo undo) {
    try {
      undo.tidy(host);
    } catch (EngineException e) {
      LOG.warn("Beside container {} something is left: {}", target(state).brief(), e.getMessage());
      return; // looked at again later
    }
    step(state, Step.UNDONE, new Outcome.Done("the container is gone"), Phase.CLOSED);
  }

  private void holdAgain(ActionState state, Undo undo, String occasion) {
    Intervention what = intervention(state);
    if (attempt(() -> what.verify(host, target(state), undo)) instanceof Outcome.Done) {
      return;
    }
    Outcome outcome;
    try {
      outcome = applyAndVerify(state, host, "again, " + occasion + ": ");
    } catch (EngineException e) {
      return; // looked at again later
    }
    if (outcome instanceof Outcome.Failed) {
      if (!outcome.equals(state.last().outcome())) {
        step(now(state), Step.FAILED, outcome, Phase.IN_FORCE);
      }
    } else {
      step(now(state), Step.VERIFIED, outcome, Phase.IN_FORCE);
    }
  }

  private void step(ActionState state, Step step, Outcome outcome, Phase then) {
    JournalStep next =
        state.keeping(evidence.of(state)).next(Nanos.now(clock), step, outcome, then);
    journal.append(new JournalEntry.Steps(List.of(next)));
    meters.step(next.action());
  }

  private static Outcome attempt(Supplier<Outcome> work) {
    try {
      return work.get();
    } catch (EngineException | HostException e) {
      return problem(e);
    }
  }

  private static Outcome.Failed problem(RuntimeException e) {
    return new Outcome.Failed(String.valueOf(e.getMessage()));
  }
}
