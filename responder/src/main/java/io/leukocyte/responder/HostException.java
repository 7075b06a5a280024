package io.leukocyte.responder;

import org.jspecify.annotations.Nullable;

/** This host did not do what it was asked. The message says what failed, why, what to do. */
class HostException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  HostException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
