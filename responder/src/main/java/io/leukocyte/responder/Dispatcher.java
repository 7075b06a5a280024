package io.leukocyte.responder;

import io.leukocyte.events.Action;
import io.leukocyte.events.ActionId;
import io.leukocyte.events.Alert;
import io.leukocyte.events.AlertId;
import io.leukocyte.events.ContainerFacts;
import io.leukocyte.events.ContainerId;
import io.leukocyte.events.ContainerRef;
import io.leukocyte.events.HostId;
import io.leukocyte.events.Outcome;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Decides what is done about an alert: which policies match, what the guards say. The decision is
 * in the journal, whole, before anything is done. Called by one thread.
 */
final class Dispatcher {
  private static final String ALLOWED = "allowed";

  /** More alerts are not considered before the first of them is decided on. */
  private static final int MOST_SHIELDS = 1_000;

  private final HostId host;
  private final Matching matching;
  private final Journal journal;
  private final Guards guards;
  private final Protection protection;
  private final Hands hands;
  private final Clock clock;
  private final Meters meters;
  private final Map<AlertId, Optional<String>> shields =
      new LinkedHashMap<>() {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<AlertId, Optional<String>> eldest) {
          return size() > MOST_SHIELDS;
        }
      };
  private volatile PolicySet policies = PolicySet.EMPTY;

  Dispatcher(
      HostId host,
      Matching matching,
      Journal journal,
      Guards guards,
      Protection protection,
      Hands hands,
      Clock clock,
      Meters meters) {
    this.host = host;
    this.matching = matching;
    this.journal = journal;
    this.guards = guards;
    this.protection = protection;
    this.hands = hands;
    this.clock = clock;
    this.meters = meters;
  }

  /** From the next alert on these hold. */
  void use(PolicySet newPolicies) {
    policies = newPolicies;
  }

  /** The policy of that name as it is for a container by now. */
  Optional<Policy> policy(@Nullable String name, ContainerId container) {
    return policies.policies().stream()
        .filter(p -> p.name().equals(name))
        .findFirst()
        .map(p -> matching.of(p, container));
  }

  /**
   * An alert that policies answer.
   *
   * @param alert what happened
   * @param document the same as it was read, for telling it
   * @param policies those that answer it, as they are for it
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
    long now = Nanos.now(clock);
    List<Policy> answering = matching.answering(policies, alert, document, now);
    Optional<Hold> hold = answering.isEmpty() ? Optional.empty() : hold(alert);
    for (Policy given : answering) {
      Policy policy = hold.map(h -> held(given, h)).orElse(given);
      if (policy.guard().atMost().isPresent()
          && !known(policy, alert)
          && !asksLater(policy)
          && guards.unbounded(policy, alert, now).isEmpty()
          && barred(policy, hold, alert).isEmpty()) {
        guards.announce(policy, alert);
      }
    }
    return Optional.of(new Considered(alert, document, answering, received));
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

  /** The actions with which a policy answered an alert. */
  static List<ActionState> actions(Ledger ledger, AlertId alert, String policy) {
    List<ActionState> actions = new ArrayList<>();
    Optional<ActionState> action = ledger.find(Placed.idOf(alert, policy, 0));
    while (action.isPresent()) {
      actions.add(action.get());
      action = ledger.find(Placed.idOf(alert, policy, actions.size()));
    }
    return actions;
  }

  private boolean known(Policy policy, Alert alert) {
    return journal.read(ledger -> !actions(ledger, alert.id(), policy.name()).isEmpty());
  }

  /** Why a policy changes nothing on the container, whatever its guards say. */
  private Optional<String> barred(Policy policy, Optional<Hold> hold, Alert alert) {
    if (!policy.course().changes()) {
      return Optional.empty();
    }
    ContainerRef target = alert.container();
    Optional<String> shielded =
        target == null ? Optional.empty() : protection.reason(target, alert.labels());
    boolean unknown = shielded.isEmpty() && alert.labels().isEmpty();
    return hold.filter(h -> h.effect() == Maintenance.Effect.OFF)
        .map(Hold::reason)
        .or(() -> shielded)
        .or(() -> journal.read(Ledger::halt).map(Halt::refusal))
        .or(() ->
            unknown && policy.guard().atMost().isPresent()
                ? shieldedByEngine(alert)
                : Optional.empty());
  }

  /**
   * Why the container of an alert that does not know its labels is protected, by what the engine
   * says. Looked at once more before a change; here, so that nothing of a bound is used up.
   */
  private Optional<String> shieldedByEngine(Alert alert) {
    return shields.computeIfAbsent(
        alert.id(),
        id -> {
          ContainerFacts facts = matching.facts(alert);
          return facts == null
              ? Optional.empty()
              : protection.reason(facts.container(), facts.labels());
        });
  }

  /** A window that is open on the alert's container; the strictest of them. */
  private record Hold(Maintenance.Effect effect, String reason) {}

  private Optional<Hold> hold(Alert alert) {
    ContainerRef container = alert.container();
    List<Maintenance> windows = policies.windows();
    if (container == null || windows.isEmpty()) {
      return Optional.empty();
    }
    ContainerFacts facts = matching.facts(alert);
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
    Verdict verdict = verdict(policy, hold, alert, now);
    List<JournalStep> steps = new ArrayList<>();
    for (Placed placed : Placed.of(policy, alert)) {
      Outcome outcome = verdict.on(placed, alert);
      steps.add(step(policy, alert, placed, outcome, now, document));
    }
    hands.noticed(alert);
    List<JournalStep> taken = journalled(steps, now);
    taken.forEach(step -> carryOut(step, alert, received));
    return true;
  }

  private Verdict verdict(Policy policy, Optional<Hold> hold, Alert alert, long now) {
    Optional<String> closed = guards.unbounded(policy, alert, now);
    Optional<String> barred = closed.isPresent() ? Optional.empty() : barred(policy, hold, alert);
    Optional<String> bound =
        closed.isPresent() || barred.isPresent() || asksLater(policy)
            ? Optional.empty()
            : guards.bound(policy, alert, now);
    return new Verdict(closed, barred, bound, hold.map(h -> "; " + h.reason()).orElse(""));
  }

  /**
   * What the guards say of an alert.
   *
   * @param closed why the policy does nothing at all
   * @param barred why nothing is done on the container
   * @param bound why a bound of the policy is against it
   * @param note what else is to be said where it may act
   */
  private record Verdict(
      Optional<String> closed, Optional<String> barred, Optional<String> bound, String note) {

    /** Done means: it may begin, once its turn comes. */
    Outcome on(Placed placed, Alert alert) {
      boolean tells = placed.response() instanceof Notify;
      boolean waits = placed.after().isPresent();
      Optional<String> refusal = closed.or(() -> tells && waits ? Optional.empty() : bound);
      if (refusal.isPresent()) {
        return new Outcome.Refused(refusal.get());
      }
      if (tells) {
        return new Outcome.Done(ALLOWED);
      }
      if (alert.container() == null) {
        return new Outcome.Skipped("the alert is about no container");
      }
      return barred.isPresent()
          ? new Outcome.Refused(barred.get())
          : new Outcome.Done(ALLOWED + note);
    }
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
      Policy policy, Alert alert, Placed placed, Outcome outcome, long now, String document) {
    Response response = placed.response();
    boolean may = outcome instanceof Outcome.Done;
    boolean asks = may && needsApproval(policy, response);
    boolean deferred = may && placed.after().isPresent();
    boolean waits = asks && !deferred;
    boolean begins = may && !waits && !deferred;
    ActionState.Phase phase =
        deferred
            ? ActionState.Phase.DEFERRED
            : waits
                ? ActionState.Phase.WAITING
                : begins ? ActionState.Phase.INTENDED : ActionState.Phase.CLOSED;
    long patience = policy.guard().approveWithin().toNanos();
    Action action =
        new Action(
            placed.id(),
            reached(outcome, waits || deferred),
            0,
            now,
            host,
            response.type(),
            alert.container(),
            deferred
                ? new Outcome.Done("until the actions before it have ended")
                : waits ? waiting(placed.id(), outcome) : outcome,
            alert.id(),
            alert.rule().name(),
            policy.name(),
            policy.source(),
            null,
            waits
                ? now + patience
                : begins ? response.length().map(length -> now + length.toNanos()).orElse(0L) : 0,
            policy.guard().mode() == Policy.Mode.DRY_RUN,
            null,
            alert.time());
    Flow flow =
        new Flow(
            deferred ? placed.after() : Optional.empty(),
            policy.isEscalated(),
            asks && deferred ? Optional.of(policy.guard().approveWithin()) : Optional.empty());
    String told = may && response.tells() ? document : null;
    long latest = begins || deferred ? guards.latest(alert.time()) : 0;
    return new JournalStep(action, phase, response, told, latest, flow);
  }

  private static Action.Step reached(Outcome outcome, boolean waits) {
    return switch (outcome) {
      case Outcome.Done o -> waits ? Action.Step.WAITING : Action.Step.INTENDED;
      case Outcome.Skipped o -> Action.Step.SKIPPED;
      case Outcome.Refused o -> Action.Step.REFUSED;
      case Outcome.Failed o -> Action.Step.FAILED;
    };
  }

  private void carryOut(JournalStep step, Alert alert, long received) {
    meters.step(step.action());
    ActionId id = step.action().id();
    switch (step.phase()) {
      case WAITING -> hands.waits(id);
      case INTENDED -> {
        if (!(step.response() instanceof Notify)) {
          meters.received(id, alert, received);
        }
        hands.begin(id, step.response());
      }
      case DEFERRED, PREPARED, IN_FORCE, UNDOING, CLOSED -> {}
    }
  }
}
