package io.leukocyte.engine;

/** Hears what a {@link JsonLogReader} reads, on the thread that calls it. */
public interface JsonLogListener {
  /**
   * A line, and how far the log has been read with it: a reader that begins at these places gives
   * exactly the lines that come after it.
   */
  void line(LogLine line, LogPlace out, LogPlace err);

  /**
   * Lines were removed before they could be read.
   *
   * @param reason {@code rotated} or {@code truncated-file}
   * @param count how many; 0 when that cannot be known
   * @param from time of the last line before them, unix nanoseconds; 0 when there is none
   * @param to time of the first line after them, or when the loss was noticed
   */
  void lost(String reason, long count, long from, long to);

  /** Bytes that are not entries of a log were left out. */
  void damaged(long bytes);
}
