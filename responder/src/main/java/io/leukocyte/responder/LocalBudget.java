package io.leukocyte.responder;

import io.leukocyte.engine.ContainerSummary;
import io.leukocyte.engine.Engine;
import io.leukocyte.engine.EngineException;
import io.leukocyte.events.ContainerId;
import io.leukocyte.events.config.Durations;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** The bounds counted over this host alone, by its journal and its engine. */
final class LocalBudget implements Budget {
  /** A service of fewer containers on this host has no share that could be kept. */
  static final int LEAST_REPLICAS = 4;

  private static final String PROJECT = "com.docker.compose.project";
  private static final String SERVICE = "com.docker.compose.service";

  private final Journal journal;
  private final Engine engine;
  private final String serviceLabel;

  /**
   * Makes the budget.
   *
   * @param serviceLabel the label that names a container's service where Compose does not
   */
  LocalBudget(Journal journal, Engine engine, String serviceLabel) {
    this.journal = journal;
    this.engine = engine;
    this.serviceLabel = serviceLabel;
  }

  @Override
  public Optional<String> refusal(Policy policy, ContainerId container, long now) {
    return policy
        .guard()
        .atMost()
        .flatMap(most -> tooMany(policy, most, container, now).or(() -> tooLarge(most, container)));
  }

  private Optional<String> tooMany(
      Policy policy, Policy.AtMost most, ContainerId container, long now) {
    long from = now - most.per().toNanos();
    boolean dryRun = policy.guard().mode() == Policy.Mode.DRY_RUN;
    Set<ContainerId> others =
        journal
            .read(ledger ->
                ledger.all(s ->
                    s.begun()
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
            .flatMap(c -> service(c.labels()));
    return service.flatMap(name -> tooLarge(most, container, name, all));
  }

  private Optional<String> tooLarge(
      Policy.AtMost most, ContainerId container, String service, List<ContainerSummary> all) {
    Set<ContainerId> replicas =
        all.stream()
            .filter(c -> service(c.labels()).filter(service::equals).isPresent())
            .map(ContainerSummary::id)
            .collect(Collectors.toSet());
    if (replicas.size() < LEAST_REPLICAS) {
      return Optional.empty();
    }
    int allowed = Math.max(1, replicas.size() * most.share() / 100);
    Set<ContainerId> held =
        journal
            .read(ledger ->
                ledger.all(s ->
                    s.phase() != ActionState.Phase.CLOSED
                        && s.phase() != ActionState.Phase.WAITING
                        && !s.last().dryRun()
                        && s.response() instanceof Intervention))
            .stream()
            .flatMap(s -> s.container().stream())
            .filter(c -> replicas.contains(c) && !c.equals(container))
            .collect(Collectors.toSet());
    return held.size() < allowed
        ? Optional.empty()
        : Optional.of(
            "share-of-service: %d of the %d containers of %s are acted on, %d may be"
                .formatted(held.size(), replicas.size(), service, allowed));
  }

  /** Compose's project and service, else the label of the setting. */
  private Optional<String> service(Map<String, String> labels) {
    String project = labels.get(PROJECT);
    String service = labels.get(SERVICE);
    if (project != null && service != null) {
      return Optional.of(project + "/" + service);
    }
    return Optional.ofNullable(labels.get(serviceLabel));
  }
}
