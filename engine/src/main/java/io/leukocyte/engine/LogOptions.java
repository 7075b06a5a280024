package io.leukocyte.engine;

/**
 * Which lines to read.
 *
 * @param sinceNanos only lines after this time, unix nanoseconds, the engine's own clock; 0: all
 *     that the engine keeps
 * @param follow whether to go on with lines as they are written until the container stops
 */
public record LogOptions(long sinceNanos, boolean follow) {
  /** Checks the time. */
  public LogOptions {
    if (sinceNanos < 0) {
      throw new IllegalArgumentException(
          "Not a time of a log line: " + sinceNanos + "; it is unix nanoseconds or 0");
    }
  }
}
