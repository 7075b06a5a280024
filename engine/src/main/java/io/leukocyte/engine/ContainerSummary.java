package io.leukocyte.engine;

import io.leukocyte.events.ContainerId;
import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * A line of the engine's list of containers.
 *
 * @param id the container
 * @param name without the leading slash
 * @param image as the engine shows it: what the container was started from, or an image id
 * @param state created, running, paused, restarting, removing, exited, dead
 * @param created unix seconds
 * @param labels the container's labels, those of its image included
 */
public record ContainerSummary(
    ContainerId id,
    String name,
    String image,
    String state,
    long created,
    SortedMap<String, String> labels) {
  /** Copies the labels. */
  public ContainerSummary {
    labels = Collections.unmodifiableSortedMap(new TreeMap<>(labels));
  }
}
