package io.leukocyte.responder;

import io.leukocyte.events.AlertId;
import io.leukocyte.events.ContainerId;
import java.util.Optional;

/** Decides whether one more container may be acted on. */
interface Budget {
  /**
   * Says that {@link #refusal} will be asked soon, so that many questions can be on their way at
   * the same time. May be left out.
   */
  default void announce(Policy policy, AlertId alert, ContainerId container) {}

  /**
   * Asks for a container.
   *
   * @param policy whose bounds hold
   * @param alert which is answered; asking again for the same counts once
   * @param container which would be acted on
   * @param now unix nanoseconds
   * @return why not; empty when it may be
   */
  Optional<String> refusal(Policy policy, AlertId alert, ContainerId container, long now);

  /**
   * Asks for a container that an operator has just approved: the bound as it is now counts,
   * whatever was asked before.
   */
  default Optional<String> refusalAtApproval(
      Policy policy, AlertId alert, ContainerId container, long now) {
    return refusal(policy, alert, container, now);
  }
}
