package io.leukocyte.events;

/** The text is not the JSON form of what was asked for. The message names the field. */
public final class MalformedJsonException extends Exception {
  private static final long serialVersionUID = 1L;

  MalformedJsonException(String message) {
    super(message);
  }
}
