package io.leukocyte.events;

import java.util.Collections;
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
 * @param attributes what the engine adds, such as signal, execID, network; on the wire at most
 *     {@link #MAX_ATTRIBUTES} entries, each value at most {@link #MAX_VALUE_CHARACTERS} characters
 */
public record ContainerLifecycle(
    long time,
    ContainerRef container,
    String action,
    @Nullable Integer exitCode,
    SortedMap<String, String> attributes)
    implements Event {
  /** Most attributes on the wire; the writer leaves out the rest and counts it. */
  public static final int MAX_ATTRIBUTES = 64;

  /** Most characters of an attribute's value on the wire; the writer cuts longer ones. */
  public static final int MAX_VALUE_CHARACTERS = 1024;

  /** Copies the attributes. */
  public ContainerLifecycle {
    attributes = Collections.unmodifiableSortedMap(new TreeMap<>(attributes));
  }
}
