package io.leukocyte.responder;

import java.util.List;

/** What an operator on the host can ask of a responder, with or without Kafka. */
interface Orders {
  /** Actions that are in force or on their way, the oldest first. */
  List<OpenAction> actions();

  /**
   * Takes back what is in force on a container, or one action.
   *
   * @param what a container's name or id, or an action's id; ids may be shortened
   * @param operator who asks, for the audit
   * @throws OrderException when nothing of it is in force
   */
  List<Released> release(String what, String operator);

  /** Takes back everything that is in force on this host. */
  List<Released> releaseAll(String operator);

  /**
   * Does something to a container of this host.
   *
   * @param container a name, or an id that may be shortened
   * @param operator who asks, for the audit
   * @param reason why; may be empty
   * @throws OrderException when there is no such container
   */
  Answer contain(Containment what, String container, String operator, String reason);

  /**
   * Stops all that policies do: when this returns they begin nothing new on any container.
   *
   * @param operator who asks, for the audit
   * @param reason why; may be empty
   */
  Answer stop(String operator, String reason);

  /** Lets policies act again. */
  Answer resume(String operator);
}
