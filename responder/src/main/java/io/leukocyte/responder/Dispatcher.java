package io.leukocyte.responder;

import io.leukocyte.engine.Engine;
import io.leukocyte.engine.EngineException;
import io.leukocyte.events.Action;
import io.leukocyte.events.ActionId;
import io.leukocyte.events.Alert;
import io.leukocyte.events.AlertId;
import io.leukocyte.events.ContainerFacts;
import io.leukocyte.events.ContainerRef;
import io.leukocyte.events.HostId;
import io.leukocyte.events.Outcome;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Decides what is done about an alert: which policies match, what the guards say. The decision is
 * in the journal, whole, before anything is done. Called by one thread.
 */
final class Dispatcher {
  private static final String ALLOWED = "allowed";
  private static final Duration SILENCE = Duration.ofSeconds(5);

  private final HostId host;
  private final Engine engine;
  private final Journal journal;
  private final Guards guards;
  private final Protection protection;
  private final Interventions interventions;
  private final Notifier notifier;
  private final Snapshots snapshots;
  private final Evidence evidence;
  private final Clock clock;
  private final Meters meters;
  private volatile PolicySet policies = PolicySet.EMPTY;
  private long silentUntil = System.nanoTime();

  Dispatcher(
      HostId host,
      Engine engine,
      Journal journal,
      Guards guards,
      Protection protection,
      Interventions interventions,
      Notifier notifier,
      Snapshots snapshots,
      Evidence evidence,
      Clock clock,
      Meters meters) {
    this.host = host;
    this.engine = engine;
    this.journal = journal;
    this.guards = guards;
    this.protection = protection;
    this.interventions = interventions;
    this.notifier = notifier;
    this.snapshots = snapshots;
    this.evidence = evidence;
    this.clock = clock;
    this.meters = meters;
  }

  /** From the next alert on these hold. */
  void use(PolicySet newPolicies) {
    policies = newPolicies;
  }

  PolicySet policies() {
    return policies;
  }

  /**
   * An alert that policies answer.
   *
   * @param alert what happened
   * @param document the same as it was read, for telling it
   * @param policies those that match
   * @param received when it came, {@link System#nanoTime}
   */
  record Considered(Alert alert, String document, List<Policy> policies, long received) {
    Considered {
      policies = List.copyOf(policies);
    }
  }

  /** Acts on an alert as the policies say; the second time the same alert does nothing. */
  void alert(Alert alert, String document) {
    consider(alert, document).ifPresent(this::decide);
  }

  /**
   * Looks which policies answer an alert, and asks for what their bounds need. Several alerts may
   * be considered before the first is decided on: then their questions are on their way together.
   *
   * @param alert what happened
   * @param document the same as it was read
   * @return empty when it is another host's
   */
  Optional<Considered> consider(Alert alert, String document) {
    long received = System.nanoTime();
    if (!alert.host().equals(host)) {
      meters.alert("foreign");
      return Optional.empty();
    }
    List<Policy> matching =
        policies.policies().stream().filter(p -> matches(p.match(), alert)).toList();
    long now = Nanos.now(clock);
    Optional<Hold> hold = matching.isEmpty() ? Optional.empty() : hold(alert);
    for (Policy given : matching) {
      Policy policy = hold.map(h -> held(given, h)).orElse(given);
      if (!known(policy, alert) && barred(policy, hold, alert).isEmpty() && !asksLater(policy)) {
        guards.announce(policy, alert, now);
      }
    }
    return Optional.of(new Considered(alert, document, matching, received));
  }

  /** Decides, in the order in which alerts came. */
  void decide(Considered considered) {
    boolean acted = false;
    for (Policy policy : considered.policies()) {
      acted |= answer(policy, considered.alert(), considered.document(), considered.received());
    }
    meters.alert(acted ? "acted" : considered.policies().isEmpty() ? "ignored" : "known");
    meters.decided(considered.received());
  }

  private static ActionId idOf(AlertId alert, String policy, int position) {
    return ActionId.of(alert.value(), policy, String.valueOf(position));
  }

  /** The actions with which a policy answered an alert. */
  static List<ActionState> actions(Ledger ledger, AlertId alert, String policy) {
    List<ActionState> actions = new ArrayList<>();
    Optional<ActionState> action = ledger.find(idOf(alert, policy, 0));
    while (action.isPresent()) {
      actions.add(action.get());
      action = ledger.find(idOf(alert, policy, actions.size()));
    }
    return actions;
  }

