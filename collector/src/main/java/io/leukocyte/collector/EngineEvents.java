package io.leukocyte.collector;

import io.leukocyte.engine.Engine;
import io.leukocyte.engine.EngineException;
import io.leukocyte.engine.EngineInfo;
import io.leukocyte.engine.EventListener;
import io.leukocyte.engine.EventPosition;
import io.leukocyte.engine.Subscription;
import io.leukocyte.events.CheckResult;
import io.leukocyte.events.ContainerId;
import io.leukocyte.events.ContainerLifecycle;
import io.leukocyte.events.Event;
import io.leukocyte.events.Kind;
import io.leukocyte.events.SensorLoss;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What the engine says happens to containers, from where the last collector left off. Each time the
 * connection comes up, and after a gap, the running containers are read anew.
 */
final class EngineEvents implements AutoCloseable {
  private static final String CHECK = "engine";
  private static final String SOURCE = "engine-events";

  private final Engine engine;
  private final Positions positions;
  private final Consumer<? super Event> next;
  private final ContainerRegistry registry;
  private final LogFollower logs;
  private final TimeSource time;
  private @Nullable Subscription subscription;
  private volatile CheckResult state =
      new CheckResult.Failed(CHECK, "not connected yet", "start the container engine");

  EngineEvents(
      Engine engine,
      Positions positions,
      Consumer<? super Event> next,
      ContainerRegistry registry,
      LogFollower logs,
      TimeSource time) {
    this.engine = engine;
    this.positions = positions;
    this.next = next;
    this.registry = registry;
    this.logs = logs;
    this.time = time;
  }

  /** Begins to listen; the engine may be away. */
  void start() {
    subscription = engine.events(positions.engine(), new Listener());
  }

  CheckResult check() {
    return state;
  }

  @Override
  public void close() {
    if (subscription != null) {
      subscription.close();
    }
  }

  /** Reads the running containers without holding the engine's events back. */
  private void readAll() {
    Thread.ofVirtual()
        .name("leuko-read-containers")
        .start(() -> {
          registry.readAll();
          logs.forgetGone();
        });
  }

  private void connectedTo() {
    try {
      EngineInfo info = engine.info();
      state =
          new CheckResult.Ok(
              CHECK, info.name() + " " + info.version() + ", API " + info.apiVersion());
    } catch (EngineException e) {
      state = away(e);
    }
  }

  private static CheckResult away(EngineException cause) {
    return new CheckResult.Failed(
        CHECK,
        cause.getMessage() == null ? cause.toString() : cause.getMessage(),
        "start the container engine; it is tried again, and other sources go on");
  }

  private final class Listener implements EventListener {
    @Override
    public void event(ContainerLifecycle event) {
      next.accept(event);
      ContainerId id = event.container().id();
      switch (event.action()) {
        case "start" -> logs.started(id, registry.facts(id));
        case "die" -> logs.stopped(id);
        case "destroy" -> logs.removed(id);
        default -> {}
      }
    }

    @Override
    public void gap(EventPosition from, EventPosition to) {
      next.accept(
          new SensorLoss(
              time.unixNanos(),
              null,
              SOURCE,
              Kind.CONTAINER_LIFECYCLE.text(),
              "gap",
              0,
              from.nanos(),
              to.nanos()));
      readAll();
    }

    @Override
    public void connected() {
      Thread.ofVirtual().name("leuko-engine-info").start(EngineEvents.this::connectedTo);
      readAll();
    }

    @Override
    public void disconnected(EngineException cause) {
      state = away(cause);
    }
  }
}
