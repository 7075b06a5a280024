package io.leukocyte.collector;

import io.leukocyte.events.ContainerId;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Which container a network namespace belongs to. Where several share one (a pod, {@code --network
 * container:}), it is the one that was there first. The kernel gives the number of a namespace away
 * again, so an owner that has ended is kept only until its last flows are reported. For one thread.
 */
final class NetworkOwners {
  private final Map<Integer, ContainerId> owners = new HashMap<>();
  private final Set<Integer> ended = new HashSet<>();

  /** The container; null when none is known. */
  @Nullable ContainerId of(int namespace) {
    return owners.get(namespace);
  }

  /**
   * Whether {@link #claim} by this container would take over a namespace whose last flows are not
   * yet reported.
   */
  boolean isSuccession(int namespace, ContainerId container) {
    return ended.contains(namespace) && !container.equals(owners.get(namespace));
  }

  /** A process of the container lives in the namespace. */
  void claim(int namespace, ContainerId container) {
    if (ended.remove(namespace)) {
      owners.put(namespace, container);
    } else {
      owners.putIfAbsent(namespace, container);
    }
  }

  /** The container's first process ended. */
  void end(ContainerId container) {
    owners.forEach((namespace, owner) -> {
      if (owner.equals(container)) {
        ended.add(namespace);
      }
    });
  }

  /** All flows of the containers that have ended are reported. */
  void forgetEnded() {
    owners.keySet().removeAll(ended);
    ended.clear();
  }

  /** Forgets all: events that would have told of changes were lost. */
  void clear() {
    owners.clear();
    ended.clear();
  }
}
