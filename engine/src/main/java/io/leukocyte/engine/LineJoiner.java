package io.leukocyte.engine;

import io.leukocyte.events.ContainerLog;
import io.leukocyte.events.ContainerLog.Stream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;

/**
 * Joins what a log driver keeps, pieces of at most 16 KiB each with a time, to lines. A piece with
 * another time than the unfinished line before it begins a new line: drivers lose the line end of a
 * container's last words, and some of them that of long lines. Memory: at most {@link
 * ContainerLog#MAX_BYTES} a stream. Thread-safe; lines are handed on under its lock.
 */
final class LineJoiner {
  private final Consumer<LogLine> out;
  private final ReentrantLock lock = new ReentrantLock();
  private final Unfinished standardOut = new Unfinished(Stream.STDOUT);
  private final Unfinished standardError = new Unfinished(Stream.STDERR);
  private final Unfinished terminal = new Unfinished(Stream.TTY);
  private final List<Unfinished> streams = List.of(standardOut, standardError, terminal);

  LineJoiner(Consumer<LogLine> out) {
    this.out = out;
  }

  /** A piece of a stream begins. */
  void begin(Stream stream, long time) {
    lock.lock();
    try {
      Unfinished line = of(stream);
      if (line.open && line.time != time) {
        line.finish();
      }
      line.time = time;
    } finally {
      lock.unlock();
    }
  }

  /**
   * Bytes of the piece that has begun.
   *
   * @param nanoTime when they were read, for {@link #flushIdle}
   */
  void add(Stream stream, byte[] bytes, int from, int to, long nanoTime) {
    lock.lock();
    try {
      Unfinished line = of(stream);
      int start = from;
      for (int i = from; i < to; i++) {
        if (bytes[i] == '\n') {
          line.append(bytes, start, i);
          line.finish();
          start = i + 1;
        }
      }
      if (start < to) {
        line.append(bytes, start, to);
        line.touched = nanoTime;
      }
    } finally {
      lock.unlock();
    }
  }

  /** Whether the beginning of a line waits for its end. */
  boolean isUnfinished(Stream stream) {
    lock.lock();
    try {
      return of(stream).open;
    } finally {
      lock.unlock();
    }
  }

  /** Hands on all unfinished lines. */
  void flush() {
    lock.lock();
    try {
      for (Unfinished line : streams) {
        if (line.open) {
          line.finish();
        }
      }
    } finally {
      lock.unlock();
    }
  }

  /** Hands on unfinished lines that nothing was added to since, unless a line is handed on now. */
  void flushIdle(long beforeNanoTime) {
    if (!lock.tryLock()) {
      return;
    }
    try {
      for (Unfinished line : streams) {
        if (line.open && line.touched - beforeNanoTime < 0) {
          line.finish();
        }
      }
    } finally {
      lock.unlock();
    }
  }

  /** The time of the oldest unfinished line; {@link Long#MAX_VALUE} when all are finished. */
  long oldestUnfinished() {
    lock.lock();
    try {
      long oldest = Long.MAX_VALUE;
      for (Unfinished line : streams) {
        if (line.open) {
          oldest = Math.min(oldest, line.time);
        }
      }
      return oldest;
    } finally {
      lock.unlock();
    }
  }

  /** Forgets all unfinished lines: they are read again. */
  void discard() {
    lock.lock();
    try {
      streams.forEach(Unfinished::clear);
    } finally {
      lock.unlock();
    }
  }

  private Unfinished of(Stream stream) {
    return switch (stream) {
      case STDOUT -> standardOut;
      case STDERR -> standardError;
      case TTY -> terminal;
    };
  }

  /** The line of a stream whose end has not come yet. */
  private final class Unfinished {
    private final Stream stream;
    private byte[] kept = new byte[256];
    private int length;
    private long total;
    private byte last;
    private boolean open;
    private long time;
    private long touched;

    Unfinished(Stream stream) {
      this.stream = stream;
    }

    void append(byte[] bytes, int from, int to) {
      open = true;
      total += to - from;
      if (to > from) {
        last = bytes[to - 1];
      }
      int room = Math.min(to - from, ContainerLog.MAX_BYTES + 1 - length);
      if (room <= 0) {
        return;
      }
      if (length + room > kept.length) {
        int size = Math.max(length + room, 2 * kept.length);
        kept = Arrays.copyOf(kept, Math.min(size, ContainerLog.MAX_BYTES + 1));
      }
      System.arraycopy(bytes, from, kept, length, room);
      length += room;
    }

    void finish() {
      boolean carriageReturn = stream == Stream.TTY && total > 0 && last == '\r';
      long original = carriageReturn ? total - 1 : total;
      int end = (int) Math.min(Math.min(length, original), ContainerLog.MAX_BYTES);
      boolean cut = end < original;
      if (cut) {
        end = wholeCharacters(kept, end);
      }
      String text = new String(kept, 0, end, StandardCharsets.UTF_8);
      String bounded = Utf8.cut(text, ContainerLog.MAX_BYTES);
      LogLine line =
          new LogLine(time, stream, bounded, original, cut || bounded.length() < text.length());
      clear();
      out.accept(line);
    }

    void clear() {
      open = false;
      length = 0;
      total = 0;
      last = 0;
      if (kept.length > 16 * 1024) {
        kept = new byte[256];
      }
    }
  }

  /** The end before a character that the cut would have split. */
  private static int wholeCharacters(byte[] bytes, int end) {
    int lead = end - 1;
    while (lead >= 0 && lead > end - 4 && (bytes[lead] & 0xc0) == 0x80) {
      lead--;
    }
    if (lead < 0) {
      return end;
    }
    return end - lead < Utf8.length(bytes[lead]) ? lead : end;
  }
}
