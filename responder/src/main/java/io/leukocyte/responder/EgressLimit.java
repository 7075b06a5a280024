package io.leukocyte.responder;

import java.util.Optional;

/**
 * A bound of what a container sends, in its network namespace, over all of its interfaces but
 * loopback. What is beyond is dropped: TCP slows down. All errors are {@link
 * NetworkFilterException}s.
 */
interface EgressLimit {
  /** Why it cannot be used on this host; empty when it can. */
  Optional<String> unusable();

  /**
   * Sets the bound, in place of another of ours; again for interfaces that came since.
   *
   * @param bits a second
   */
  void limit(ContainerProcess process, long bits);

  /** Whether it is bounded so. */
  boolean isLimited(ContainerProcess process, long bits);

  /** Takes the bound away, leaving nothing of ours behind. */
  void lift(ContainerProcess process);
}
