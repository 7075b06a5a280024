package io.leukocyte.engine;

import io.leukocyte.events.ContainerId;
import io.leukocyte.events.ContainerLog.Stream;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Reads the lines of a container of the {@link InMemoryEngine}. */
final class InMemoryLogStream extends StreamThread {
  private final InMemoryEngine engine;
  private final ContainerId id;
  private final LogOptions wanted;
  private final Duration lineTimeout;
  private final LogListener listener;
  private final LineJoiner lines;

  private long cursor;
  private boolean seen;

  InMemoryLogStream(
      InMemoryEngine engine,
      ContainerId id,
      LogOptions wanted,
      Duration lineTimeout,
      LogListener listener,
      Runnable onEnd) {
    super(onEnd);
    this.engine = engine;
    this.id = id;
    this.wanted = wanted;
    this.lineTimeout = lineTimeout;
    this.listener = listener;
    lines = new LineJoiner(line -> deliver(() -> listener.line(line)));
  }

  @Override
  void read() {
    while (isOpen()) {
      next().run();
    }
  }

  /** What to do next, without the engine's lock. */
  private Runnable next() {
    engine.lock.lock();
    try {
      long tick = lineTimeout.toNanos() / 4;
      while (isOpen()) {
        Runnable step = poll();
        if (step != null) {
          return step;
        }
        if (engine.changed.awaitNanos(tick) <= 0) {
          return () -> lines.flushIdle(System.nanoTime() - lineTimeout.toNanos());
        }
      }
    } catch (InterruptedException e) {
      return () -> {};
    } finally {
      engine.lock.unlock();
    }
    return () -> {};
  }

  private @Nullable Runnable poll() {
    if (!engine.isUp()) {
      return wanted.follow()
          ? null
          : () ->
              end(
                  new EngineException.Unavailable(
                      "Cannot read the logs: the engine is away", null));
    }
    if (!seen && engine.holdsLinesOf(id)) {
      return null;
    }
    InMemoryContainer container = engine.find(id);
    if (container == null) {
      EngineException missing =
          seen
              ? null
              : new EngineException.NotFound(
                  "Cannot read the logs of container " + id.brief() + ": there is none", null);
      return () -> end(missing);
    }
    seen = true;
    if (container.spec.logDriver().equals("none")) {
      return () ->
          end(
              new EngineException.Refused(
                  "Cannot read the logs of container "
                      + id.brief()
                      + ": its log driver does not keep them",
                  null));
    }
    InMemoryContainer.Piece piece = container.piece(cursor);
    if (piece != null) {
      cursor = piece.number() + 1;
      return () -> read(piece);
    }
    return wanted.follow() && container.runs() ? null : () -> end(null);
  }

  private void read(InMemoryContainer.Piece piece) {
    long since = piece.stream() == Stream.STDERR ? wanted.errSince() : wanted.outSince();
    if (piece.time() > since) {
      piece.addTo(lines);
    }
  }

  private void end(@Nullable EngineException cause) {
    lines.flush();
    deliverLast(() -> listener.closed(cause));
  }

  @Override
  void wake() {
    engine.wakeAll();
  }
}
