package io.leukocyte.responder;

import io.leukocyte.events.ActionId;
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

  /**
   * Does something to one container of a service at a time.
   *
   * @param service whose
   * @param container to which it is done
   * @param action what is done; its turn lasts until it is over, or in force
   * @param begin begins it: it is in the journal when this returns, or will not be done
   * @return why it is not its turn; empty: it was begun
   */
  default Optional<String> inTurn(
      String service, ContainerId container, ActionId action, Runnable begin) {
    begin.run();
    return Optional.empty();
  }
}
