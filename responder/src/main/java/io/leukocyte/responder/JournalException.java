package io.leukocyte.responder;

import java.io.IOException;
import java.nio.file.Path;

/** The journal cannot be written or read; without it nothing is changed on the host. */
final class JournalException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  JournalException(String what, Path file, IOException cause) {
    super(
        "Cannot "
            + what
            + " the journal "
            + file
            + ": "
            + cause
            + "; free some space and check its permissions",
        cause);
  }
}
