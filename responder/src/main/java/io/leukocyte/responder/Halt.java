package io.leukocyte.responder;

/**
 * An emergency stop that is in force: policies begin nothing new on containers. What was begun is
 * finished and held; taking back and operators' own actions go on.
 *
 * @param operator who ordered it
 * @param reason why; may be empty
 * @param since unix nanoseconds
 */
record Halt(String operator, String reason, long since) {
  /** Why an action does not begin. */
  String refusal() {
    return "emergency stop by " + operator + (reason.isEmpty() ? "" : ": " + reason);
  }

  /** For health: who, when, why. */
  String description() {
    return "stopped by "
        + operator
        + " since "
        + Nanos.instant(since).truncatedTo(java.time.temporal.ChronoUnit.SECONDS)
        + (reason.isEmpty() ? "" : ": " + reason);
  }
}
