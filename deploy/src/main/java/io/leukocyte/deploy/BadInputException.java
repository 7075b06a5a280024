package io.leukocyte.deploy;

import org.jspecify.annotations.Nullable;

/** What the user gave is wrong; the message says what and what to do. */
final class BadInputException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  BadInputException(@Nullable String message) {
    super(message);
  }
}
