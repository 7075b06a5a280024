package io.leukocyte.collector;

import io.leukocyte.collector.Marks.LogMark;
import io.leukocyte.engine.Engine;
import io.leukocyte.engine.EngineException;
import io.leukocyte.engine.LogLine;
import io.leukocyte.engine.LogListener;
import io.leukocyte.engine.LogOptions;
import io.leukocyte.engine.Subscription;
import io.leukocyte.events.CheckResult;
import io.leukocyte.events.ContainerFacts;
import io.leukocyte.events.ContainerId;
import io.leukocyte.events.ContainerRef;
import io.leukocyte.events.Event;
import io.leukocyte.events.Kind;
import io.leukocyte.events.SensorLoss;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Follows what each running container writes. A container goes on where its lines were last stored;
 * one that was never followed begins with the lines since a collector last ran here, or, when none
 * ever did, as {@link CollectorSettings.LogsFrom} says. Lines wait for room in the backlog, so that
 * the engine keeps what cannot be published. Thread-safe.
 */
final class LogFollower implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(LogFollower.class);
  private static final String CHECK = "logs";

  /** The label of a container whose log is left out ({@code false}) or asked for ({@code true}). */
  static final String LABEL = "leuko.logs";

  private static final Set<String> RUNNING = Set.of("running", "paused", "restarting");
  private static final long RECHECK_MILLIS = 100;

  private final Engine engine;
  private final CollectorSettings.Logs settings;
  private final Optional<ContainerId> own;
  private final Positions positions;
  private final BooleanSupplier room;
  private final Consumer<? super Event> next;
  private final TimeSource time;
  private final LogMark begin;
  private final long startedAt;
  private final Map<ContainerId, Followed> followed = new ConcurrentHashMap<>();
  private final Map<ContainerId, String> problems = new ConcurrentHashMap<>();
  private final Executor later =
      CompletableFuture.delayedExecutor(
          RECHECK_MILLIS,
          TimeUnit.MILLISECONDS,
          task -> Thread.ofVirtual().name("leuko-log-recheck").start(task));
  private volatile boolean closed;

  /**
   * A follower of nothing yet.
   *
   * @param own the collector's own container
   * @param room waits for room in the backlog; false when there is no use in waiting any more
   * @param next takes the lines
   */
  LogFollower(
      Engine engine,
      CollectorSettings.Logs settings,
      Optional<ContainerId> own,
      Positions positions,
      BooleanSupplier room,
      Consumer<? super Event> next,
      TimeSource time,
      MeterRegistry meters) {
    this.engine = engine;
    this.settings = settings;
    this.own = own;
    this.positions = positions;
    this.room = room;
    this.next = next;
    this.time = time;
    this.startedAt = time.unixNanos();
    this.begin = LogMark.both(begin());
    Gauge.builder("leuko.collector.logs", this, LogFollower::following)
        .description("Containers whose log is followed")
        .register(meters);
  }

  private long begin() {
    if (positions.alive() > 0) {
      return positions.alive();
    }
    return switch (settings.from()) {
      case ALL -> 0;
      case NOW -> startedAt;
    };
  }

  /** Facts of a container were read: follows it when it runs, or ran and its lines are not read. */
  void consider(ContainerFacts facts) {
    if (isWanted(facts)) {
      followed(facts.container().id()).consider(facts);
    }
  }

  /**
   * The engine says that a container has started: follows it at once when its labels are known;
   * else {@link #consider} does.
   */
  void started(ContainerId id, @Nullable ContainerFacts facts) {
    if (facts != null && isWanted(facts)) {
      followed(id).open(facts.started());
    }
  }

  private boolean isWanted(ContainerFacts facts) {
    if (closed || !settings.enabled() || own.equals(Optional.of(facts.container().id()))) {
      return false;
    }
    String label = facts.labels().getOrDefault(LABEL, "");
    return switch (settings.select()) {
      case ALL -> !label.equals("false");
      case LABELLED -> label.equals("true");
    };
  }

  private Followed followed(ContainerId id) {
    return followed.computeIfAbsent(id, i -> new Followed(i, positions.log(i).orElse(begin)));
  }

  /** The engine says that a container is removed. */
  void removed(ContainerId id) {
    Followed container = followed.get(id);
    if (container == null || !container.isOpen()) {
      forget(id);
    } // else its stream ends soon, and it is forgotten then
  }

  private void forget(ContainerId id) {
    followed.remove(id);
    problems.remove(id);
    positions.forget(id);
  }

  /** Forgets the containers that the engine does not have any more. */
  void forgetGone() {
    Set<ContainerId> known = new HashSet<>(positions.containers());
    known.addAll(followed.keySet());
    for (ContainerId id : known) {
      Followed container = followed.get(id);
      if (container == null || !container.isOpen()) {
        recheck(id, facts -> {});
      }
    }
  }

  /** Asks the engine for the facts of a container, and forgets it when there is none. */
  private void recheck(ContainerId id, Consumer<ContainerFacts> then) {
    if (closed) {
      return;
    }
    try {
      engine.inspect(id).ifPresentOrElse(then, () -> forget(id));
    } catch (EngineException e) {
      LOG.debug("Container {} is looked at again later: {}", id.brief(), e.getMessage());
    }
  }

  private long following() {
    return followed.values().stream().filter(Followed::isOpen).count();
  }

  List<CheckResult> check() {
    if (!settings.enabled()) {
      return List.of();
    }
    if (problems.isEmpty()) {
      return List.of(new CheckResult.Ok(CHECK, following() + " containers followed"));
    }
    Map.Entry<ContainerId, String> first = problems.entrySet().iterator().next();
    return List.of(
        new CheckResult.Degraded(
            CHECK,
            "the lines of %d containers cannot be read, such as %s: %s"
                .formatted(problems.size(), first.getKey().brief(), first.getValue()),
            "use a log driver that keeps lines, such as json-file, or label the container "
                + LABEL
                + "=false"));
  }

  @Override
  public void close() {
    closed = true;
    followed.values().forEach(Followed::close);
  }

  /** One container's log. */
  private final class Followed implements LogListener {
    private final ContainerId id;
    private volatile LogMark mark;
    private @Nullable Subscription subscription;
    private boolean open;
    private long lastStart;
    private boolean toldGone;

    Followed(ContainerId id, LogMark mark) {
      this.id = id;
      this.mark = mark;
    }

    synchronized boolean isOpen() {
      return open;
    }

    synchronized void consider(ContainerFacts facts) {
      boolean unread = facts.started() > Math.max(lastStart, begin.out());
      if (RUNNING.contains(facts.state()) || unread) {
        open(facts.started());
      }
    }

    synchronized void open(long start) {
      lastStart = Math.max(lastStart, start);
      if (!open && !closed) {
        open = true;
        subscription = engine.logs(id, new LogOptions(mark.out(), mark.err(), true), this);
      }
    }

    @Override
    public void line(LogLine line) {
      if (!closed && room.getAsBoolean()) {
        mark = mark.after(line.stream(), line.time());
        next.accept(line.of(id));
      }
    }

    @Override
    public void closed(@Nullable EngineException cause) {
      synchronized (this) {
        open = false;
      }
      switch (cause) {
        case null -> ended();
        case EngineException.NotFound e -> goneTooSoon();
        case EngineException.Conflict e -> goneTooSoon();
        case EngineException.Refused e -> failed(e);
        case EngineException.Unavailable e -> failed(e);
        case EngineException.Timeout e -> failed(e);
      }
    }

    /** It has stopped; it may have started again before its stream had ended. */
    private void ended() {
      problems.remove(id);
      later.execute(() -> recheck(id, LogFollower.this::consider));
    }

    /** It was removed before its lines could be read, which are gone with it. */
    private void goneTooSoon() {
      if (!toldGone) {
        toldGone = true;
        long now = time.unixNanos();
        next.accept(
            new SensorLoss(
                now,
                ContainerRef.unknown(id),
                "log",
                Kind.CONTAINER_LOG.text(),
                "container-gone",
                0,
                Math.max(mark.out(), mark.err()),
                now));
      }
      ended();
    }

    private void failed(EngineException cause) {
      problems.put(id, String.valueOf(cause.getMessage()));
      later.execute(() -> recheck(id, facts -> {})); // facts that are read later try again
    }

    void close() {
      Subscription current;
      synchronized (this) {
        current = subscription;
      }
      if (current != null) {
        current.close();
      }
    }
  }
}
