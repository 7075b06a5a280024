package io.leukocyte.indexer;

/** A report could not be made; the message says what failed, why, and what to do. */
public final class ReportException extends Exception {
  private static final long serialVersionUID = 1L;

  ReportException(String message, Throwable cause) {
    super(message, cause);
  }
}
