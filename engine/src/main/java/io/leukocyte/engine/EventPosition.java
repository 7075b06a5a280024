package io.leukocyte.engine;

import io.leukocyte.events.ContainerLifecycle;

/**
 * A place in the engine's stream of events: after everything up to this time.
 *
 * @param nanos unix nanoseconds, the engine's own clock
 */
public record EventPosition(long nanos) implements Comparable<EventPosition> {
  /** Checks the time. */
  public EventPosition {
    if (nanos < 0) {
      throw new IllegalArgumentException(
          "Not a position in the engine's events: " + nanos + "; it is a time since 1970");
    }
  }

  /** The place after an event. */
  public static EventPosition after(ContainerLifecycle event) {
    return new EventPosition(event.time());
  }

  @Override
  public int compareTo(EventPosition other) {
    return Long.compare(nanos, other.nanos);
  }
}
