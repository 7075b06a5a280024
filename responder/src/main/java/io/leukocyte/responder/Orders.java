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
}
