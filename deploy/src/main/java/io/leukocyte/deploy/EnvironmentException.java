package io.leukocyte.deploy;

/**
 * This machine lacks something or has something in the way; the message says what failed, why, and
 * what to do. The {@code leuko} command ends with exit code 3.
 */
final class EnvironmentException extends RuntimeException {
  EnvironmentException(String message) {
    super(message);
  }

  EnvironmentException(String message, Throwable cause) {
    super(message, cause);
  }
}
