package io.leukocyte.engine;

import io.leukocyte.events.ContainerLifecycle;

/** Hears what happens to containers. Called by one thread, in order. */
public interface EventListener {
  /**
   * Something happened to a container. The reference has the id, and name and image where the
   * engine's event has them; never the digest. Network events have the attributes {@code network}
   * and {@code networkId}, those of execs {@code execID} and, when created or started, {@code
   * command}; {@code health_status} has {@code health}.
   */
  void event(ContainerLifecycle event);

  /**
   * Events between the two positions may be missing: list the containers again. Called after the
   * engine was restarted, or forgot events before they were read.
   */
  void gap(EventPosition from, EventPosition to);

  /**
   * The engine told something that cannot be understood; it was passed over.
   *
   * @param count how often, since the last call
   */
  default void unreadable(long count) {}

  /** The connection is up, for the first time or again. */
  default void connected() {}

  /** The connection was lost or cannot be made; it is tried again. */
  default void disconnected(EngineException cause) {}
}
