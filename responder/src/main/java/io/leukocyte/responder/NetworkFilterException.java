package io.leukocyte.responder;

import org.jspecify.annotations.Nullable;

/**
 * The packet filter did not do what it was asked. The message says what failed, why, what to do.
 */
class NetworkFilterException extends HostException {
  private static final long serialVersionUID = 1L;

  NetworkFilterException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }

  NetworkFilterException(String message) {
    this(message, null);
  }

  /**
   * The container's process ended, and its network namespace with it: nothing is filtered there.
   */
  static final class Gone extends NetworkFilterException {
    private static final long serialVersionUID = 1L;

    Gone(String message, @Nullable Throwable cause) {
      super(message, cause);
    }
  }
}
