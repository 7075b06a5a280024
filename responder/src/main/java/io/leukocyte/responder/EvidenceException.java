package io.leukocyte.responder;

import org.jspecify.annotations.Nullable;

/** Evidence could not be kept or read. The message says what failed, why and what to do. */
public final class EvidenceException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  EvidenceException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
