package io.leukocyte.collector;

import io.leukocyte.collector.Marks.LogMark;
import io.leukocyte.engine.JsonLogListener;
import io.leukocyte.engine.JsonLogReader;
import io.leukocyte.events.Text;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.LockSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads the log files of all containers with one thread, in turns of at most {@link
 * JsonLogReader#BUFFER} bytes each, so that a busy container does not starve the others. While
 * there is no room for lines it only looks for rotations; busy logs have to wait first. A file in
 * which nothing happens is looked at every 5 to 100 ms, the longer nothing happened.
 *
 * <p>Memory: one buffer for all, and for each container the beginnings of at most two unfinished
 * lines, 64 KiB each.
 */
final class LogFiles implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(LogFiles.class);
  private static final long LEAST_PAUSE = Duration.ofMillis(5).toNanos();
  private static final long MOST_PAUSE = Duration.ofMillis(100).toNanos();
  private static final long LINE_TIMEOUT = Duration.ofSeconds(5).toNanos();

  /** A log with no more than that waiting is quiet. */
  private static final long QUIET = 64 * 1024;

  private final Room room;
  private final Set<Follow> follows = ConcurrentHashMap.newKeySet();
  private final byte[] buffer = new byte[JsonLogReader.BUFFER];
  private final Thread thread =
      Thread.ofPlatform().daemon().name("leuko-log-files").unstarted(this::run);
  private volatile boolean closed;

  /** Whether lines can be taken. */
  interface Room {
    /** Of a log that has little waiting, or much. */
    boolean isThere(boolean quiet);
  }

  /** Hears of one log; never called by two threads at once. */
  interface Listener extends JsonLogListener {
    /**
     * Nothing more is read.
     *
     * @param found whether there was a file at all
     */
    void ended(boolean found);

    /** The files cannot be read, and are not tried again. */
    void unreadable(IOException cause);
  }

  LogFiles(Room room) {
    this.room = room;
  }

  /** Begins to read. */
  void start() {
    thread.start();
  }

  /** One log that is read. */
  final class Follow {
    private final JsonLogReader reader;
    private final Listener listener;
    private volatile long pause = LEAST_PAUSE;
    private volatile long due;
    private volatile long lag;
    private volatile boolean ending;
    private volatile boolean dropped;

    private Follow(JsonLogReader reader, Listener listener) {
      this.reader = reader;
      this.listener = listener;
    }

    /** The container runs; it may have stopped before. */
    void goOn() {
      ending = false;
      hurry();
    }

    /** The container has stopped or is removed: what is there is all there will be. */
    void end() {
      ending = true;
      hurry();
    }

    /** Ends without being read to its end. */
    void drop() {
      dropped = true;
      hurry();
    }

    /** Bytes that wait to be read. */
    long lag() {
      return lag;
    }

    private void hurry() {
      pause = LEAST_PAUSE;
      due = System.nanoTime();
      LockSupport.unpark(thread);
    }

    /** Whether something was read. */
    private boolean turn() {
      boolean last = ending;
      try {
        return turn(last);
      } catch (IOException e) {
        leave();
        listener.unreadable(e);
        return false;
      }
    }

    private boolean turn(boolean last) throws IOException {
      if (!room.isThere(lag < QUIET)) {
        reader.look();
        lag = reader.lag();
        rest();
        return false;
      }
      int got = reader.read(buffer);
      lag = reader.lag();
      if (got > 0) {
        pause = LEAST_PAUSE;
        return true;
      }
      if (last) {
        reader.flush();
        boolean found = reader.isOpen();
        leave();
        listener.ended(found);
      } else {
        reader.flushIdle(System.nanoTime() - LINE_TIMEOUT);
        rest();
      }
      return false;
    }

    private void rest() {
      due = System.nanoTime() + pause;
      pause = Math.min(MOST_PAUSE, pause + pause / 4);
    }

    private void leave() {
      follows.remove(this);
      reader.close();
    }
  }

  /**
   * Reads a log.
   *
   * @param log the file that the engine writes
   * @param terminal whether the container has a terminal
   * @param from where to go on
   */
  Follow follow(Path log, boolean terminal, LogMark from, Listener listener) {
    Follow follow =
        new Follow(new JsonLogReader(log, terminal, from.out(), from.err(), listener), listener);
    follows.add(follow);
    follow.hurry();
    return follow;
  }

  /** Bytes of all logs that wait to be read. */
  long lag() {
    return follows.stream().mapToLong(Follow::lag).sum();
  }

  private void run() {
    while (!closed) {
      boolean busy = false;
      long now = System.nanoTime();
      long next = now + MOST_PAUSE;
      for (Follow follow : follows) {
        if (follow.dropped) {
          follow.leave();
        } else if (follow.due - now <= 0 && !closed) {
          busy |= safely(follow);
        }
        next = Math.min(next, follow.due);
      }
      if (!busy) {
        LockSupport.parkNanos(this, Math.max(1, next - System.nanoTime()));
      }
    }
    follows.forEach(Follow::leave);
  }

  private static boolean safely(Follow follow) {
    try {
      return follow.turn();
    } catch (RuntimeException e) {
      LOG.error("A log is not followed any more after an error of its reader: {}", Text.kind(e));
      follow.leave();
      follow.listener.unreadable(new IOException(e.getClass().getName()));
      return false;
    }
  }

  /** Ends the thread after the line that it hands on. */
  @Override
  public void close() {
    closed = true;
    LockSupport.unpark(thread);
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
