package io.leukocyte.responder;

import io.leukocyte.engine.ContainerSummary;
import io.leukocyte.engine.Engine;
import io.leukocyte.engine.EngineException;
import io.leukocyte.events.AlertId;
import io.leukocyte.events.ContainerId;
import io.leukocyte.events.config.Durations;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** The bounds counted over this host alone, by its journal and its engine. */
final class LocalBudget implements Budget {
  private final Journal journal;
  private final Engine engine;
  private final Services services;

  /**
   * Makes the budget.
   *
   * @param services which containers belong together
   */
  LocalBudget(Journal journal, Engine engine, Services services) {
    this.journal = journal;
    this.engine = engine;
    this.services = services;
  }

  @Override
  public Optional<String> refusal(Policy policy, AlertId alert, ContainerId container, long now) {
    return policy
        .guard()
        .atMost()
        .flatMap(most -> tooMany(policy, most, container, now).or(() -> tooLarge(most, container)));
  }

  private Optional<String> tooMany(
      Policy policy, Policy.AtMost most, ContainerId container, long now) {
    long from = now - most.per().toNanos();
    boolean dryRun = policy.guard().mode() == Policy.Mode.DRY_RUN;
    boolean changes = policy.responses().stream().anyMatch(Intervention.class::isInstance);
    Set<ContainerId> others =
        journal
            .read(ledger ->
                ledger.all(s ->
                    s.begun()
                        && (!changes || s.response() instanceof Intervention)
                        && s.since() > from
                        && policy.name().equals(s.last().policy())
                        && s.last().dryRun() == dryRun
                        && !s.of(container)))
            .stream()
            .flatMap(s -> s.container().stream())
            .collect(Collectors.toSet());
    return others.size() < most.containers()
        ? Optional.empty()
        : Optional.of(
            "at-most: the policy acted on %d containers in the last %s"
                .formatted(others.size(), Durations.format(most.per())));
  }

  private Optional<String> tooLarge(Policy.AtMost most, ContainerId container) {
    if (most.share() == 100) {
      return Optional.empty();
    }
    List<ContainerSummary> all;
    try {
      all = engine.list();
    } catch (EngineException e) {
      return Optional.of("share-of-service: its containers cannot be counted: " + e.getMessage());
    }
    Optional<String> service =
        all.stream()
            .filter(c -> c.id().equals(container))
            .findFirst()
            .flatMap(c -> services.of(c.labels()));
    return service.flatMap(name -> tooLarge(most, container, name, all));
  }

  private Optional<String> tooLarge(
      Policy.AtMost most, ContainerId container, String service, List<ContainerSummary> all) {
    Set<ContainerId> held = new HashSet<>(journal.read(Services::held));
    Set<ContainerId> replicas = services.replicas(service, all, held);
    if (replicas.size() < Services.LEAST_REPLICAS) {
      return Optional.empty();
    }
    int allowed = Services.allowed(replicas.size(), most.share());
    held.retainAll(replicas);
    held.remove(container);
    return held.size() < allowed
        ? Optional.empty()
        : Optional.of(
            "share-of-service: %d of the %d containers of %s are acted on, %d may be"
                .formatted(held.size(), replicas.size(), service, allowed));
  }
}
