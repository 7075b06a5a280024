package io.leukocyte.engine;

/**
 * Which lines to read. The two streams of a container have a position each, because the engine
 * keeps the order of the lines of one stream only: a line of one stream may come after a younger
 * line of the other.
 *
 * @param outSince only lines of standard output, or of the terminal, after this time; unix
 *     nanoseconds, the engine's own clock; 0: all that the engine keeps
 * @param errSince the same for standard error
 * @param follow whether to go on with lines as they are written until the container stops
 */
public record LogOptions(long outSince, long errSince, boolean follow) {
  /** Checks the times. */
  public LogOptions {
    if (outSince < 0 || errSince < 0) {
      throw new IllegalArgumentException(
          "Not a time of a log line: "
              + Math.min(outSince, errSince)
              + "; it is unix nanoseconds or 0");
    }
  }

  /**
   * The same position in both streams.
   *
   * @param sinceNanos only lines after this time, unix nanoseconds; 0: all that the engine keeps
   * @param follow whether to go on with lines as they are written
   */
  public LogOptions(long sinceNanos, boolean follow) {
    this(sinceNanos, sinceNanos, follow);
  }

  /** The same from the place after a line that was read. */
  public LogOptions after(LogLine line) {
    return switch (line.stream()) {
      case STDOUT, TTY -> new LogOptions(line.time(), errSince, follow);
      case STDERR -> new LogOptions(outSince, line.time(), follow);
    };
  }
}
