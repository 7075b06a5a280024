package io.leukocyte.rules;

import io.leukocyte.events.config.Position;
import io.leukocyte.events.config.Problem;

/** A condition could not be read any further. */
final class SyntaxException extends Exception {
  private static final long serialVersionUID = 1L;

  private final transient Problem problem;

  SyntaxException(Position at, String what, String todo) {
    super(what, null, false, false);
    this.problem = new Problem(at, what, todo);
  }

  Problem problem() {
    return problem;
  }
}
