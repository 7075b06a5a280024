package io.leukocyte.responder;

import io.leukocyte.engine.ContainerSummary;
import io.leukocyte.engine.Engine;
import io.leukocyte.engine.EngineException;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * The engine's list of containers for those who look at it again and again: asked for at most once
 * a second, and not waited for long. Thread-safe.
 */
final class ContainerList {
  private static final long FRESH_NANOS = TimeUnit.SECONDS.toNanos(1);
  private static final long PATIENCE_MILLIS = 500;

  private final Engine engine;
  private final Executor executor;
  private Known known = new Known(List.of(), "the engine was not asked yet");
  private @Nullable CompletableFuture<Void> asking;
  private long askedAt = System.nanoTime() - FRESH_NANOS;

  /**
   * What is known.
   *
   * @param containers the last list that the engine gave
   * @param problem why there is no newer one; null when it is new
   */
  record Known(List<ContainerSummary> containers, @Nullable String problem) {
    Known {
      containers = List.copyOf(containers);
    }
  }

  ContainerList(Engine engine, Executor executor) {
    this.engine = engine;
    this.executor = executor;
  }

  /** The list, not older than a second unless it says why. */
  Known get() {
    try {
      ask().get(PATIENCE_MILLIS, TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      return new Known(known().containers(), "the engine takes its time");
    } catch (ExecutionException e) {
      return new Known(known().containers(), String.valueOf(e.getCause()));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    return known();
  }

  private synchronized Known known() {
    return known;
  }

  private synchronized CompletableFuture<Void> ask() {
    CompletableFuture<Void> now = asking;
    if (now == null || (now.isDone() && System.nanoTime() - askedAt >= FRESH_NANOS)) {
      now = CompletableFuture.runAsync(this::look, executor);
      askedAt = System.nanoTime();
      asking = now;
    }
    return now;
  }

  private void look() {
    Known found;
    try {
      found = new Known(engine.list(), null);
    } catch (EngineException e) {
      found = new Known(known().containers(), String.valueOf(e.getMessage()));
    }
    synchronized (this) {
      known = found;
    }
  }
}
