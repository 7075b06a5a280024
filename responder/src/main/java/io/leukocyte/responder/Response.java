package io.leukocyte.responder;

import io.leukocyte.events.Alert;
import java.time.Duration;
import java.util.Optional;

/** One action of a policy, with its parameters. */
sealed interface Response permits Notify, Snapshot, Intervention {
  /** The word of policy files and of the audit: quarantine, pause, notify … */
  String type();

  /** After which time it takes itself back; empty: only when somebody releases it, or never. */
  Optional<Duration> length();

  /** Whether the alert's document is kept until it is done: it is given to somebody. */
  default boolean tells() {
    return false;
  }

  /** The same as it is carried out for an alert. */
  default Response about(Alert alert) {
    return this;
  }
}
