package io.leukocyte.responder;

import io.leukocyte.engine.Engine;
import io.leukocyte.engine.EngineException;
import io.leukocyte.events.ActionId;
import io.leukocyte.events.CheckResult;
import io.leukocyte.events.Outcome;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Takes up again what waits for the container engine, the oldest first, and ends what is too late
 * by now. While something waits the engine is asked once a second, by one at a time.
 */
final class EngineWait {
  private final Engine engine;
  private final Journal journal;
  private final Guards guards;
  private final Interventions interventions;
  private final Snapshots snapshots;
  private final Executor executor;
  private final Clock clock;
  private final Set<ActionId> takenUp = ConcurrentHashMap.newKeySet();
  private final AtomicBoolean asking = new AtomicBoolean();

  /** With what asks the engine, which may take its time. */
  EngineWait(
      Engine engine,
      Journal journal,
      Guards guards,
      Interventions interventions,
      Snapshots snapshots,
      Executor executor,
      Clock clock) {
    this.engine = engine;
    this.journal = journal;
    this.guards = guards;
    this.interventions = interventions;
    this.snapshots = snapshots;
    this.executor = executor;
    this.clock = clock;
  }

  private List<ActionState> waiting() {
    return journal.read(ledger -> ledger.all(ActionState::awaitsEngine));
  }

  /** Once a second. */
  void tick() {
    List<ActionState> waiting = waiting();
    if (waiting.isEmpty()) {
      return;
    }
    long now = Nanos.now(clock);
    waiting.stream().filter(s -> guards.tooLate(s, now)).forEach(s -> takeUp(s, true));
    if (asking.compareAndSet(false, true)) {
      try {
        executor.execute(this::ask);
      } catch (RejectedExecutionException e) {
        asking.set(false); // we are ending
      }
    }
  }

  private void ask() {
    try {
      engine.ping();
      answers();
    } catch (EngineException e) {
      // Asked again in a second.
    } finally {
      asking.set(false);
    }
  }

  /** The engine answers again. */
  void answers() {
    long now = Nanos.now(clock);
    waiting().forEach(s -> takeUp(s, guards.tooLate(s, now)));
  }

  /** Each once at a time: an attempt may take long. */
  private void takeUp(ActionState state, boolean tooLate) {
    ActionId id = state.id();
    if (!takenUp.add(id)) {
      return;
    }
    switch (state.response()) {
      case Snapshot _ -> snapshots.resume(id, tooLate);
      case Intervention _ -> interventions.resume(id, tooLate);
      case Notify _ -> throw new IllegalStateException("A notification needs no engine: " + id);
    }
    CompletableFuture<?> _ =
        interventions.settled(id).whenComplete((settled, problem) -> takenUp.remove(id));
  }

  /** That something waits; empty when nothing does. */
  Optional<CheckResult> check() {
    List<ActionState> waiting = waiting();
    if (waiting.isEmpty()) {
      return Optional.empty();
    }
    Outcome why = waiting.getFirst().last().outcome();
    return Optional.of(
        new CheckResult.Degraded(
            "waiting actions",
            "%d, the oldest since %s, %s"
                .formatted(
                    waiting.size(),
                    Nanos.instant(waiting.getFirst().last().time()),
                    why instanceof Outcome.Done done ? done.detail() : why.toString()),
            "start the container engine; 'leuko actions' says until when they wait"));
  }
}
