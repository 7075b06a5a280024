package io.leukocyte.events.config;

/**
 * Something wrong in a file that a person wrote.
 *
 * @param at where
 * @param what what is wrong
 * @param todo what to do; empty when the first part says it
 */
public record Problem(Position at, String what, String todo) {
  /** {@code file:line:column: what is wrong; what to do}. */
  @Override
  public String toString() {
    return at + ": " + what + (todo.isEmpty() ? "" : "; " + todo);
  }
}
