package io.leukocyte.responder;

import java.time.Duration;
import java.util.Optional;

/**
 * Evidence of the container is kept: what is volatile at once, then files, log and settings.
 * Changes nothing.
 */
record Snapshot() implements Response {
  @Override
  public String type() {
    return "snapshot";
  }

  @Override
  public Optional<Duration> length() {
    return Optional.empty();
  }
}
