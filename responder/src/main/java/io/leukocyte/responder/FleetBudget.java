package io.leukocyte.responder;

import io.leukocyte.engine.ContainerSummary;
import io.leukocyte.engine.Engine;
import io.leukocyte.engine.EngineException;
import io.leukocyte.events.Action.Step;
import io.leukocyte.events.ActionId;
import io.leukocyte.events.AlertId;
import io.leukocyte.events.ContainerId;
import io.leukocyte.events.HostId;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import org.apache.kafka.common.errors.InterruptException;

/**
 * The bounds counted over all hosts: each request is a record of the topic of permits, and what the
 * log says up to it decides. Permits that were not used, or are used up, are given back by what the
 * journal says of their actions, so that nothing is left after a crash.
 */
final class FleetBudget implements Budget {
  /** Why nothing is done while the log does not answer. */
  static final String AWAY =
      "permits: Kafka cannot be reached; no new action begins until it can, releases go on";

  private static final Duration CENSUS_EACH = Duration.ofMinutes(10);
  private static final Duration LOOK_EACH = Duration.ofMinutes(1);
  private static final Duration LOOK_AFTER_CHANGE = Duration.ofSeconds(2);
  private static final Duration CRASH_MARGIN = Duration.ofMinutes(1);
  private static final int MOST_WAITING = 10_000;

  private final HostId host;
  private final Journal journal;
  private final Engine engine;
  private final Services services;
  private final Duration maxAge;
  private final Duration deadline;
  private final Sender sender;
  private final Meters meters;
  private final Clock clock;
  private final Map<ActionId, Asked> waiting = new LinkedHashMap<>();
  private PermitLedger ledger = new PermitLedger();
  private volatile Supplier<PolicySet> policies = () -> PolicySet.EMPTY;
  private volatile boolean changed = true;
  private Map<String, PermitRecord.Replicas> told = Map.of();
  private long toldAt;
  private long lookedAt;

  /** Appends to the log. */
  interface Sender {
    /** Completes when the record is in the log, and fails when it cannot be said to be. */
    CompletableFuture<?> send(PermitRecord record);
  }

  /** A question of ours that is on its way. */
  private record Asked(long at, CompletableFuture<Optional<String>> refusal) {}

  /**
   * Makes the budget.
   *
   * @param maxAge older alerts are not acted on
   * @param deadline after which an answer does not matter any more
   */
  FleetBudget(
      HostId host,
      Journal journal,
      Engine engine,
      Services services,
      Duration maxAge,
      Duration deadline,
      Sender sender,
      Meters meters,
      Clock clock) {
    this.host = host;
    this.journal = journal;
    this.engine = engine;
    this.services = services;
    this.maxAge = maxAge;
    this.deadline = deadline;
    this.sender = sender;
    this.meters = meters;
    this.clock = clock;
    toldAt = lookedAt = System.nanoTime() - CENSUS_EACH.toNanos();
  }

  /** Whose bounds are to be kept: a census is taken only where a policy has a share. */
  void policies(Supplier<PolicySet> inForce) {
    policies = inForce;
  }

  /** Containers of this host came or went. */
  void changed() {
    changed = true;
  }

  @Override
  public void announce(Policy policy, AlertId alert, ContainerId container) {
    ActionId id = PermitRecord.Request.idOf(alert, policy.name());
    policy.guard().atMost().ifPresent(most -> ask(id, policy, most, alert, container));
  }

  @Override
  public Optional<String> refusal(Policy policy, AlertId alert, ContainerId container, long now) {
    return refusal(PermitRecord.Request.idOf(alert, policy.name()), policy, alert, container);
  }

  /** A permit of its own: what was granted before a crash is not for the bound as it is now. */
  @Override
  public Optional<String> refusalAtApproval(
      Policy policy, AlertId alert, ContainerId container, long now) {
    ActionId id = PermitRecord.Request.idOfApproval(alert, policy.name(), now);
    return refusal(id, policy, alert, container);
  }

  private Optional<String> refusal(
      ActionId id, Policy policy, AlertId alert, ContainerId container) {
    Optional<Policy.AtMost> most = policy.guard().atMost();
    if (most.isEmpty()) {
      return Optional.empty();
    }
    Asked asked = ask(id, policy, most.get(), alert, container);
    try {
      return answer(asked);
    } finally {
      answered(id);
    }
  }