  private boolean known(Policy policy, Alert alert) {
    return journal.read(ledger -> !actions(ledger, alert.id(), policy.name()).isEmpty());
  }

  /** Why a policy changes nothing on the container, whatever its guards say. */
  private Optional<String> barred(Policy policy, Optional<Hold> hold, Alert alert) {
    if (policy.responses().stream().noneMatch(Intervention.class::isInstance)) {
      return Optional.empty();
    }
    ContainerRef target = alert.container();
    Optional<String> shielded =
        target == null ? Optional.empty() : protection.reason(target, alert.labels());
    return hold.filter(h -> h.effect() == Maintenance.Effect.OFF)
        .map(Hold::reason)
        .or(() -> shielded)
        .or(() -> journal.read(Ledger::halt).map(Halt::refusal));
  }

  private boolean matches(Policy.Match match, Alert alert) {
    return (match.rules().isEmpty() || match.rules().contains(alert.rule().name()))
        && match.atLeast().map(alert.rule().priority()::atLeast).orElse(true)
        && (match.tags().isEmpty() || alert.rule().tags().stream().anyMatch(match.tags()::contains))
        && match.condition().map(c -> c.test(alert.cause(), facts(alert))).orElse(true);
  }

  /**
   * As the engine gives them now; else what the alert itself says of its container. One that let us
   * wait for nothing is not asked for a while: other alerts would wait for the same.
   */
  private @Nullable ContainerFacts facts(Alert alert) {
    ContainerRef container = alert.container();
    if (container == null) {
      return null;
    }
    Optional<ContainerFacts> found = Optional.empty();
    if (System.nanoTime() - silentUntil >= 0) {
      try {
        found = engine.inspect(container.id());
      } catch (EngineException.Timeout e) {
        silentUntil = System.nanoTime() + SILENCE.toNanos();
      } catch (EngineException e) {
        found = Optional.empty();
      }
    }
    return found.orElseGet(() -> AlertFacts.of(alert, container));
  }

  /** A window that is open on the alert's container; the strictest of them. */
  private record Hold(Maintenance.Effect effect, String reason) {}

  private Optional<Hold> hold(Alert alert) {
    ContainerRef container = alert.container();
    List<Maintenance> windows = policies.windows();
    if (container == null || windows.isEmpty()) {
      return Optional.empty();
    }
    ContainerFacts facts = facts(alert);
    return windows.stream()
        .filter(w -> w.scope().covers(alert, container, facts))
        .flatMap(w ->
            w.when().until(clock.instant()).map(t -> new Hold(w.effect(), w.reason(t))).stream())
        .min(Comparator.comparing(Hold::effect));
  }

  /** The policy as it is while a window is open. */
  private static Policy held(Policy policy, Hold hold) {
    return switch (hold.effect()) {
      case OFF -> policy;
      case DRY_RUN -> policy.in(Policy.Mode.DRY_RUN);
      case APPROVE ->
          policy.guard().mode() == Policy.Mode.ENFORCE ? policy.in(Policy.Mode.APPROVE) : policy;
    };
  }

  private boolean answer(Policy given, Alert alert, String document, long received) {
    Optional<Hold> hold = hold(alert);
    Policy policy = hold.map(h -> held(given, h)).orElse(given);
    if (known(policy, alert)) {
      return false;
    }
    long now = Nanos.now(clock);
    Optional<String> barred = barred(policy, hold, alert);
    Optional<String> refusal =
        barred.isPresent() || asksLater(policy)
            ? guards.unbounded(policy, alert, now)
            : guards.refusal(policy, alert, now);
    List<JournalStep> steps = new ArrayList<>();
    for (int i = 0; i < policy.responses().size(); i++) {
      Response response = policy.responses().get(i).about(alert);
      Outcome outcome = decide(refusal, barred, hold, response, alert);
      ActionId id = idOf(alert.id(), policy.name(), i);
      steps.add(step(policy, alert, id, response, outcome, now, document));
    }
    List<JournalStep> taken = journalled(steps, now);
    evidence.noticed(alert);
    taken.forEach(step -> carryOut(step, alert, received));
    return true;
  }

