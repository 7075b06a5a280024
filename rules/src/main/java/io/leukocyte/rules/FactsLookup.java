package io.leukocyte.rules;

import io.leukocyte.events.BatchCursor;
import io.leukocyte.events.ContainerFacts;
import io.leukocyte.events.ContainerId;
import org.jspecify.annotations.Nullable;

/** Where rules find what is known of a container: labels, mounts, limits. */
@FunctionalInterface
public interface FactsLookup {
  /** Nothing is known of any container. */
  FactsLookup NONE = id -> null;

  /** The newest facts of a container; null when there are none yet. A new object for new facts. */
  @Nullable ContainerFacts find(ContainerId id);

  /**
   * The same for a container of a batch, for who finds it faster by its number there.
   *
   * @param number of the container in the batch's table, from 1
   * @param id the container's
   */
  default @Nullable ContainerFacts find(BatchCursor batch, int number, ContainerId id) {
    return find(id);
  }
}
