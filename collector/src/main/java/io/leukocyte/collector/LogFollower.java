package io.leukocyte.collector;

import io.leukocyte.collector.Marks.LogMark;
import io.leukocyte.engine.Engine;
import io.leukocyte.engine.EngineException;
import io.leukocyte.engine.LogLine;
import io.leukocyte.engine.LogListener;
import io.leukocyte.engine.LogOptions;
import io.leukocyte.engine.LogPlace;
import io.leukocyte.engine.Subscription;
import io.leukocyte.events.CheckResult;
import io.leukocyte.events.ContainerFacts;
import io.leukocyte.events.ContainerId;
import io.leukocyte.events.ContainerLog;
import io.leukocyte.events.ContainerRef;
import io.leukocyte.events.Event;
import io.leukocyte.events.Kind;
import io.leukocyte.events.SensorLoss;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Follows what each running container writes: in the files of the json-file driver where they can
 * be read here, else by the engine. A container goes on where its lines were last stored; one that
 * was never followed begins with the lines since a collector last ran here, or, when none ever did,
 * as {@link CollectorSettings.LogsFrom} says. Lines wait for room in the backlog, so that the
 * engine keeps what cannot be published. Thread-safe.
 */
final class LogFollower implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(LogFollower.class);
  private static final String CHECK = "logs";

  /** The label of a container whose log is left out ({@code false}) or asked for ({@code true}). */
  static final String LABEL = "leuko.logs";

  private static final Set<String> RUNNING = Set.of("running", "paused", "restarting");
  private static final long RECHECK_MILLIS = 100;

  /** How long a line that may begin a stack trace waits for the next one. */
  private static final long JOIN_NANOS = 100_000_000L;

  private final Engine engine;
  private final CollectorSettings.Logs settings;
  private final Optional<ContainerId> own;
  private final Positions positions;
  private final LogFiles files;
  private final BooleanSupplier room;
  private final Consumer<? super Event> next;
  private final TimeSource time;
  private final LogMeters meters;
  private final LogMeters.Source fromFile;
  private final LogMeters.Source fromApi;
  private final LogMark begin;
  private final long startedAt;
  private final Map<ContainerId, Followed> followed = new ConcurrentHashMap<>();
  private final Map<ContainerId, String> problems = new ConcurrentHashMap<>();

  /** Which containers have begun before anything was known of them, and which are removed. */
  private final Comings comings = new Comings();

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
   * @param files reads files
   * @param room waits for room in the backlog; false when there is no use in waiting any more
   * @param next takes the lines
   */
  LogFollower(
      Engine engine,
      CollectorSettings.Logs settings,
      Optional<ContainerId> own,
      Positions positions,
      LogFiles files,
      BooleanSupplier room,
      Consumer<? super Event> next,
      TimeSource time,
      MeterRegistry registry) {
    this.engine = engine;
    this.settings = settings;
    this.own = own;
    this.positions = positions;
    this.files = files;
    this.room = room;
    this.next = next;
    this.time = time;
    this.startedAt = time.unixNanos();
    this.begin = LogMark.both(begin());
    meters = new LogMeters(registry);
    fromFile = meters.source("file");
    fromApi = meters.source("api");
    gauge(registry, "file", () -> count(Followed::isFile));
    gauge(registry, "api", () -> count(f -> f.isOpen() && !f.isFile()));
    gauge(registry, "none", () -> (long) problems.size());
    Gauge.builder("leuko.collector.logs.lag", files, LogFiles::lag)
        .description("Bytes of log files that wait to be read")
        .baseUnit("bytes")
        .register(registry);
  }

  private static void gauge(MeterRegistry registry, String source, Supplier<Number> value) {
    Gauge.builder("leuko.collector.logs", value)
        .description("Containers by where their lines are read; none: they cannot be read")
        .tag("source", source)
        .register(registry);
  }

  private long count(Predicate<Followed> which) {
    return followed.values().stream().filter(which).count();
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
    ContainerId id = facts.container().id();
    if (comings.known(id) && isWanted(facts)) {
      followed(id).consider(facts);
    }
  }

  /**
   * The engine says that a container has started: follows it at once when its labels are known;
   * else {@link #consider} does.
   */
  void started(ContainerId id, @Nullable ContainerFacts facts) {
    if (facts == null) {
      comings.begun(id, time.unixNanos());
    } else if (isWanted(facts)) {
      followed(id).started(facts);
    }
  }

  /** The engine says that a container has stopped: what is there is all there will be. */
  void stopped(ContainerId id) {
    Followed container = followed.get(id);
    if (container != null) {
      container.stopped();
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
    return followed.computeIfAbsent(id, i -> new Followed(i, positions.log(i)));
  }

  /** The engine says that a container is removed. */
  void removed(ContainerId id) {
    OptionalLong unseenSince = comings.removed(id);
    Followed container = followed.get(id);
    if (container != null) {
      container.removed(); // when something is read, it is forgotten after that
    }
    if (container == null || !container.isOpen()) {
      forget(id);
    }
    if (!closed && settings.enabled() && settings.select() == CollectorSettings.LogsSelect.ALL) {
      unseenSince.ifPresent(since -> lost(id, "container-gone", 0, since, 0));
    }
  }

  /** Tells of lines that are gone; {@code to} 0 is now. */
  private void lost(ContainerId id, String reason, long count, long from, long to) {
    meters.lost(reason, count);
    long now = time.unixNanos();
    next.accept(
        new SensorLoss(
            now,
            ContainerRef.unknown(id),
            "log",
            Kind.CONTAINER_LOG.text(),
            reason,
            count,
            from,
            to == 0 ? now : to));
  }

  /** Hands on lines that waited for others in vain; to be called often. */
  void flushIdle() {
    long before = time.ticks() - JOIN_NANOS;
    followed.values().forEach(container -> container.groups.flushIdle(before));
  }

  /** Reports the lines that were dropped because their container writes too many. */
  void reportDropped() {
    followed.values().forEach(Followed::reportDropped);
  }

  private void forget(ContainerId id) {
    followed.remove(id);
    problems.remove(id);
    positions.forget(id);
    positions.places().forget(id);
  }

  /**
   * Forgets the containers that the engine does not have any more, and reads what those wrote that
   * have ended while nobody looked.
   */
  void forgetGone() {
    Set<ContainerId> known = new HashSet<>(positions.containers());
    known.addAll(followed.keySet());
    for (ContainerId id : known) {
      Followed container = followed.get(id);
      if (container == null || !container.isOpen()) {
        recheck(id, this::consider);
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
    return count(Followed::isOpen);
  }

  /** The file of a container's log, when it can be read here. */
  private Optional<Path> file(ContainerFacts facts) {
    return switch (settings.source()) {
      case API -> Optional.empty();
      case AUTO -> {
        try {
          yield engine.logFile(facts).filter(file -> Files.isReadable(file.resolveSibling(".")));
        } catch (EngineException e) {
          yield Optional.empty();
        }
      }
    };
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
    files.close();
    followed.values().forEach(Followed::close);
  }

  /** One container's log. */
  private final class Followed implements LogListener, LogFiles.Listener {
    private final ContainerId id;
    private final LineGroups groups;
    private final LineRate rate = new LineRate(settings.rate());
    private volatile LogMark mark;
    private @Nullable Subscription subscription;
    private LogFiles.@Nullable Follow file;
    private boolean open;
    private boolean ran;
    private boolean byApi;
    private long lastStart;
    private boolean toldGone;
    private boolean gone;

    // Lines that were dropped and are not reported yet, under the lock of dropping.
    private final Object dropping = new Object();
    private long dropped;
    private long droppedFrom;
    private long droppedTo;

    /** Its log was read to an end since it was started last. */
    private boolean wasRead;

    Followed(ContainerId id, Optional<LogMark> stored) {
      this.id = id;
      this.mark = stored.orElse(begin);
      this.groups = new LineGroups(settings.join(), mark, this::handOn);
      this.lastStart = stored.isPresent() ? 0 : begin.out().time();
    }

    synchronized boolean isOpen() {
      return open;
    }

    synchronized boolean isFile() {
      return open && file != null;
    }

    synchronized void consider(ContainerFacts facts) {
      boolean unread = facts.started() > lastStart;
      boolean runs = RUNNING.contains(facts.state());
      if (runs || unread) {
        ran = true;
        lastStart = Math.max(lastStart, facts.started());
        open(facts);
      } else if (facts.state().equals("created") && !open) {
        openEarly(facts);
      }
      if (gone || (!runs && !facts.state().equals("created"))) {
        stopped();
      }
    }

    /** Removed: also what is only being looked at has ended. */
    synchronized void removed() {
      gone = true;
      stopped();
    }

    synchronized void started(ContainerFacts facts) {
      ran = true;
      wasRead = false;
      open(facts);
    }

    /** Before it runs, so that what it writes in a short life is not gone before it is seen. */
    private void openEarly(ContainerFacts facts) {
      if (!facts.logDriver().equals("none") && file(facts).isPresent()) {
        open(facts);
      }
    }

    private void open(ContainerFacts facts) {
      if (open && file != null) {
        file.goOn();
      }
      if (open || closed) {
        return;
      }
      if (facts.logDriver().equals("none")) {
        unread("its log driver is none");
        return;
      }
      open = true;
      Optional<Path> found = byApi ? Optional.empty() : file(facts);
      if (found.isPresent()) {
        file = files.follow(found.get(), facts.tty(), mark, this);
      } else {
        LogOptions from = new LogOptions(mark.out().time(), mark.err().time(), true);
        subscription = engine.logs(id, from, this);
      }
    }

    synchronized void stopped() {
      if (file != null) {
        file.end();
      }
    }

    /** Says it once, as long as it is so. */
    private void unread(String why) {
      if (problems.put(id, why) == null) {
        LOG.info("The lines of container {} are not read: {}", id.brief(), why);
      }
    }

    @Override
    public void line(LogLine line, LogPlace out, LogPlace err) {
      if (!closed) {
        fromFile.line(line);
        hand(line, new LogMark(out, err));
      }
    }

    @Override
    public void line(LogLine line) {
      if (!closed && room.getAsBoolean()) {
        fromApi.line(line);
        hand(line, mark.after(line.stream(), line.time()));
      }
    }

    private void hand(LogLine line, LogMark after) {
      mark = after;
      if (rate.take(line.time())) {
        groups.line(line, after, time.ticks());
      } else {
        groups.leftOut(line.stream(), after);
        drop(line.time());
      }
    }

    private void handOn(LogLine line, int lines, LogMark after) {
      positions.places().put(id, after);
      next.accept(
          new ContainerLog(
              line.time(),
              ContainerRef.unknown(id),
              line.stream(),
              line.text(),
              line.originalBytes(),
              line.truncated(),
              lines));
    }

    private void drop(long lineTime) {
      synchronized (dropping) {
        droppedFrom = dropped == 0 ? lineTime : Math.min(droppedFrom, lineTime);
        droppedTo = dropped == 0 ? lineTime : Math.max(droppedTo, lineTime);
        dropped++;
      }
    }

    void reportDropped() {
      long count;
      long from;
      long to;
      synchronized (dropping) {
        count = dropped;
        from = droppedFrom;
        to = droppedTo;
        dropped = 0;
      }
      if (count > 0) {
        LogFollower.this.lost(id, "rate", count, from, to);
      }
    }

    /** Nothing more comes for now. */
    private void flush() {
      groups.flush();
      reportDropped();
    }

    @Override
    public void lost(String reason, long count, long from, long to) {
      LogFollower.this.lost(id, reason, count, from, to);
    }

    @Override
    public void damaged(long bytes) {
      meters.damaged(bytes);
    }

    @Override
    public void ended(boolean found) {
      flush();
      boolean missed;
      synchronized (this) {
        open = false;
        file = null;
        wasRead |= found;
        missed = ran && !wasRead; // late facts may have opened it once more, when it was gone
      }
      if (missed) {
        goneTooSoon();
      } else {
        ended();
      }
    }

    @Override
    public void unreadable(IOException cause) {
      LOG.warn(
          "The log file of container {} cannot be read ({}); the engine is asked for its lines",
          id.brief(),
          cause.toString());
      flush();
      synchronized (this) {
        open = false;
        file = null;
        byApi = true;
      }
      ended();
    }

    @Override
    public void closed(@Nullable EngineException cause) {
      flush();
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
        lost("container-gone", 0, Math.max(mark.out().time(), mark.err().time()), 0);
      }
      ended();
    }

    private void failed(EngineException cause) {
      unread(String.valueOf(cause.getMessage()));
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
      flush();
    }
  }
}