  private Optional<String> answer(Asked asked) {
    try {
      long left = asked.at() + deadline.toNanos() - System.nanoTime();
      Optional<String> refusal = asked.refusal().get(Math.max(0, left), TimeUnit.NANOSECONDS);
      meters.permit(refusal.isEmpty() ? "granted" : "refused", asked.at());
      return refusal;
    } catch (TimeoutException | ExecutionException e) {
      meters.permit("unreachable", asked.at());
      return Optional.of(AWAY);
    } catch (InterruptedException e) {
      throw new InterruptException(e); // the responder ends: it is asked again
    }
  }

  private synchronized void answered(ActionId id) {
    waiting.remove(id);
  }

  /**
   * Asks only when nobody else has the turn by what was read. While it is asked and begun the
   * permit is not given back, whatever the journal says.
   */
  @Override
  public Optional<String> inTurn(
      String service, ContainerId container, ActionId action, Runnable begin) {
    ActionId id = PermitRecord.Turn.idOf(action, Nanos.now(clock));
    Asked asked = new Asked(System.nanoTime(), new CompletableFuture<>());
    synchronized (this) {
      Optional<String> taken = ledger.taken(clock.millis(), service, container);
      if (taken.isPresent()) {
        return taken;
      }
      waiting.put(id, asked);
    }
    try {
      send(new PermitRecord.Turn(id, service, host, container, action), asked);
      Optional<String> refusal = answer(asked);
      if (refusal.isEmpty()) {
        begin.run();
      }
      return refusal;
    } finally {
      answered(id);
    }
  }

  private Asked ask(
      ActionId id, Policy policy, Policy.AtMost most, AlertId alert, ContainerId container) {
    Asked asked;
    synchronized (this) {
      Asked before = waiting.get(id);
      if (before != null) {
        return before;
      }
      asked = new Asked(System.nanoTime(), new CompletableFuture<>());
      waiting.put(id, asked);
      if (waiting.size() > MOST_WAITING) {
        waiting.remove(waiting.keySet().iterator().next());
      }
    }
    send(id, policy, most, alert, container, asked);
    return asked;
  }

  private void send(
      ActionId id,
      Policy policy,
      Policy.AtMost most,
      AlertId alert,
      ContainerId container,
      Asked asked) {
    Optional<PermitRecord.Service> service;
    try {
      service = most.share() == 100 ? Optional.empty() : service(container);
    } catch (EngineException e) {
      asked
          .refusal()
          .complete(
              Optional.of("share-of-service: its containers cannot be counted: " + e.getMessage()));
      return;
    }
    PermitRecord.Request request =
        new PermitRecord.Request(
            id,
            policy.name(),
            host,
            alert,
            container,
            most.containers(),
            most.per(),
            most.share(),
            service,
            policy.guard().mode() == Policy.Mode.DRY_RUN);
    send(request, asked);
  }

  private void send(PermitRecord.Question question, Asked asked) {
    CompletableFuture<?> _ =
        sender
            .send(question)
            .whenComplete((sent, problem) -> {
              if (problem != null) {
                asked.refusal().completeExceptionally(problem);
              }
            });
  }

  private Optional<PermitRecord.Service> service(ContainerId container) {
    List<ContainerSummary> all = engine.list();
    Set<ContainerId> held = journal.read(Services::held);
    return all.stream()
        .filter(c -> c.id().equals(container))
        .findFirst()
        .flatMap(c -> services.of(c.labels()))
        .map(name -> new PermitRecord.Service(name, services.replicas(name, all, held).size()));
  }

  /** Begins to read the log anew. */
  synchronized void forget() {
    ledger = new PermitLedger();
  }

  /**
   * Takes the next record of the log.
   *
   * @param time when it was appended, unix milliseconds
   */
  void read(long time, PermitRecord record) {
    Optional<PermitLedger.Decision> decision;
    Asked asked = null;
    synchronized (this) {
      decision = ledger.add(time, record).filter(d -> d.request().host().equals(host));
      if (decision.isPresent()) {
        asked = waiting.get(decision.get().request().id());
      }
    }
    if (decision.isPresent() && asked != null) {
      if (decision.get().refusal().isPresent()) {
        var _ = sender.send(new PermitRecord.Returned(decision.get().request().id(), host));
      }
      asked.refusal().complete(decision.get().refusal());
    }
  }

