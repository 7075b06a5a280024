package io.leukocyte.responder;

import io.leukocyte.events.Outcome;

/** What looking at a container before a change said. */
sealed interface Checked {
  /**
   * It can be done.
   *
   * @param undo how it is taken back
   * @param way how it is done, for people: a clause such as "by a packet filter in its namespace"
   */
  record Ready(Undo undo, String way) implements Checked {}

  /**
   * It is not done.
   *
   * @param outcome why
   */
  record Not(Outcome outcome) implements Checked {}

  /**
   * Nobody knows: the container engine does not answer.
   *
   * @param problem in its words
   */
  record Away(String problem) implements Checked {}

  /** There is nothing to do. */
  static Checked skip(String reason) {
    return new Not(new Outcome.Skipped(reason));
  }
}
