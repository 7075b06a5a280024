package io.leukocyte.engine;

import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.Lock;
import org.jspecify.annotations.Nullable;

/** Follows the events of the {@link InMemoryEngine}. */
final class InMemoryEventStream extends StreamThread {
  private static final long NONE = -1;

  private final InMemoryEngine engine;
  private final Lock lock;
  private final Condition changed;
  private final InMemoryEvents events;
  private final EventListener listener;

  private long cursor;
  private long newest;
  private long connection = NONE;
  private long start;
  private boolean gap;

  /** Made under the engine's lock, so that "from now on" is exact. */
  InMemoryEventStream(
      InMemoryEngine engine,
      @Nullable EventPosition since,
      long now,
      EventListener listener,
      Runnable onEnd) {
    super(onEnd);
    this.engine = engine;
    this.lock = engine.lock;
    this.changed = engine.changed;
    this.events = engine.events;
    this.listener = listener;
    start = engine.starts();
    newest = since == null ? now : since.nanos();
    InMemoryEvents.Entry first = since == null ? null : events.after(since.nanos());
    cursor = first == null ? events.next() : first.number();
    gap = since != null && !events.covers(since.nanos());
  }

  @Override
  void read() {
    while (isOpen()) {
      Runnable callback = next();
      if (callback != null) {
        deliver(callback);
      }
    }
  }

  private @Nullable Runnable next() {
    lock.lock();
    try {
      while (isOpen()) {
        Runnable callback = poll();
        if (callback != null) {
          return callback;
        }
        changed.awaitUninterruptibly();
      }
      return null;
    } finally {
      lock.unlock();
    }
  }

  private @Nullable Runnable poll() {
    if (connection != engine.connection()) {
      return connection == NONE ? connect() : disconnect();
    }
    if (connection == NONE) {
      return null;
    }
    InMemoryEvents.Entry entry = events.from(cursor);
    if (gap) {
      gap = false;
      EventPosition from = new EventPosition(newest);
      EventPosition to =
          entry == null
              ? new EventPosition(Math.max(engine.now(), newest + 1))
              : EventPosition.after(entry.event());
      return () -> listener.gap(from, to);
    }
    if (entry == null) {
      return null;
    }
    cursor = entry.number() + 1;
    newest = entry.event().time();
    return () -> listener.event(entry.event());
  }

  private Runnable connect() {
    connection = engine.connection();
    InMemoryEvents.Entry oldest = events.from(0);
    gap |= start != engine.starts() || (oldest != null && oldest.number() > cursor);
    start = engine.starts();
    return listener::connected;
  }

  private Runnable disconnect() {
    connection = NONE;
    return () ->
        listener.disconnected(
            new EngineException.Unavailable(
                "The engine's events ended; they are opened again", null));
  }

  @Override
  void wake() {
    engine.wakeAll();
  }
}
