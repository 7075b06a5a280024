package io.leukocyte.events;

/** The topics cannot be used as they are. The message says what to do. */
public final class TopicException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** Topics with other numbers than configured. */
  public TopicException(String message) {
    super(message);
  }

  TopicException(String message, Throwable cause) {
    super(message, cause);
  }
}