  /** Gives back what is not used any more, and tells what services this host has. */
  void maintain() {
    for (PermitRecord record : spent()) {
      var _ = sender.send(record);
    }
    long now = System.nanoTime();
    if (now - lookedAt > (changed ? LOOK_AFTER_CHANGE : LOOK_EACH).toNanos() && wantsCensus()) {
      lookedAt = now;
      changed = false;
      tellCensus(now);
    }
  }

  private boolean wantsCensus() {
    return policies.get().policies().stream()
        .flatMap(p -> p.guards().stream())
        .anyMatch(g -> g.atMost().filter(most -> most.share() < 100).isPresent());
  }

  private void tellCensus(long now) {
    Map<String, PermitRecord.Replicas> found;
    try {
      found = services.census(engine.list(), journal.read(Services::held));
    } catch (EngineException e) {
      return; // told when the engine is there again
    }
    if (!found.equals(told) || now - toldAt > CENSUS_EACH.toNanos()) {
      told = found;
      toldAt = now;
      CompletableFuture<?> _ =
          sender
              .send(new PermitRecord.Census(host, found))
              .whenComplete((sent, problem) -> {
                if (problem != null) {
                  changed = true;
                  toldAt = now - CENSUS_EACH.toNanos();
                }
              });
    }
  }

  /** Of this host's open permits: those whose actions are over, by the journal. */
  List<PermitRecord> spent() {
    List<PermitLedger.Decision> open;
    Map<ActionId, Long> times = new LinkedHashMap<>();
    synchronized (this) {
      open =
          ledger.open(host).stream().filter(d -> !waiting.containsKey(d.request().id())).toList();
      open.forEach(d -> times.put(d.request().id(), ledger.timeOf(d.request().id()).orElse(0L)));
    }
    List<PermitRecord> spent = new ArrayList<>();
    for (PermitLedger.Decision decision : open) {
      ActionId id = decision.request().id();
      long time = times.getOrDefault(id, 0L);
      Optional<PermitRecord> record =
          switch (decision.request()) {
            case PermitRecord.Request request -> spent(request, time);
            case PermitRecord.Turn turn -> spent(turn);
          };
      record.ifPresent(spent::add);
    }
    return spent;
  }

  /** A turn of which the journal knows nothing was asked for before a crash, or was not granted. */
  private Optional<PermitRecord> spent(PermitRecord.Turn turn) {
    boolean needed =
        journal.read(l -> l.find(turn.action())).filter(ActionState::impairs).isPresent();
    return needed ? Optional.empty() : Optional.of(new PermitRecord.Returned(turn.id(), host));
  }

  private Optional<PermitRecord> spent(PermitRecord.Request request, long askedAt) {
    List<ActionState> states =
        journal.read(l -> Dispatcher.actions(l, request.alert(), request.policy()));
    if (states.isEmpty()) {
      // Asked for before a crash: the alert may still be read again.
      Duration age = Duration.ofMillis(clock.millis() - askedAt);
      return age.compareTo(maxAge.plus(CRASH_MARGIN)) > 0
          ? Optional.of(new PermitRecord.Returned(request.id(), host))
          : Optional.empty();
    }
    List<ActionState> changes =
        states.stream().filter(s -> s.response() instanceof Intervention).toList();
    List<ActionState> counted = changes.isEmpty() ? states : changes; // telling it uses none
    if (counted.stream().anyMatch(ActionState::impairs)) {
      return Optional.empty();
    }
    return Optional.of(
        counted.stream().anyMatch(FleetBudget::acted)
            ? new PermitRecord.Ended(request.id(), host)
            : new PermitRecord.Returned(request.id(), host));
  }

  /** Whether a closed action used its permit: something was done, or would have been. */
  private static boolean acted(ActionState state) {
    if (!state.begun() || state.last().step() == Step.REFUSED) {
      return false;
    }
    return state.last().dryRun()
        || state.undo() != null
        || (state.last().step() != Step.SKIPPED && state.last().step() != Step.FAILED);
  }
}
