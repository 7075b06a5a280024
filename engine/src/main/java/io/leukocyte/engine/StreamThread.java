package io.leukocyte.engine;

import com.github.dockerjava.transport.DockerHttpClient.Response;
import io.leukocyte.events.Text;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A subscription that one daemon thread reads. */
abstract class StreamThread implements Subscription {
  private static final Logger LOG = LoggerFactory.getLogger(StreamThread.class);
  private static final long CLOSE_SECONDS = 5;

  /** Held while the listener is called. */
  private final ReentrantLock delivery = new ReentrantLock();

  private final ReentrantLock state = new ReentrantLock();
  private final Condition changed = state.newCondition();
  private final Runnable onEnd;
  private boolean closed;
  private boolean waiting;
  private @Nullable Response response;
  private @Nullable Thread thread;

  /**
   * Not started yet.
   *
   * @param onEnd called once, by the thread when it ends
   */
  StreamThread(Runnable onEnd) {
    this.onEnd = onEnd;
  }

  /** Reads until all is read or {@link #isOpen} is false. */
  abstract void read();

  /** Wakes {@link #read} where it waits for something of its own; the subscription was closed. */
  void wake() {}

  final void start(String name) {
    Thread reader = new Thread(this::run, name);
    reader.setDaemon(true);
    state.lock();
    try {
      thread = reader;
    } finally {
      state.unlock();
    }
    reader.start();
  }

  private void run() {
    try {
      read();
    } catch (RuntimeException e) {
      LOG.error("A stream of the engine ended by an error of its reader: {}", Text.kind(e));
    } finally {
      markClosed();
      onEnd.run();
    }
  }

  /** Calls the listener, unless the subscription is closed. */
  final void deliver(Runnable callback) {
    delivery.lock();
    try {
      if (isOpen()) {
        callback.run();
      }
    } catch (RuntimeException e) {
      LOG.error("A listener of the engine failed; the stream goes on: {}", Text.kind(e));
    } finally {
      delivery.unlock();
    }
  }

  /** Calls the listener for the last time. */
  final void deliverLast(Runnable callback) {
    delivery.lock();
    try {
      if (isOpen()) {
        markClosed();
        callback.run();
      }
    } catch (RuntimeException e) {
      LOG.error("A listener of the engine failed at the end of its stream: {}", Text.kind(e));
    } finally {
      delivery.unlock();
    }
  }

  /** Runs something that waits for the engine, which {@link #close} may interrupt. */
  final <T> T await(Supplier<T> call) {
    enter();
    try {
      return call.get();
    } finally {
      leave();
    }
  }

  private void enter() {
    state.lock();
    try {
      waiting = !closed;
      if (closed) {
        throw new EngineException.Unavailable("The subscription was closed", null);
      }
    } finally {
      state.unlock();
    }
  }

  private void leave() {
    state.lock();
    try {
      waiting = false;
      if (Thread.interrupted() && !closed) {
        LOG.debug("An interrupt of a stream's thread was ignored");
      }
    } finally {
      state.unlock();
    }
  }

  /** Makes this the response that {@link #close} closes; closed at once when it is too late. */
  final Response reading(Response opened) {
    boolean late;
    state.lock();
    try {
      response = opened;
      late = closed;
    } finally {
      state.unlock();
    }
    if (late) {
      opened.close();
    }
    return opened;
  }

  final void stopReading() {
    Response open;
    state.lock();
    try {
      open = response;
      response = null;
    } finally {
      state.unlock();
    }
    if (open != null) {
      open.close();
    }
  }

  /** Waits, at most until the subscription is closed. */
  final void pause(long millis) {
    state.lock();
    try {
      long left = TimeUnit.MILLISECONDS.toNanos(millis);
      while (!closed && left > 0) {
        left = changed.awaitNanos(left);
      }
    } catch (InterruptedException e) {
      LOG.debug("An interrupt of a stream's thread was ignored");
    } finally {
      state.unlock();
    }
  }

  @Override
  public final boolean isOpen() {
    state.lock();
    try {
      return !closed;
    } finally {
      state.unlock();
    }
  }

  private void markClosed() {
    state.lock();
    try {
      closed = true;
      changed.signalAll();
    } finally {
      state.unlock();
    }
  }

  @Override
  public final void close() {
    Response open;
    state.lock();
    try {
      closed = true;
      changed.signalAll();
      open = response;
      if (waiting && thread != null) {
        thread.interrupt();
      }
    } finally {
      state.unlock();
    }
    if (open != null) {
      open.close();
    }
    wake();
    awaitListener();
  }

  private void awaitListener() {
    if (delivery.isHeldByCurrentThread()) {
      return;
    }
    try {
      if (delivery.tryLock(CLOSE_SECONDS, TimeUnit.SECONDS)) {
        delivery.unlock();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
