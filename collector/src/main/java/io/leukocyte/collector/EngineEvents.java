package io.leukocyte.collector;

import io.leukocyte.engine.ContainerSummary;
import io.leukocyte.engine.Engine;
import io.leukocyte.engine.EngineException;
import io.leukocyte.engine.EngineInfo;
import io.leukocyte.engine.EventListener;
import io.leukocyte.engine.EventPosition;
import io.leukocyte.engine.Subscription;
import io.leukocyte.events.CheckResult;
import io.leukocyte.events.ContainerFacts;
import io.leukocyte.events.ContainerId;
import io.leukocyte.events.ContainerLifecycle;
import io.leukocyte.events.ContainerRef;
import io.leukocyte.events.Event;
import io.leukocyte.events.Kind;
import io.leukocyte.events.SensorLoss;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What the engine says happens to containers, from where the last collector left off. Each time the
 * connection comes up, and after a gap, the running containers are read anew. What the engine does
 * not tell any more after a gap, or at the start, is found by difference: such events have the
 * attribute {@link #BY_DIFFERENCE}. What begins and ends within a gap cannot be known; the gap
 * itself is reported.
 */
final class EngineEvents implements AutoCloseable {
  private static final String CHECK = "engine";
  private static final String SOURCE = "engine-events";

  /** The attribute of an event that was found by difference; its value says where. */
  static final String BY_DIFFERENCE = "leuko.by-difference";

  /** After so long without an event what was replayed has been delivered. */
  private static final long SETTLED = Duration.ofMillis(700).toNanos();

  /** One that waits to be started again has ended. */
  private static final Set<String> RUNNING = Set.of("running", "paused");

  private static final long LOOK_AGAIN_MILLIS = 200;

  private final Engine engine;
  private final Positions positions;
  private final Consumer<? super Event> next;
  private final ContainerRegistry registry;
  private final LogFollower logs;
  private final TimeSource time;
  private final KnownContainers known;
  private final Executor later =
      CompletableFuture.delayedExecutor(
          LOOK_AGAIN_MILLIS,
          TimeUnit.MILLISECONDS,
          task -> Thread.ofVirtual().name("leuko-engine-compare").start(task));
  private @Nullable Subscription subscription;
  private volatile @Nullable Gap open;
  private volatile long lastEvent;
  private volatile boolean connected;
  private boolean wasConnected;
  private @Nullable EventPosition begin;
  private volatile boolean closed;
  private volatile CheckResult state =
      new CheckResult.Failed(CHECK, "not connected yet", "start the container engine");

  EngineEvents(
      Engine engine,
      Positions positions,
      Consumer<? super Event> next,
      ContainerRegistry registry,
      LogFollower logs,
      KnownContainers known,
      TimeSource time) {
    this.engine = engine;
    this.positions = positions;
    this.next = next;
    this.registry = registry;
    this.logs = logs;
    this.known = known;
    this.time = time;
  }

  /**
   * Events between the two times may be missing.
   *
   * @param told whether the engine said so: then none is missing outside
   */
  private record Gap(long from, long to, boolean told) {
    Gap with(Gap more) {
      if (told != more.told) {
        return told ? this : more;
      }
      return new Gap(Math.min(from, more.from), Math.max(to, more.to), told);
    }
  }

  /** Begins to listen; the engine may be away. */
  void start() {
    begin = positions.engine();
    subscription = engine.events(begin, new Listener());
  }

  CheckResult check() {
    return state;
  }

  @Override
  public void close() {
    closed = true;
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

  private synchronized void missed(Gap gap) {
    Gap before = open;
    open = before == null ? gap : before.with(gap);
    lastEvent = time.ticks();
    compareLater();
  }

  /** Compares as soon as what the engine replays has been delivered. */
  private void compareLater() {
    later.execute(() -> {
      if (!closed && open != null) {
        if (!connected || time.ticks() - lastEvent < SETTLED || !compare()) {
          compareLater();
        }
      }
    });
  }

  /**
   * What happened while no collector ran is found by difference, even when the one before ended
   * within a gap. The very first one takes what there is, at once: however soon it ends, the next
   * one has something to compare with.
   */
  private void firstConnected() {
    EventPosition last = begin;
    long now = time.unixNanos();
    missed(new Gap(last == null ? now : Math.min(last.nanos(), now), now, false));
    if (last == null && !known.isFilled()) {
      Thread.ofVirtual().name("leuko-engine-compare").start(this::compare);
    }
  }

  /** Whether the engine could say what there is. */
  private synchronized boolean compare() {
    Gap gap = open;
    if (gap == null) {
      return true;
    }
    try {
      long moment = known.moment();
      List<KnownContainers.Seen> there = new ArrayList<>();
      for (ContainerSummary container : engine.list()) {
        Optional<ContainerFacts> facts = engine.inspect(container.id());
        if (facts.isEmpty()) {
          return false; // it is being removed: the event of that is on its way
        }
        there.add(seen(facts.get()));
      }
      if (closed) {
        return true; // nobody would hear of it: it is left to the next collector
      }
      open = null;
      known.compare(there, moment, gap.from(), gap.to()).forEach(f -> happened(f, gap));
      return true;
    } catch (EngineException e) {
      return false;
    }
  }

  private static KnownContainers.Seen seen(ContainerFacts facts) {
    return new KnownContainers.Seen(
        facts.container().id(),
        facts.created(),
        RUNNING.contains(facts.state()) ? Math.max(1, facts.started()) : 0);
  }

  private void happened(KnownContainers.Found found, Gap gap) {
    SortedMap<String, String> attributes = new TreeMap<>();
    attributes.put(BY_DIFFERENCE, instant(gap.from()) + " to " + instant(gap.to()));
    handle(
        new ContainerLifecycle(
            found.time(), ContainerRef.unknown(found.id()), found.action(), null, attributes));
  }

  private static Instant instant(long nanos) {
    return Instant.ofEpochSecond(0, nanos);
  }

  private void handle(ContainerLifecycle event) {
    next.accept(event);
    ContainerId id = event.container().id();
    switch (event.action()) {
      case "start" -> logs.started(id, registry.facts(id));
      case "die" -> logs.stopped(id);
      case "destroy" -> logs.removed(id);
      default -> {}
    }
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
      lastEvent = time.ticks();
      if (known.apply(event)) {
        happened(
            new KnownContainers.Found(event.container().id(), "die", event.time()),
            new Gap(event.time(), event.time(), true));
      }
      handle(event);
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
      missed(new Gap(from.nanos(), to.nanos(), true));
      readAll();
    }

    @Override
    public void unreadable(long count) {
      long now = time.unixNanos();
      next.accept(
          new SensorLoss(
              now, null, SOURCE, Kind.CONTAINER_LIFECYCLE.text(), "unreadable", count, now, now));
    }

    @Override
    public void connected() {
      Thread.ofVirtual().name("leuko-engine-info").start(EngineEvents.this::connectedTo);
      readAll();
      lastEvent = time.ticks();
      connected = true;
      if (!wasConnected) {
        wasConnected = true;
        firstConnected();
      }
    }

    @Override
    public void disconnected(EngineException cause) {
      connected = false;
      state = away(cause);
    }
  }
}
