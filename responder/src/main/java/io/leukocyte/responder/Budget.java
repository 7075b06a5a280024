package io.leukocyte.responder;

import io.leukocyte.events.ContainerId;
import java.util.Optional;

/** Decides whether one more container may be acted on. */
interface Budget {
  /**
   * Asks for a container.
   *
   * @param policy whose bounds hold
   * @param container which would be acted on
   * @param now unix nanoseconds
   * @return why not; empty when it may be
   */
  Optional<String> refusal(Policy policy, ContainerId container, long now);
}
