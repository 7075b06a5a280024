package io.leukocyte.responder;

import io.leukocyte.engine.ContainerSummary;
import io.leukocyte.engine.Engine;
import io.leukocyte.engine.EngineException;
import io.leukocyte.events.Action;
import io.leukocyte.events.ActionId;
import io.leukocyte.events.ContainerFacts;
import io.leukocyte.events.ContainerId;
import io.leukocyte.events.HostId;
import io.leukocyte.events.Outcome;
import io.leukocyte.responder.ActionState.Phase;
import java.time.Clock;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks which containers are too old, and has them recycled: the oldest first, one of a service at
 * a time, on this host and as far as the budget reaches, none that an action of ours is about, none
 * during an emergency stop or a maintenance window. What did not work is tried again when the
 * journal has forgotten it, a day later.
 */
final class Aging {
  private static final Logger LOG = LoggerFactory.getLogger(Aging.class);

  private final HostId hostId;
  private final Engine engine;
  private final Journal journal;
  private final Interventions interventions;
  private final Protection protection;
  private final Services services;
  private final Budget budget;
  private final Clock clock;
  private final Meters meters;
  private final Supplier<PolicySet> policies;
  private final AtomicBoolean looking = new AtomicBoolean();
  private final Map<String, String> waiting = new ConcurrentHashMap<>();

  Aging(
      HostId hostId,
      Engine engine,
      Journal journal,
      Interventions interventions,
      Protection protection,
      Services services,
      Budget budget,
      Clock clock,
      Meters meters,
      Supplier<PolicySet> policies) {
    this.hostId = hostId;
    this.engine = engine;
    this.journal = journal;
    this.interventions = interventions;
    this.protection = protection;
    this.services = services;
    this.budget = budget;
    this.clock = clock;
    this.meters = meters;
    this.policies = policies;
  }

  /** Looks once, and begins what is due; may wait for the budget. One look at a time. */
  void look() {
    if (looking.compareAndSet(false, true)) {
      try {
        lookAtAll();
      } finally {
        looking.set(false);
      }
    }
  }

  private void lookAtAll() {
    PolicySet now = policies.get();
    if (now.ages().isEmpty() || journal.read(Ledger::halt).isPresent()) {
      return;
    }
    try {
      Set<String> busy = busy();
      List<ContainerSummary> running =
          engine.running().stream()
              .sorted(Comparator.comparingLong(ContainerSummary::created))
              .toList();
      for (ContainerSummary container : running) {
        engine.inspect(container.id()).ifPresent(facts -> consider(now, facts, busy));
      }
    } catch (EngineException e) {
      LOG.debug("Ages are looked at later: {}", e.getMessage());
    }
  }

  /** The services of which one is being recycled. */
  private Set<String> busy() {
    Set<String> busy = new HashSet<>();
    journal
        .read(ledger ->
            ledger.all(s ->
                s.response() instanceof Recycle
                    && s.phase() != Phase.CLOSED
                    && s.phase() != Phase.WAITING
                    && s.phase() != Phase.DEFERRED
                    && s.phase() != Phase.IN_FORCE))
        .stream()
        .flatMap(s -> s.container().stream())
        .forEach(id -> engine.inspect(id).ifPresent(facts -> busy.add(service(facts))));
    return busy;
  }

  private String service(ContainerFacts facts) {
    return services.of(facts.labels()).orElse("container " + facts.container().id());
  }

  private void consider(PolicySet now, ContainerFacts facts, Set<String> busy) {
    long time = Nanos.now(clock);
    for (AgeLimit limit : now.ages()) {
      Optional<String> reason =
          limit.scope().covers(facts) ? limit.reason(facts, time) : Optional.empty();
      ActionId id = ActionId.of("age", limit.name(), facts.container().id().value());
      if (reason.isPresent() && !isBarred(now, facts, id) && busy.add(service(facts))) {
        beginInTurn(now, limit, id, facts, reason.get());
      }
    }
  }

  private void beginInTurn(
      PolicySet now, AgeLimit limit, ActionId id, ContainerFacts facts, String reason) {
    Optional<String> service = services.of(facts.labels()).filter(s -> limit.enforced());
    if (service.isEmpty()) {
      begin(limit, id, facts, reason);
      return;
    }
    ContainerId container = facts.container().id();
    Optional<String> later =
        budget.inTurn(
            service.get(),
            container,
            id,
            () -> {
              if (!isBarred(now, facts, id)) { // it may have become so while it was asked
                begin(limit, id, facts, reason);
              }
            });
    @Nullable String before = waiting.put(service.get(), later.orElse(""));
    if (later.isPresent() && !later.get().equals(before)) {
      LOG.info("Container {} is recycled later: {}", facts.container().name(), later.get());
    }
  }

  private void begin(AgeLimit limit, ActionId id, ContainerFacts facts, String reason) {
    JournalStep step = step(limit, id, facts, reason, Nanos.now(clock));
    Optional<Halt> halt = journal.appendUnless(Ledger::halt, new JournalEntry.Steps(List.of(step)));
    if (halt.isEmpty()) {
      meters.step(step.action());
      interventions.begin(id);
    }
  }

  private boolean isBarred(PolicySet now, ContainerFacts facts, ActionId id) {
    ContainerId container = facts.container().id();
    return journal.read(ledger ->
        ledger.find(id).isPresent()
            || !ledger.all(s -> s.phase() != Phase.CLOSED && s.of(container)).isEmpty())
        || protection.reason(facts.container(), facts.labels()).isPresent()
        || now.windows().stream()
            .anyMatch(
                w -> w.scope().mayCover(facts) && w.when().until(clock.instant()).isPresent());
  }

  private JournalStep step(
      AgeLimit limit, ActionId id, ContainerFacts facts, String reason, long now) {
    Action action =
        new Action(
            id,
            Action.Step.INTENDED,
            0,
            now,
            hostId,
            limit.how().type(),
            facts.container(),
            new Outcome.Done(reason),
            null,
            null,
            limit.name(),
            limit.source(),
            null,
            0,
            !limit.enforced());
    return new JournalStep(action, Phase.INTENDED, limit.how(), null);
  }
}
