package io.leukocyte.events;

/** How a step of an action ended. */
public sealed interface Outcome {
  /** It did what it should. */
  record Done(String detail) implements Outcome {}

  /** There was nothing to do, or it cannot be done to this container; the reason says which. */
  record Skipped(String reason) implements Outcome {}

  /** A guard did not allow it. */
  record Refused(String reason) implements Outcome {}

  /** It was tried and did not work. */
  record Failed(String problem) implements Outcome {}
}
