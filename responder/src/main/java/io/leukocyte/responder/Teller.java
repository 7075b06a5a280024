package io.leukocyte.responder;

/**
 * One way to tell people of an alert. May wait for the other side; called by a thread of its own.
 */
interface Teller {
  /** Tells once. Secrets never are in what it answers. */
  Told tell(Message message) throws InterruptedException;

  /**
   * What is told.
   *
   * @param action the notification, with its alert, policy and container
   * @param document the alert's ECS document
   */
  record Message(io.leukocyte.events.Action action, String document) {}

  /** What came of one attempt. */
  sealed interface Told {
    /** It was taken. */
    record Taken() implements Told {}

    /**
     * It was not, but may be later.
     *
     * @param problem why, a clause without secrets
     */
    record NotNow(String problem) implements Told {}

    /**
     * It was not, and will not be.
     *
     * @param problem why, a clause without secrets
     */
    record Never(String problem) implements Told {}
  }
}
