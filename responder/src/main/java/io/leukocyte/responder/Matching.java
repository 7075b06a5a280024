package io.leukocyte.responder;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import io.leukocyte.engine.EngineException;
import io.leukocyte.events.Alert;
import io.leukocyte.events.ContainerFacts;
import io.leukocyte.events.ContainerId;
import io.leukocyte.events.ContainerRef;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Which policies answer an alert, and how: as for the container's service, or escalated. */
final class Matching {
  private static final Duration SILENCE = Duration.ofSeconds(5);

  private final Function<ContainerId, Optional<ContainerFacts>> inspect;
  private final Services services;
  private final Tally tally;
  private long silentUntil = System.nanoTime();

  /**
   * Makes it.
   *
   * @param inspect what the engine says of a container now; empty when there is none
   * @param services which containers belong together
   * @param tally how many alerts there were
   */
  Matching(
      Function<ContainerId, Optional<ContainerFacts>> inspect, Services services, Tally tally) {
    this.inspect = inspect;
    this.services = services;
    this.tally = tally;
  }

  /**
   * The policies that answer an alert, in order, as they are for it.
   *
   * @param document the alert as it was read
   * @param now unix nanoseconds
   */
  List<Policy> answering(PolicySet policies, Alert alert, String document, long now) {
    tally.saw(alert, now);
    Once once = new Once(alert);
    List<Policy> answering = new ArrayList<>();
    for (Policy policy : policies.policies()) {
      if (matches(policy.match(), once, document, now)) {
        answering.add(escalated(of(policy, once), alert, now));
        if (policy.last()) {
          break;
        }
      }
    }
    return answering;
  }

  /** An alert of whose container the engine is asked once, if at all. */
  private final class Once {
    private final Alert alert;
    private boolean asked;
    private @Nullable ContainerFacts facts;

    Once(Alert alert) {
      this.alert = alert;
    }

    @Nullable ContainerFacts facts() {
      if (!asked) {
        facts = Matching.this.facts(alert);
        asked = true;
      }
      return facts;
    }
  }

  /** The policy as it is for the alert's container. */
  private Policy of(Policy policy, Once once) {
    if (policy.services().isEmpty()) {
      return policy;
    }
    ContainerFacts facts = once.facts();
    return facts == null ? policy : services.of(facts.labels()).map(policy::of).orElse(policy);
  }

  /** The policy as it is for a container; at an approval there is no alert any more. */
  Policy of(Policy policy, ContainerId container) {
    try {
      return inspect
          .apply(container)
          .flatMap(facts -> services.of(facts.labels()))
          .map(policy::of)
          .orElse(policy);
    } catch (EngineException e) {
      return policy;
    }
  }

  private Policy escalated(Policy policy, Alert alert, long now) {
    return policy
        .escalation()
        .filter(by -> tally.escalates(policy, by, alert, now))
        .map(policy::escalated)
        .orElse(policy);
  }

  private boolean matches(Policy.Match match, Once once, String document, long now) {
    Alert alert = once.alert;
    return (match.rules().isEmpty() || match.rules().contains(alert.rule().name()))
        && match.atLeast().map(alert.rule().priority()::atLeast).orElse(true)
        && (match.tags().isEmpty() || alert.rule().tags().stream().anyMatch(match.tags()::contains))
        && isOn(match.hosts(), alert)
        && match.correlation().map(c -> isOf(c, document)).orElse(true)
        && isIn(match.container(), once)
        && match
            .incident()
            .map(i -> tally.alerts(alert, i.within(), now) >= i.alerts())
            .orElse(true)
        && match.condition().map(c -> c.test(alert.cause(), once.facts())).orElse(true);
  }

  private static boolean isOn(List<String> hosts, Alert alert) {
    Globs globs = new Globs(hosts);
    String name = alert.hostname();
    return hosts.isEmpty()
        || globs.match(alert.host().value())
        || (name != null && globs.match(name));
  }

  private static boolean isIn(Policy.Containers containers, Once once) {
    if (containers.equals(Policy.Containers.ANY)) {
      return true;
    }
    Alert alert = once.alert;
    ContainerRef ref = alert.container();
    ContainerFacts facts = once.facts();
    if (ref == null || facts == null) {
      return false;
    }
    Globs names = new Globs(containers.names());
    boolean named =
        names.match(ref.name()) || names.match(ref.id().value()) || names.match(ref.id().brief());
    Globs images = new Globs(containers.images());
    boolean imaged =
        images.match(ref.image())
            || images.match(ref.image() + ":" + (ref.tag() == null ? "" : ref.tag()));
    return (named || containers.names().isEmpty())
        && (imaged || containers.images().isEmpty())
        && containers.labels().stream()
            .allMatch(l -> carries(facts.labels(), l) || carries(alert.labels(), l));
  }

  private static boolean carries(Map<String, String> labels, String wanted) {
    int equals = wanted.indexOf('=');
    if (equals < 0) {
      return labels.containsKey(wanted);
    }
    String value = labels.get(wanted.substring(0, equals));
    return value != null && new Globs(List.of(wanted.substring(equals + 1))).match(value);
  }

  private static boolean isOf(Policy.Correlation wanted, String document) {
    Optional<String> name = correlation(document);
    Set<String> names = wanted.names();
    return name.isPresent() == wanted.any()
        && (names.isEmpty() || name.filter(names::contains).isPresent());
  }

  /** The correlation that an alert's document names. */
  private static Optional<String> correlation(String document) {
    try {
      JsonNode node = JournalLines.MAPPER.readTree(document);
      String name = node.path("leukocyte").path("alert").path("correlation").asText("");
      return name.isEmpty() ? Optional.empty() : Optional.of(name);
    } catch (JsonProcessingException e) {
      return Optional.empty();
    }
  }

  /**
   * As the engine gives them now; else what the alert itself says of its container. One that let us
   * wait for nothing is not asked for a while: other alerts would wait for the same.
   */
  @Nullable ContainerFacts facts(Alert alert) {
    ContainerRef container = alert.container();
    if (container == null) {
      return null;
    }
    Optional<ContainerFacts> found = Optional.empty();
    if (System.nanoTime() - silentUntil >= 0) {
      try {
        found = inspect.apply(container.id());
      } catch (EngineException.Timeout e) {
        silentUntil = System.nanoTime() + SILENCE.toNanos();
      } catch (EngineException e) {
        found = Optional.empty();
      }
    }
    return found.orElseGet(() -> AlertFacts.of(alert, container));
  }
}
