package io.leukocyte.collector;

import io.leukocyte.collector.Marks.LogMark;
import io.leukocyte.engine.LogLine;
import io.leukocyte.engine.LogPlace;
import io.leukocyte.events.ContainerLog;
import io.leukocyte.events.ContainerLog.Stream;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * Joins the lines of one container's stack traces to one event each, stream by stream. A line that
 * may begin a trace is held until the next line of its stream tells, or {@link #flushIdle} is
 * called; others pass at once. A trace has at most {@link #MOST_LINES} lines, {@link
 * ContainerLog#MAX_BYTES} bytes, and {@link #MOST_TIME} from its first line; what passes a bound
 * begins another event, so that nothing is lost.
 *
 * <p>With each event goes the place up to which everything was handed on: that after its own last
 * line, but in the other stream not past what is held there. A reader that goes on there after a
 * crash gives each line once. Thread-safe; events are handed on under its lock.
 */
final class LineGroups {
  /** Lines of an event. */
  static final int MOST_LINES = 256;

  /** Nanoseconds between the first line of an event and its last. */
  static final long MOST_TIME = 5_000_000_000L;

  /** Takes events. */
  interface Sink {
    /**
     * An event.
     *
     * @param lines how many lines it is
     * @param after how far the log was handed on with it
     */
    void take(LogLine line, int lines, LogMark after);
  }

  private final boolean joins;
  private final Sink sink;
  private final Group out = new Group();
  private final Group err = new Group();
  private LogMark read;

  /**
   * Groups of a log that is read from a place on.
   *
   * @param joins whether lines are joined at all
   */
  LineGroups(boolean joins, LogMark from, Sink sink) {
    this.joins = joins;
    this.read = from;
    this.sink = sink;
  }

  /** Lines of a stream that are held. */
  private static final class Group {
    private @Nullable LogLine first;
    private TraceLines.State state = TraceLines.State.FRAMES;
    private final StringBuilder text = new StringBuilder();
    private int lines;
    private long bytes;
    private long originalBytes;
    private boolean truncated;
    private LogPlace before = LogPlace.BEGIN;
    private long touched;

    void begin(LogLine line, TraceLines.State as, LogPlace place, long ticks) {
      first = line;
      state = as;
      lines = 1;
      bytes = size(line);
      originalBytes = line.originalBytes();
      truncated = line.truncated();
      before = place;
      touched = ticks;
    }

    boolean hasRoom(LogLine line, LogLine since) {
      return lines < MOST_LINES
          && bytes + 1 + size(line) <= ContainerLog.MAX_BYTES
          && line.time() - since.time() <= MOST_TIME
          && line.time() >= since.time();
    }

    void add(LogLine line, LogLine since, TraceLines.State as, long ticks) {
      if (lines == 1) {
        text.append(since.text());
      }
      text.append('\n').append(line.text());
      lines++;
      bytes += 1 + size(line);
      originalBytes += 1 + line.originalBytes();
      truncated |= line.truncated();
      state = as;
      touched = ticks;
    }

    private static long size(LogLine line) {
      return line.text().getBytes(StandardCharsets.UTF_8).length;
    }

    LogLine end(LogLine since) {
      LogLine line =
          lines == 1
              ? since
              : new LogLine(
                  since.time(), since.stream(), text.toString(), originalBytes, truncated);
      text.setLength(0);
      if (text.capacity() > 16 * 1024) {
        text.trimToSize();
      }
      first = null;
      return line;
    }
  }

  private Group of(Stream stream) {
    return switch (stream) {
      case STDOUT, TTY -> out;
      case STDERR -> err;
    };
  }

  /**
   * The next line of the log.
   *
   * @param after how far the log was read with it
   * @param ticks nanoseconds of a clock that only goes forward
   */
  synchronized void line(LogLine line, LogMark after, long ticks) {
    LogMark before = read;
    read = after;
    Group group = of(line.stream());
    LogLine first = group.first;
    TraceLines.State begun = null;
    if (first != null) {
      TraceLines.State state = TraceLines.goesOn(group.state, line.text());
      if (state != null && group.hasRoom(line, first)) {
        group.add(line, first, state, ticks);
        return;
      }
      begun = state != null && group.lines > 1 ? state : null; // goes on in another event
      emit(group, first, before);
    }
    if (joins && begun == null) {
      begun = TraceLines.begins(line.text());
    }
    if (begun == null) {
      sink.take(line, 1, handedOn(after));
    } else {
      group.begin(line, begun, place(before, line.stream()), ticks);
    }
  }

  /** A line was left out: what is held of its stream ends before it. */
  synchronized void leftOut(Stream stream, LogMark after) {
    Group group = of(stream);
    LogLine first = group.first;
    if (first != null) {
      emit(group, first, read);
    }
    read = after;
  }

  /** Hands on what no line was added to since. */
  synchronized void flushIdle(long beforeTicks) {
    flush(out, beforeTicks);
    flush(err, beforeTicks);
  }

  /** Hands on everything. */
  synchronized void flush() {
    flush(out, Long.MAX_VALUE);
    flush(err, Long.MAX_VALUE);
  }

  private void flush(Group group, long beforeTicks) {
    LogLine first = group.first;
    if (first != null && (beforeTicks == Long.MAX_VALUE || group.touched - beforeTicks < 0)) {
      emit(group, first, read);
    }
  }

  /** Hands on what a group holds; the log was read up to a place, without what comes after it. */
  private void emit(Group group, LogLine first, LogMark upTo) {
    int lines = group.lines;
    sink.take(group.end(first), lines, handedOn(upTo));
  }

  /** The place up to which everything is handed on that is not held. */
  private LogMark handedOn(LogMark upTo) {
    return out.first == null && err.first == null
        ? upTo
        : new LogMark(
            out.first == null ? upTo.out() : out.before,
            err.first == null ? upTo.err() : err.before);
  }

  private static LogPlace place(LogMark mark, Stream stream) {
    return switch (stream) {
      case STDOUT, TTY -> mark.out();
      case STDERR -> mark.err();
    };
  }
}
