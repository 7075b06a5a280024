package io.leukocyte.responder;

import io.leukocyte.events.BlockedImage;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

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

  /**
   * Carries out what waits for an approval, unless a guard is against it by now.
   *
   * @param what an action's id, or a container's name or id for all that wait on it; ids may be
   *     shortened
   * @param operator who approves, for the audit
   * @throws OrderException when nothing of it waits
   */
  List<Decided> approve(String what, String operator);

  /**
   * Closes what waits for an approval.
   *
   * @param what as {@link #approve}
   * @param operator who denies, for the audit
   * @param reason why, for the audit; may be empty
   * @throws OrderException when nothing of it waits
   */
  List<Decided> deny(String what, String operator, String reason);

  /**
   * Takes back all that an alert caused, which was false, and keeps its rule off its container for
   * a while.
   *
   * @param alert the alert's id, which may be shortened
   * @param operator who says so, for the audit
   * @param reason why, for the audit; may be empty
   * @throws OrderException when no action of this host was caused by it
   */
  List<Released> markFalse(String alert, String operator, String reason);

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

  /** Images that may not start, the oldest first. */
  List<BlockedImage> blocked();

  /**
   * Blocks an image: its containers are stopped when they start, on all hosts.
   *
   * @param image its name or id on this host, or its whole id
   * @param running what is done with those that run
   * @param length after which time it is trusted again; empty: when somebody says so
   * @param operator who asks, for the audit
   * @param reason why; may be empty
   * @throws OrderException when this host has no such image
   */
  Answer block(
      String image,
      BlockedImage.Running running,
      Optional<Duration> length,
      String operator,
      String reason);

  /**
   * An image may start again; what was stopped stays so.
   *
   * @param image its name or id, which may be shortened
   * @param operator who asks, for the audit
   * @param reason why; may be empty
   * @throws OrderException when no such image is blocked
   */
  Answer unblock(String image, String operator, String reason);

  /**
   * Deletes evidence of this host for good, but not that of an action that is open.
   *
   * @param what its id, that of an action it was taken for, or of its alert; may be shortened
   * @param operator who asks, for the audit
   * @param reason why, for the audit; may be empty
   * @throws OrderException when there is none
   */
  Answer deleteEvidence(String what, String operator, String reason);
}
