package io.leukocyte.responder;

import io.leukocyte.engine.ContainerSummary;
import io.leukocyte.engine.EngineException;
import io.leukocyte.events.Action;
import io.leukocyte.events.ActionId;
import io.leukocyte.events.AlertId;
import io.leukocyte.events.BlockedImage;
import io.leukocyte.events.ContainerFacts;
import io.leukocyte.events.ContainerId;
import io.leukocyte.events.HostId;
import io.leukocyte.events.Outcome;
import io.leukocyte.responder.ActionState.Phase;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Stops containers of blocked images when they start, and does with those that ran before what was
 * said of them: each by an action of its own, once. Nothing that a policy blocked is touched during
 * an emergency stop; what is protected never is.
 */
final class BlockWatch {
  private static final Logger LOG = LoggerFactory.getLogger(BlockWatch.class);
  private static final Duration GRACE = Duration.ofSeconds(10);

  private final HostId hostId;
  private final Host host;
  private final Journal journal;
  private final Interventions interventions;
  private final Protection protection;
  private final Budget budget;
  private final BiFunction<@Nullable String, ContainerId, Optional<Policy>> policies;
  private final Supplier<PolicySet> inForce;
  private final Clock clock;
  private final Meters meters;

  BlockWatch(
      HostId hostId,
      Host host,
      Journal journal,
      Interventions interventions,
      Protection protection,
      Budget budget,
      BiFunction<@Nullable String, ContainerId, Optional<Policy>> policies,
      Supplier<PolicySet> inForce,
      Clock clock,
      Meters meters) {
    this.hostId = hostId;
    this.host = host;
    this.journal = journal;
    this.interventions = interventions;
    this.protection = protection;
    this.budget = budget;
    this.policies = policies;
    this.inForce = inForce;
    this.clock = clock;
    this.meters = meters;
  }

  /** Whether an image is blocked at all. */
  boolean isIdle() {
    return host.blocked().all().isEmpty();
  }

  /** A container was started just now. */
  void started(ContainerId container) {
    if (!isIdle()) {
      look(container, true);
    }
  }

  /** Looks at all that run. */
  void look() {
    if (isIdle()) {
      return;
    }
    try {
      for (ContainerSummary container : host.engine().running()) {
        look(container.id(), false);
      }
    } catch (EngineException e) {
      LOG.debug("Blocked images are looked for later: {}", e.getMessage());
    }
  }

  private synchronized void look(ContainerId container, boolean justStarted) {
    try {
      Optional<ContainerFacts> facts =
          host.engine().inspect(container).filter(f -> Host.runs(f) || Stop.isStartedAgain(f));
      if (facts.isPresent()) {
        String digest = facts.get().container().digest();
        if (digest != null) {
          host.blocked().find(digest).ifPresent(i -> consider(i, facts.get(), justStarted));
        }
      }
    } catch (EngineException e) {
      LOG.warn(
          "Whether container {} is of a blocked image cannot be seen now: {}",
          container.brief(),
          e.getMessage());
    }
  }

  private void consider(BlockedImage image, ContainerFacts facts, boolean justStarted) {
    if (image.policy() != null && journal.read(Ledger::halt).isPresent()) {
      return;
    }
    if (justStarted || facts.started() > image.since()) {
      stop(image, facts);
    } else {
      handle(image, facts);
    }
  }

  private void stop(BlockedImage image, ContainerFacts facts) {
    ActionId id =
        ActionId.of(
            "blocked",
            image.digest(),
            facts.container().id().value(),
            String.valueOf(facts.started()));
    begin(image, facts, id, new Stop(Duration.ZERO, Optional.empty()), Optional::empty);
  }

  private void handle(BlockedImage image, ContainerFacts facts) {
    Optional<Duration> length =
        image.expires() == 0
            ? Optional.empty()
            : Optional.of(Duration.ofNanos(image.expires() - Nanos.now(clock)));
    Optional<Intervention> what =
        switch (image.running()) {
          case LEAVE -> Optional.empty();
          case STOP -> Optional.of(new Stop(GRACE, length));
          case PAUSE -> Optional.of(new Pause(length));
          case QUARANTINE -> Optional.of(new Quarantine(length));
        };
    if (what.isPresent() && !isInAWindow(facts)) {
      ContainerId container = facts.container().id();
      AlertId question =
          AlertId.of("blocked", image.digest(), String.valueOf(image.since()), container.value());
      String by = image.policy() == null ? image.author() : image.policy();
      ActionId id = Placed.idOf(question, by, 0);
      if (journal.read(ledger -> ledger.find(id)).isEmpty()) {
        begin(image, facts, id, what.get(), () -> refusal(image, question, container));
      }
    }
  }

  private boolean isInAWindow(ContainerFacts facts) {
    return inForce.get().windows().stream()
        .anyMatch(w -> w.scope().mayCover(facts) && w.when().until(clock.instant()).isPresent());
  }

  /** Why what runs is not touched; the policy's bounds are those of this host's files. */
  private Optional<String> refusal(BlockedImage image, AlertId question, ContainerId container) {
    if (image.policy() == null) {
      return Optional.empty();
    }
    Optional<Policy> policy = policies.apply(image.policy(), container);
    if (policy.isEmpty() || policy.get().guard().mode() == Policy.Mode.DRY_RUN) {
      return Optional.of("the policy " + image.policy() + " does not act on this host");
    }
    return budget.refusal(policy.get(), question, container, Nanos.now(clock));
  }

  private void begin(
      BlockedImage image,
      ContainerFacts facts,
      ActionId id,
      Intervention what,
      Supplier<Optional<String>> refusal) {
    Optional<String> against = protection.reason(facts.container(), facts.labels()).or(refusal);
    JournalStep step = step(image, facts, id, what, against);
    Optional<Boolean> known =
        journal.appendUnless(
            ledger -> ledger.find(id).map(s -> true), new JournalEntry.Steps(List.of(step)));
    if (known.isEmpty()) {
      meters.step(step.action());
      if (against.isEmpty()) {
        interventions.begin(id);
      }
    }
  }

  private JournalStep step(
      BlockedImage image,
      ContainerFacts facts,
      ActionId id,
      Intervention what,
      Optional<String> against) {
    long now = Nanos.now(clock);
    String why =
        "its image "
            + image.shown()
            + " is blocked by "
            + image.author()
            + (image.reason().isEmpty() ? "" : ": " + image.reason());
    Action action =
        new Action(
            id,
            against.isPresent() ? Action.Step.REFUSED : Action.Step.INTENDED,
            0,
            now,
            hostId,
            what.type(),
            facts.container(),
            against.isPresent()
                ? new Outcome.Refused(against.get() + "; " + why)
                : new Outcome.Done(why),
            image.alert(),
            null,
            image.policy(),
            null,
            image.policy() == null ? image.author() : null,
            against.isPresent() ? 0 : what.length().map(l -> now + l.toNanos()).orElse(0L),
            false);
    return new JournalStep(action, against.isPresent() ? Phase.CLOSED : Phase.INTENDED, what, null);
  }
}