  /** Writes the decision down; nothing on a container begins during an emergency stop. */
  private List<JournalStep> journalled(List<JournalStep> steps, long now) {
    boolean begins = steps.stream().anyMatch(Dispatcher::changes);
    Optional<Halt> halt =
        journal.appendUnless(
            ledger -> begins ? ledger.halt() : Optional.empty(), new JournalEntry.Steps(steps));
    if (halt.isEmpty()) {
      return steps;
    }
    List<JournalStep> refused =
        steps.stream().map(s -> changes(s) ? s.refused(halt.get().refusal(), now) : s).toList();
    journal.append(new JournalEntry.Steps(refused));
    return refused;
  }

  private static boolean changes(JournalStep step) {
    return step.phase() != ActionState.Phase.CLOSED && step.response() instanceof Intervention;
  }

  /** Done means: it may begin. */
  private static Outcome decide(
      Optional<String> refusal,
      Optional<String> barred,
      Optional<Hold> hold,
      Response response,
      Alert alert) {
    if (refusal.isPresent()) {
      return new Outcome.Refused(refusal.get());
    }
    if (response instanceof Notify) {
      return new Outcome.Done(ALLOWED);
    }
    if (alert.container() == null) {
      return new Outcome.Skipped("the alert is about no container");
    }
    return barred.isPresent()
        ? new Outcome.Refused(barred.get())
        : new Outcome.Done(ALLOWED + hold.map(h -> "; " + h.reason()).orElse(""));
  }

  private static Outcome waiting(ActionId id, Outcome allowed) {
    String note =
        allowed instanceof Outcome.Done done ? done.detail().substring(ALLOWED.length()) : "";
    return new Outcome.Done("until somebody approves: leuko approve " + id + note);
  }

  /** What waits takes nothing of a bound: it is counted when somebody approves. */
  private static boolean asksLater(Policy policy) {
    return policy.responses().stream().anyMatch(response -> needsApproval(policy, response));
  }

  /** What changes nothing is done at once. */
  private static boolean needsApproval(Policy policy, Response response) {
    return policy.guard().mode() == Policy.Mode.APPROVE && response instanceof Intervention;
  }

  private JournalStep step(
      Policy policy,
      Alert alert,
      ActionId id,
      Response response,
      Outcome outcome,
      long now,
      String document) {
    Action.Step reached =
        switch (outcome) {
          case Outcome.Done o -> Action.Step.INTENDED;
          case Outcome.Skipped o -> Action.Step.SKIPPED;
          case Outcome.Refused o -> Action.Step.REFUSED;
          case Outcome.Failed o -> Action.Step.FAILED;
        };
    boolean begins = reached == Action.Step.INTENDED;
    boolean waits = begins && needsApproval(policy, response);
    Action action =
        new Action(
            id,
            waits ? Action.Step.WAITING : reached,
            0,
            now,
            host,
            response.type(),
            alert.container(),
            waits ? waiting(id, outcome) : outcome,
            alert.id(),
            alert.rule().name(),
            policy.name(),
            policy.source(),
            null,
            waits
                ? now + policy.guard().approveWithin().toNanos()
                : begins ? response.length().map(length -> now + length.toNanos()).orElse(0L) : 0,
            policy.guard().mode() == Policy.Mode.DRY_RUN);
    return new JournalStep(
        action,
        waits
            ? ActionState.Phase.WAITING
            : begins ? ActionState.Phase.INTENDED : ActionState.Phase.CLOSED,
        response,
        begins && response instanceof Notify ? document : null,
        begins ? guards.latest(alert.time()) : 0);
  }

  private void carryOut(JournalStep step, Alert alert, long received) {
    meters.step(step.action());
    ActionId id = step.action().id();
    if (step.action().step() == Action.Step.WAITING) {
      interventions.witness(id);
    }
    if (step.action().step() != Action.Step.INTENDED) {
      return;
    }
    switch (step.response()) {
      case Snapshot snapshot -> {
        meters.received(id, alert, received);
        snapshots.begin(id);
      }
      case Notify notify -> notifier.begin(id);
      case Intervention intervention -> {
        meters.received(id, alert, received);
        interventions.begin(id);
      }
    }
  }
}
