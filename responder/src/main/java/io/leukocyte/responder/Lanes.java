package io.leukocyte.responder;

import io.leukocyte.events.ContainerId;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Work on containers: that on one container in order, that on different ones side by side, so that
 * a stop that waits holds no quarantine up.
 */
final class Lanes {
  private static final Logger LOG = LoggerFactory.getLogger(Lanes.class);

  private final Executor executor;
  private final Map<ContainerId, Queue<Runnable>> waiting = new HashMap<>();
  private volatile @Nullable String problem;
  private final AtomicBoolean endedEarly = new AtomicBoolean();

  /** With what runs them. */
  Lanes(Executor executor) {
    this.executor = executor;
  }

  /** Runs the work after all that was given before for the same container. */
  void run(ContainerId container, Runnable work) {
    synchronized (waiting) {
      Queue<Runnable> queue = waiting.get(container);
      if (queue != null) {
        queue.add(work);
        return;
      }
      waiting.put(container, new ArrayDeque<>());
    }
    executor.execute(() -> drain(container, work));
  }

  private void drain(ContainerId container, Runnable first) {
    @Nullable Runnable work = first;
    while (work != null) {
      try {
        work.run();
      } catch (RuntimeException e) {
        endedEarly.set(true);
        if (!(e instanceof JournalException)) {
          problem = e.getMessage(); // the journal says its own troubles
        }
        LOG.error("Work on container {} ended early: {}", container.brief(), e.getMessage(), e);
      }
      work = next(container);
    }
  }

  private @Nullable Runnable next(ContainerId container) {
    synchronized (waiting) {
      Queue<Runnable> queue = waiting.get(container);
      Runnable work = queue == null ? null : queue.poll();
      if (work == null) {
        waiting.remove(container);
        waiting.notifyAll();
      }
      return work;
    }
  }

  /** Whether some work ended early since this was asked last. */
  boolean endedEarly() {
    return endedEarly.getAndSet(false);
  }

  /** What last went wrong in a way that nobody foresaw; null when nothing did. */
  @Nullable String problem() {
    return problem;
  }

  /** Waits until nothing is left to do; false when the time is over before. */
  boolean awaitIdle(Duration most) {
    long end = System.nanoTime() + most.toNanos();
    synchronized (waiting) {
      while (!waiting.isEmpty()) {
        long left = (end - System.nanoTime()) / 1_000_000;
        if (left <= 0) {
          return false;
        }
        try {
          waiting.wait(left);
        } catch (InterruptedException e) {
          Thread.currentThread().interrupt();
          return false;
        }
      }
    }
    return true;
  }
}
