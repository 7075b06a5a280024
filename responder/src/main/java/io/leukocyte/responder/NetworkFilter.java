package io.leukocyte.responder;

import io.leukocyte.events.ContainerId;
import java.util.Optional;
import java.util.Set;

/**
 * A packet filter in the network namespace of a container, closed or open. Closed means: nothing
 * passes in or out, on connections that are open either, IPv4 and IPv6, the engine's name server
 * included; only the loopback stays, and what a scope leaves open. All errors are {@link
 * NetworkFilterException}s.
 */
interface NetworkFilter {

  /** Why it cannot be used on this host; empty when it can. */
  Optional<String> unusable();

  /** How it is changed, a line for people. */
  default String means() {
    return "in memory";
  }

  /** Closes one that nobody needs, so that the first real one is closed as quickly as the next. */
  default void rehearse() {}

  /** Whether a process is known to be the container's still, without asking its engine. */
  default boolean isStill(ContainerProcess process) {
    return false;
  }

  /**
   * Other containers that have processes in the same namespace.
   *
   * @param process the container's process
   */
  Set<ContainerId> sharers(ContainerProcess process);

  /**
   * Closes it, in one transaction; again for interfaces that came since. What it was closed to
   * before counts no more.
   *
   * @return what is covered, a clause for people
   */
  String close(ContainerProcess process, Scope scope);

  /** Whether it is closed as far as that, or further. */
  boolean isClosed(ContainerProcess process, Scope scope);

  /** Whether anything of ours is there, however far it is closed. */
  boolean isThere(ContainerProcess process);

  /** Opens it, leaving nothing of ours behind; open already is open. */
  void open(ContainerProcess process);
}
