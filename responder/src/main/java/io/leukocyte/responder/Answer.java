package io.leukocyte.responder;

/**
 * What became of an operator's order on this host.
 *
 * @param action the id under which it is published
 * @param type quarantine, pause, kill, emergency-stop, resume …
 * @param container the container's name, or its short id; empty where the order is about none
 * @param done whether it is carried out
 * @param detail how, or why not
 */
public record Answer(String action, String type, String container, boolean done, String detail) {
  /** The same with something to know beside it. */
  Answer with(String remark) {
    return new Answer(action, type, container, done, detail + "; " + remark);
  }
}
