package io.leukocyte.responder;

import io.leukocyte.events.ContainerFacts;
import io.leukocyte.events.ContainerId;
import io.leukocyte.events.ContainerRef;
import io.leukocyte.events.config.Durations;
import io.leukocyte.events.config.Position;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * Containers that are recycled when they are old: what crept in does not stay for long.
 *
 * @param name for the audit; unique among the policies
 * @param at where it stands
 * @param scope which containers
 * @param maxAge since a container was made
 * @param jitter up to so much later, so that not all are due at once
 * @param enforced whether it is done; otherwise it is journalled what would be done
 * @param how what is done
 */
record AgeLimit(
    String name,
    Position at,
    Scope scope,
    Duration maxAge,
    Duration jitter,
    boolean enforced,
    Recycle how) {

  /**
   * Which containers: all that is given must hold, and something must be given.
   *
   * @param names names or ids, with {@code *}; empty is any
   * @param images with {@code *}, with or without their tag; empty is any
   * @param labels {@code key=value}, or {@code key}; one of them; empty is any
   */
  record Scope(List<String> names, List<String> images, List<String> labels) {
    Scope {
      names = List.copyOf(names);
      images = List.copyOf(images);
      labels = List.copyOf(labels);
    }

    boolean covers(ContainerFacts facts) {
      ContainerRef ref = facts.container();
      Globs named = new Globs(names);
      Globs made = new Globs(images);
      return (names.isEmpty()
              || named.match(ref.name())
              || named.match(ref.id().value())
              || named.match(ref.id().brief()))
          && (images.isEmpty()
              || made.match(ref.image())
              || (ref.tag() != null && made.match(ref.image() + ":" + ref.tag())))
          && (labels.isEmpty()
              || labels.stream().anyMatch(l -> Protection.carries(facts.labels(), l)));
    }
  }

  /** {@code file:line}, for the audit. */
  String source() {
    return at.file() + ":" + at.line();
  }

  /** At which age a container is due: each has its own share of the jitter, always the same. */
  Duration due(ContainerId container) {
    double share = Long.parseLong(container.value().substring(0, 8), 16) / (double) (1L << 32);
    return maxAge.plusMillis((long) (jitter.toMillis() * share));
  }

  /** Why a container is recycled, for the audit; empty when it is not due. */
  Optional<String> reason(ContainerFacts facts, long now) {
    Duration age = Duration.ofNanos(now - facts.created());
    return age.compareTo(due(facts.container().id())) < 0
        ? Optional.empty()
        : Optional.of(
            "age: it was made %s ago, max-age is %s"
                .formatted(
                    Durations.format(Duration.ofSeconds(age.toSeconds())),
                    Durations.format(maxAge)));
  }
}
