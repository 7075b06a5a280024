package io.leukocyte.responder;

import io.leukocyte.engine.ContainerSummary;
import io.leukocyte.events.ContainerId;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** Which containers of this host are replicas of the same service. */
final class Services {
  /** A service of fewer containers has no share that could be kept. */
  static final int LEAST_REPLICAS = 4;

  private static final String PROJECT = "com.docker.compose.project";
  private static final String SERVICE = "com.docker.compose.service";
  private static final Set<String> RUNS = Set.of("running", "paused", "restarting");

  private final String label;

  /** With the label that names a container's service where Compose does not. */
  Services(String label) {
    this.label = label;
  }

  /** How many containers of a service may be acted on at the same time. */
  static int allowed(int replicas, int share) {
    return Math.max(1, (int) ((long) replicas * share / 100));
  }

  /** Compose's project and service, else what the label says; empty when it has no service. */
  Optional<String> of(Map<String, String> labels) {
    String project = labels.get(PROJECT);
    String service = labels.get(SERVICE);
    if (project != null && service != null) {
      return Optional.of(project + "/" + service);
    }
    return Optional.ofNullable(labels.get(label));
  }

  /** The containers of a service that run, and those that do not because they are held. */
  Set<ContainerId> replicas(
      String service, Collection<ContainerSummary> all, Set<ContainerId> held) {
    return all.stream()
        .filter(c -> counts(c, held) && of(c.labels()).filter(service::equals).isPresent())
        .map(ContainerSummary::id)
        .collect(Collectors.toSet());
  }

  /** Every service of this host. */
  Map<String, PermitRecord.Replicas> census(
      Collection<ContainerSummary> all, Set<ContainerId> held) {
    Map<String, Set<ContainerId>> found = new TreeMap<>();
    for (ContainerSummary container : all) {
      if (counts(container, held)) {
        of(container.labels())
            .ifPresent(
                name -> found.computeIfAbsent(name, n -> new TreeSet<>(BY_ID)).add(container.id()));
      }
    }
    Map<String, PermitRecord.Replicas> services = new TreeMap<>();
    found.forEach((name, ids) -> services.put(name, replicas(ids, held)));
    return services;
  }

  private static final java.util.Comparator<ContainerId> BY_ID =
      java.util.Comparator.comparing(ContainerId::value);

  private static PermitRecord.Replicas replicas(Set<ContainerId> ids, Set<ContainerId> held) {
    return new PermitRecord.Replicas(
        ids.size(), ids.stream().filter(held::contains).collect(Collectors.toSet()));
  }

  private static boolean counts(ContainerSummary container, Set<ContainerId> held) {
    return RUNS.contains(container.state()) || held.contains(container.id());
  }

  /** The containers that an action of ours holds, or is about to. */
  static Set<ContainerId> held(Ledger ledger) {
    return ledger
        .all(s ->
            s.impairs()
                && s.phase() != ActionState.Phase.WAITING
                && s.phase() != ActionState.Phase.DEFERRED
                && !s.last().dryRun()
                && s.response() instanceof Intervention)
        .stream()
        .flatMap(s -> s.container().stream())
        .collect(Collectors.toSet());
  }
}
