package io.leukocyte.engine;

import io.leukocyte.events.ContainerId;
import io.leukocyte.events.ContainerLog;
import io.leukocyte.events.ContainerRef;

/**
 * One line that a container wrote.
 *
 * @param time unix nanoseconds, the engine's own clock, of the line's beginning
 * @param stream where it was written
 * @param text without its line end, at most {@link ContainerLog#MAX_BYTES} bytes of UTF-8; bytes
 *     that are not UTF-8 are U+FFFD
 * @param originalBytes bytes of the line as the engine keeps it, without its line end; Docker's
 *     json-file keeps each byte that is not UTF-8 as three
 * @param truncated whether the bound cut the line
 */
public record LogLine(
    long time, ContainerLog.Stream stream, String text, long originalBytes, boolean truncated) {

  /** The line as an event of a container. */
  public ContainerLog of(ContainerRef container) {
    return new ContainerLog(time, container, stream, text, originalBytes, truncated);
  }

  /** The line as an event of a container of which only the id is known. */
  public ContainerLog of(ContainerId container) {
    return of(ContainerRef.unknown(container));
  }
}
