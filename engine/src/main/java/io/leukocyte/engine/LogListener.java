package io.leukocyte.engine;

import org.jspecify.annotations.Nullable;

/** Hears the lines of one container. Never called by two threads at once. */
public interface LogListener {
  /**
   * A line. A listener that blocks holds the stream back; the engine keeps the lines meanwhile. A
   * line whose end does not come is handed on after a pause, its rest later as a line of its own.
   */
  void line(LogLine line);

  /**
   * The stream has ended, after its last line; called once, and not after {@link
   * Subscription#close}.
   *
   * @param cause null when all was read or the container stopped or is gone; else why the lines
   *     cannot be read, such as a log driver that does not keep them
   */
  void closed(@Nullable EngineException cause);
}
