package io.leukocyte.responder;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.leukocyte.engine.EngineException;
import io.leukocyte.events.Action;
import io.leukocyte.events.ActionId;
import io.leukocyte.events.ContainerFacts;
import io.leukocyte.events.ContainerId;
import io.leukocyte.events.ContainerRef;
import io.leukocyte.events.HostId;
import io.leukocyte.events.Outcome;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * What operators do to containers themselves: on the same journalled way as what policies want, and
 * with the protect list, but without bounds and cooldowns, and also during an emergency stop.
 */
final class ByHand {
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  /** How long an order waits for a container engine that went away meanwhile. */
  private static final Duration LATEST = Duration.ofMinutes(5);

  private final HostId hostId;
  private final Host host;
  private final Journal journal;
  private final Interventions interventions;
  private final Protection protection;
  private final Clock clock;

  ByHand(
      HostId hostId,
      Host host,
      Journal journal,
      Interventions interventions,
      Protection protection,
      Clock clock) {
    this.hostId = hostId;
    this.host = host;
    this.journal = journal;
    this.interventions = interventions;
    this.protection = protection;
    this.clock = clock;
  }

  /**
   * Does something to a container; the second time with the same id nothing.
   *
   * @param id the action's
   * @param container a name, or an id that may be shortened
   * @param operator who wants it
   * @param reason why; may be empty
   * @return what came of it; empty when this host has no such container
   * @throws OrderException when the engine does not say
   */
  Optional<Answer> contain(
      ActionId id, Containment what, String container, String operator, String reason) {
    Optional<ContainerFacts> facts = facts(container);
    if (facts.isEmpty()) {
      return Optional.empty();
    }
    if (journal.read(ledger -> ledger.find(id)).isEmpty()) {
      JournalStep step = firstStep(id, intervention(what), facts.get(), operator, reason);
      journal.append(new JournalEntry.Steps(List.of(step)));
    }
    interventions.begin(id);
    return Optional.of(answer(id, await(interventions.settled(id))));
  }

  private Optional<ContainerFacts> facts(String container) {
    try {
      Optional<ContainerId> found = host.engine().resolve(container);
      return found.flatMap(host.engine()::inspect);
    } catch (EngineException e) {
      throw new OrderException("The container engine does not say: " + e.getMessage(), e);
    }
  }

  private static Intervention intervention(Containment what) {
    return switch (what) {
      case Containment.Quarantine q ->
          new Quarantine(q.length(), true, ScopeText.parse(q.allow(), q.interfaces()));
      case Containment.Pause p -> new Pause(p.length());
      case Containment.Kill k -> new Kill(Kill.DEADLY, k.length());
      case Containment.KillProcess k ->
          new KillProcess(
              Processes.Signal.KILL, false, false, KillProcess.GRACE, new Culprit.Pointed(k.pid()));
      case Containment.Run r -> new Run(r.program());
      case Containment.Waf w -> new Waf(w.level().options(), Blocked.NOTHING, w.length());
    };
  }

  private JournalStep firstStep(
      ActionId id, Intervention what, ContainerFacts facts, String operator, String reason) {
    Optional<String> shielded = protection.reason(facts.container(), facts.labels());
    long now = Nanos.now(clock);
    Outcome outcome =
        shielded.isPresent()
            ? new Outcome.Refused(shielded.get())
            : new Outcome.Done("ordered by hand" + (reason.isEmpty() ? "" : ": " + reason));
    Action action =
        new Action(
            id,
            shielded.isPresent() ? Action.Step.REFUSED : Action.Step.INTENDED,
            0,
            now,
            hostId,
            what.type(),
            facts.container(),
            outcome,
            null,
            null,
            null,
            null,
            operator,
            shielded.isPresent() ? 0 : what.length().map(l -> now + l.toNanos()).orElse(0L),
            false);
    ActionState.Phase phase =
        shielded.isPresent() ? ActionState.Phase.CLOSED : ActionState.Phase.INTENDED;
    @Nullable String told =
        what.tells() && shielded.isEmpty()
            ? document(facts.container(), operator, reason, now)
            : null;
    return new JournalStep(action, phase, what, told, now + LATEST.toNanos());
  }

  /** What stands for an alert where there is none. */
  private static String document(ContainerRef container, String operator, String reason, long now) {
    ObjectNode root = JournalLines.MAPPER.createObjectNode();
    root.put("@timestamp", Nanos.instant(now).toString()).put("message", "ordered by hand");
    root.putObject("event").put("kind", "event").put("reason", reason);
    root.putObject("user").put("name", operator);
    ObjectNode node = root.putObject("container");
    node.put("id", container.id().value()).put("name", container.name());
    node.putObject("image").put("name", container.image());
    return root.toString();
  }

  private static Answer answer(ActionId id, ActionState state) {
    OpenAction shown = OpenAction.of(state);
    boolean done =
        state.phase() == ActionState.Phase.IN_FORCE || state.last().step() == Action.Step.VERIFIED;
    String detail =
        switch (state.last().outcome()) {
          case Outcome.Done o when state.awaitsEngine() -> "it waits " + o.detail();
          case Outcome.Done o -> o.detail();
          case Outcome.Skipped o -> o.reason();
          case Outcome.Refused o -> o.reason();
          case Outcome.Failed o -> o.problem();
        };
    return new Answer(id.value(), shown.type(), shown.container(), done, detail);
  }

  private static ActionState await(CompletableFuture<ActionState> settled) {
    try {
      return settled.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    } catch (TimeoutException e) {
      throw new OrderException(
          "Not done after " + PATIENCE.toSeconds() + " s; it goes on, see 'leuko actions'", e);
    } catch (ExecutionException e) {
      throw new OrderException(String.valueOf(e.getCause()), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new OrderException("Interrupted; it goes on, see 'leuko actions'", e);
    }
  }
}
