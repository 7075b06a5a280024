package io.leukocyte.engine;

import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Ends calls at their deadline. A call runs in a thread of its own, one of a bounded number; when
 * it hangs its thread is interrupted, which closes its connection, and its result is discarded.
 */
final class Watchdog implements AutoCloseable {
  private final int most;
  private final Semaphore free;
  private final ThreadPoolExecutor threads;

  Watchdog(int mostCalls) {
    most = mostCalls;
    free = new Semaphore(mostCalls);
    AtomicInteger count = new AtomicInteger();
    threads =
        new ThreadPoolExecutor(
            0,
            Integer.MAX_VALUE,
            30,
            TimeUnit.SECONDS,
            new SynchronousQueue<>(),
            task -> {
              Thread thread = new Thread(task, "engine-call-" + count.incrementAndGet());
              thread.setDaemon(true);
              return thread;
            });
  }

  /**
   * Runs a call.
   *
   * @param what for the message: an infinitive
   * @param discard what becomes of a result that comes too late
   * @throws EngineException whatever the call threw, or {@link EngineException.Timeout}
   */
  <T> T call(String what, Duration deadline, Callable<T> task, Consumer<T> discard) {
    long end = System.nanoTime() + deadline.toNanos();
    acquire(what, deadline);
    AtomicBoolean settled = new AtomicBoolean();
    FutureTask<T> future = new FutureTask<>(() -> run(task, discard, settled));
    try {
      threads.execute(() -> runAndRelease(future));
    } catch (RejectedExecutionException e) {
      free.release();
      throw closed(what);
    }
    try {
      return future.get(Math.max(0, end - System.nanoTime()), TimeUnit.NANOSECONDS);
    } catch (TimeoutException e) {
      if (settled.compareAndSet(false, true)) {
        future.cancel(true);
        throw timeout(what, deadline, "the engine does not answer", e);
      }
      return settled(what, future);
    } catch (InterruptedException e) {
      if (settled.compareAndSet(false, true)) {
        future.cancel(true);
      } else {
        settled(what, future, discard);
      }
      Thread.currentThread().interrupt();
      throw new EngineException.Unavailable(
          "Cannot " + what + ": the thread was interrupted while it waited", e);
    } catch (ExecutionException e) {
      throw failure(what, e);
    }
  }

  private void runAndRelease(FutureTask<?> future) {
    try {
      future.run();
    } finally {
      free.release();
    }
  }

  private static <T> T run(Callable<T> task, Consumer<T> discard, AtomicBoolean settled)
      throws Exception {
    T result = task.call();
    if (!settled.compareAndSet(false, true)) {
      discard.accept(result);
    }
    return result;
  }

  private static <T> T settled(String what, Future<T> future) {
    boolean interrupted = false;
    try {
      while (true) {
        try {
          return future.get();
        } catch (InterruptedException e) {
          interrupted = true;
        } catch (ExecutionException e) {
          throw failure(what, e);
        }
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private static <T> void settled(String what, Future<T> future, Consumer<T> discard) {
    discard.accept(settled(what, future));
  }

  private void acquire(String what, Duration deadline) {
    try {
      if (!free.tryAcquire(deadline.toNanos(), TimeUnit.NANOSECONDS)) {
        throw timeout(what, deadline, most + " calls wait for it already", null);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new EngineException.Unavailable(
          "Cannot " + what + ": the thread was interrupted while it waited", e);
    }
  }

  private static EngineException timeout(
      String what, Duration deadline, String why, @Nullable Throwable e) {
    return new EngineException.Timeout(
        "Gave up to "
            + what
            + " after "
            + deadline.toMillis()
            + " ms: "
            + why
            + "; it may still happen. Look at the engine's own log",
        e);
  }

  private static EngineException failure(String what, ExecutionException e) {
    Throwable cause = e.getCause();
    return cause instanceof EngineException known
        ? known
        : new EngineException.Unavailable("Cannot " + what + ": " + words(cause), cause);
  }

  private static String words(@Nullable Throwable cause) {
    if (cause == null) {
      return "it failed";
    }
    String kind = cause.getClass().getSimpleName();
    return cause.getMessage() == null ? kind : cause.getMessage() + " (" + kind + ")";
  }

  private static EngineException closed(String what) {
    return new EngineException.Unavailable(
        "Cannot " + what + ": the connection to the engine was closed", null);
  }

  /** Interrupts all calls. */
  @Override
  public void close() {
    threads.shutdownNow();
  }
}
