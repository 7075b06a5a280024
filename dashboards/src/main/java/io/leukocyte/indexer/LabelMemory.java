package io.leukocyte.indexer;

import io.leukocyte.events.ContainerFacts;
import io.leukocyte.events.ContainerId;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What the labels of the containers say that were told of since the start. Facts of a container
 * come before its other events and each five minutes, so that one is unknown for five minutes at
 * most, and only to an indexer that has just begun with a host.
 */
final class LabelMemory {
  private static final int MOST = 100_000;

  /** What a container's labels say. */
  enum Said {
    YES,
    NO,
    UNKNOWN
  }

  private record Known(boolean logs, boolean events) {}

  private final Selection selection;
  private final Map<ContainerId, Known> known = new LinkedHashMap<>(16, 0.75f, true);

  LabelMemory(Selection selection) {
    this.selection = selection;
  }

  void take(ContainerFacts facts) {
    boolean logs = "true".equals(facts.labels().get(Selection.LOGS_LABEL));
    boolean events =
        selection.events().label().map(label -> label.isOf(facts.labels())).orElse(true);
    known.put(facts.container().id(), new Known(logs, events));
    if (known.size() > MOST) {
      known.remove(known.keySet().iterator().next());
    }
  }

  /** Whether the label asks for its lines. */
  Said logs(ContainerId container) {
    Known of = known.get(container);
    return of == null ? Said.UNKNOWN : of.logs() ? Said.YES : Said.NO;
  }

  /** Whether it has the label that events are chosen by. */
  Said events(ContainerId container) {
    Known of = known.get(container);
    return of == null ? Said.UNKNOWN : of.events() ? Said.YES : Said.NO;
  }
}
