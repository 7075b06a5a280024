package io.leukocyte.responder;

import java.time.Duration;
import java.util.Optional;

/**
 * Evidence of the container is kept: what is volatile at once, then files, log and settings.
 * Changes nothing.
 *
 * @param capture how its packets are recorded; empty: they are not
 * @param commit whether an image of its file system is made; it is paused meanwhile
 */
record Snapshot(Optional<Capture> capture, boolean commit) implements Response {
  /**
   * Recording of packets.
   *
   * @param length how long, unless the bytes are reached before
   * @param bytes of the file at most
   */
  record Capture(Duration length, long bytes) {
    static final Duration SHORTEST = Duration.ofSeconds(1);
    static final Duration LONGEST = Duration.ofMinutes(10);
    static final Duration USUAL = Duration.ofSeconds(10);
    static final long LEAST_BYTES = 64 << 10;
    static final long MOST_BYTES = 1L << 30;
    static final long USUAL_BYTES = 5 << 20;
  }

  /** One without packets and image. */
  Snapshot() {
    this(Optional.empty(), false);
  }

  @Override
  public String type() {
    return "snapshot";
  }

  @Override
  public Optional<Duration> length() {
    return Optional.empty();
  }
}
