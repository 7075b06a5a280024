package io.leukocyte.events;

/**
 * One line that a container wrote, or several that belong together: a stack trace.
 *
 * @param time unix nanoseconds, the engine's own
 * @param container the container
 * @param stream where it was written
 * @param line the text without its line end, at most {@link #MAX_BYTES} bytes of UTF-8; bytes that
 *     are not UTF-8 are U+FFFD; lines that belong together have a line feed between them
 * @param originalBytes bytes of the line as written, without its line end; more than the line has
 *     when it was truncated
 * @param truncated whether the bound cut the line
 * @param lines how many lines of the container's it is, 1 or more
 */
public record ContainerLog(
    long time,
    ContainerRef container,
    Stream stream,
    String line,
    long originalBytes,
    boolean truncated,
    int lines)
    implements Event {
  /** Most bytes of a line. */
  public static final int MAX_BYTES = 64 * 1024;

  /** Checks the number of lines. */
  public ContainerLog {
    if (lines < 1) {
      throw new IllegalArgumentException("not a number of lines: " + lines);
    }
  }

  /** One line. */
  public ContainerLog(
      long time,
      ContainerRef container,
      Stream stream,
      String line,
      long originalBytes,
      boolean truncated) {
    this(time, container, stream, line, originalBytes, truncated, 1);
  }

  /** The same with another container. */
  public ContainerLog with(ContainerRef other) {
    return new ContainerLog(time, other, stream, line, originalBytes, truncated, lines);
  }

  /** Where a container writes, with its number on the wire. */
  public enum Stream {
    /** Standard output. */
    STDOUT(0),
    /** Standard error. */
    STDERR(1),
    /** A terminal, which joins both. */
    TTY(2);

    private final int code;

    Stream(int code) {
      this.code = code;
    }

    /** The number on the wire. */
    public int code() {
      return code;
    }

    /** The stream of a number on the wire; standard output for one that is not known. */
    public static Stream ofCode(int code) {
      return switch (code) {
        case 1 -> STDERR;
        case 2 -> TTY;
        default -> STDOUT;
      };
    }

    /** The name in JSON: lower case. */
    public String text() {
      return name().toLowerCase(java.util.Locale.ROOT);
    }
  }
}
