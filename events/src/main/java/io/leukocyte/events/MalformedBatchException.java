package io.leukocyte.events;

/** The bytes are not a batch: truncated, altered, or something else. The message says where. */
public final class MalformedBatchException extends Exception {
  private static final long serialVersionUID = 1L;

  MalformedBatchException(String message) {
    super(message);
  }
}
