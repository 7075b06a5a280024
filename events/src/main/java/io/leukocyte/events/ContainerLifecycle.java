package io.leukocyte.events;

import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Something happened to a container as a whole. Source: the engine's event stream.
 *
 * @param time unix nanoseconds, the engine's own
 * @param container the container
 * @param action the engine's word: create, start, die, kill, oom, pause, unpause, stop, restart,
 *     rename, destroy, exec_create, exec_start, exec_die, health_status, connect, disconnect …
 * @param exitCode of die and exec_die; null otherwise
 * @param attributes what the engine adds, such as signal, execID, network; at most 64 entries, each
 *     value at most 1,024 characters
 */
public record ContainerLifecycle(
    long time,
    ContainerRef container,
    String action,
    @Nullable Integer exitCode,
    SortedMap<String, String> attributes)
    implements Event {
  /** Copies the attributes. */
  public ContainerLifecycle {
    attributes = java.util.Collections.unmodifiableSortedMap(new TreeMap<>(attributes));
  }
}
