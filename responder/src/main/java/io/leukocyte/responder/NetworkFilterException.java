package io.leukocyte.responder;

import org.jspecify.annotations.Nullable;

/**
 * The packet filter did not do what it was asked. The message says what failed, why, what to do.
 */
final class NetworkFilterException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  NetworkFilterException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }

  NetworkFilterException(String message) {
    this(message, null);
  }
}
