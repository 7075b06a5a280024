package io.leukocyte.collector;

import io.leukocyte.engine.Engine;
import io.leukocyte.events.CheckResult;
import io.leukocyte.events.Component;
import io.leukocyte.events.ContainerFacts;
import io.leukocyte.events.ContainerId;
import io.leukocyte.events.ContainerLifecycle;
import io.leukocyte.events.Event;
import io.leukocyte.events.HostId;
import io.leukocyte.events.Kind;
import io.leukocyte.events.SensorHeartbeat;
import io.leukocyte.events.SensorLoss;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The way of the events of one run of the collector, from the sources to the publisher: kernel
 * sensor, engine events, logs → {@link Intake} → {@link ContainerRegistry} → {@link Batcher} →
 * {@link Outbox} → publisher; and what is done by the clock beside it.
 */
final class Flow implements Component {
  private static final Logger LOG = LoggerFactory.getLogger(Flow.class);
  private static final Duration SWEEP = Duration.ofMillis(100);
  private static final Duration SAVE = Duration.ofMillis(200);
  private static final Duration REPORT = Duration.ofSeconds(1);
  private static final Duration BEAT = Duration.ofMillis(500);

  /** From the kernel through the ring to a batch an event takes less, but on a stalled host. */
  private static final Duration ON_ITS_WAY = Duration.ofMillis(500);

  /** While much waits there, it takes longer. */
  private static final Duration ON_A_LONG_WAY = Duration.ofSeconds(3);

  private static final Duration FORCE = Duration.ofSeconds(1);
  private static final Duration FORGET = Duration.ofMinutes(1);
  private static final Duration LEAST_STATS = Duration.ofMillis(100);
  private static final Path PROC = Path.of("/proc");

  private final CollectorSettings settings;
  private final BatchPublisher publisher;
  private final TimeSource time;
  private final Counters counters;
  private final LossLedger losses;
  private final Positions positions;
  private final KnownContainers known;
  private final Alive alive;
  private final Spool spool;
  private final Outbox outbox;
  private final Batcher batcher;
  private final ContainerRegistry registry;
  private final LogFiles logFiles;
  private final LogFollower logs;
  private final EventSource sensor;
  private final Intake intake;
  private final EngineEvents engineEvents;
  private final Stats stats;
  private final Recovery recovery;
  private final Object sources = new Object();
  private boolean closed;

  /** Until it is known where logs and engine events go on, facts alone begin nothing. */
  private volatile boolean goingOn;

  private final String hostname = Hostname.read();
  private final ScheduledExecutorService timer =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().daemon().name("leuko-collector-timer").factory());
  private volatile @Nullable String rules;

  Flow(
      CollectorSettings settings,
      HostId host,
      Engine engine,
      EventSource sensor,
      BatchPublisher publisher,
      MeterRegistry meters,
      TimeSource time) {
    this.settings = settings;
    this.sensor = sensor;
    this.publisher = publisher;
    this.time = time;
    DataFolder folder = new DataFolder(settings.data());
    Redaction redaction = settings.redact() ? Redaction.ON : Redaction.OFF;
    Optional<ContainerId> own = OwnContainer.find();
    counters = new Counters(meters);
    Gauge.builder("leuko.collector.ring.used", sensor, EventSource::waitingBytes)
        .description("Records between kernel and collector that are not read yet")
        .baseUnit("bytes")
        .register(meters);
    Gauge.builder(
            "leuko.collector.ring.limit",
            settings.sensor().options(),
            o -> o.ringBytes() + RingOverflow.bound(o.ringBytes()))
        .description(
            "How much can wait between kernel and collector: the ring, and what is moved"
                + " out of it")
        .baseUnit("bytes")
        .register(meters);
    losses = new LossLedger();
    positions = new Positions(folder);
    positions.load();
    known = new KnownContainers(folder);
    known.load();
    alive = new Alive(folder, Alive.bootId());
    spool =
        new Spool(
            settings.data().resolve("spool"),
            new Spool.Limits(settings.spool().bytes(), settings.spool().keepFree()),
            Disk.REAL,
            new SpoolLosses(counters, losses, time));
    outbox =
        new Outbox(
            publisher,
            spool,
            counters,
            losses,
            positions,
            settings.backlogBytes(),
            time,
            new OutboxMeters(meters));
    long epoch = Epoch.next(folder, time);
    recovery = new Recovery(host, epoch, positions, known, spool, publisher.stored());
    batcher =
        new Batcher(
            host,
            epoch,
            outbox,
            counters,
            losses,
            new Batcher.Limits(settings.flushInterval(), settings.urgentInterval()),
            time,
            positions.places());
    registry =
        new ContainerRegistry(
            engine,
            new UserFiles(new ProcFiles(settings.sensor().proc()), redaction::maskName),
            redaction,
            counters,
            batcher::offer,
            this::consider,
            new ContainerRegistry.Limits(
                settings.holdTime(), settings.holdEvents(), settings.factsInterval(), FORGET),
            time,
            meters);
    intake = new Intake(counters, redaction, own, registry::accept);
    logFiles = new LogFiles(outbox::hasRoomForLines);
    logs =
        new LogFollower(
            engine,
            settings.logs(),
            own,
            positions,
            logFiles,
            outbox::awaitRoom,
            intake,
            time,
            meters);
    stats =
        new Stats(registry::present, intake, new ProcFiles(PROC), new EngineStats(engine), time);
    engineEvents =
        new EngineEvents(engine, positions, this::lifecycle, registry, logs, known, time);
  }

  private void lifecycle(Event event) {
    if (event instanceof ContainerLifecycle happened) {
      stats.follow(happened);
    }
    intake.accept(event);
  }

  private void consider(ContainerFacts facts) {
    if (goingOn) {
      logs.consider(facts);
    } // else the engine's events have all containers considered as soon as they begin
  }

  @Override
  public void start() {
    spool.open();
    publisher.start();
    outbox.start();
    batcher.start();
    logFiles.start();
    if (positions.isBroken()) {
      Thread.ofVirtual().name("leuko-recovery").start(this::recover);
    } else {
      goOn();
    }
    sensor.start(intake);
    reportGap();
    every(SWEEP, registry::sweep);
    every(SWEEP, logs::flushIdle);
    every(SAVE, this::save);
    every(BEAT, this::beat);
    every(REPORT, this::reportLosses);
    every(FORCE, () -> Thread.ofVirtual().start(spool::force));
    every(settings.factsInterval(), () -> Thread.ofVirtual().start(logs::forgetGone));
    if (!settings.statsInterval().isZero()) {
      Duration interval = settings.statsInterval();
      every(
          interval.compareTo(LEAST_STATS) < 0 ? LEAST_STATS : interval,
          () -> Thread.ofVirtual().name("leuko-stats").start(stats::round));
    }
    heartbeat();
    every(settings.heartbeatInterval(), this::heartbeat);
  }

  /** The kernel's events do not wait for this: nobody keeps them. */
  private void recover() {
    try {
      recovery.run();
    } catch (RuntimeException e) {
      LOG.error("What the collector before had stored is not known; some may come once more", e);
    }
    goOn();
  }

  /** It is known where logs and engine events go on. */
  private void goOn() {
    synchronized (sources) {
      if (!closed) {
        positions.begin();
        savePositions(positions::save); // before anything is stored that they do not know of
        goingOn = true;
        engineEvents.start();
      }
    }
  }

  private void every(Duration interval, Runnable task) {
    var _ =
        timer.scheduleAtFixedRate(
            () -> {
              try {
                task.run();
              } catch (RuntimeException e) {
                LOG.warn("Goes on after: {}", e.toString());
              }
            },
            interval.toNanos(),
            interval.toNanos(),
            TimeUnit.NANOSECONDS);
  }

  /** Reports what the kernel did while no sensor was there to see it. */
  private void reportGap() {
    if (!sensor.missing().contains(Kind.PROCESS_EXEC)) {
      alive.gap(time.unixNanos()).ifPresent(losses::add);
    }
  }

  private void save() {
    spool.save();
    positions.save(publisher.stored().place());
    known.save();
  }

  /** What waits for facts, or is not spooled yet, would be gone with this process. */
  private void beat() {
    long held = registry.held() == 0 ? 0 : settings.holdTime().toNanos();
    long safe = Math.min(time.unixNanos() - held, batcher.safeUntil());
    boolean behind = sensor.waitingBytes() > settings.sensor().options().ringBytes() / 8;
    alive.beat(safe - (behind ? ON_A_LONG_WAY : ON_ITS_WAY).toNanos());
  }

  /** Reports what the sensor lost, and what was lost here, as soon as there is room for it. */
  private void reportLosses() {
    sensor.losses().forEach(intake);
    sensor.filtered().forEach(counters::filteredUnseen);
    logs.reportDropped();
    if (batcher.hasRoom()) {
      List<SensorLoss> drained = losses.drain();
      drained.forEach(this::offer);
      if (drained.stream().anyMatch(l -> l.lostKind().equals(Kind.CONTAINER_FACTS.text()))) {
        registry.sendAll(); // no container stays without its facts for long
      }
    }
  }

  /** The hash of the rules that events are for, which the heartbeat tells. */
  void rules(String hash) {
    rules = hash;
  }

  private void heartbeat() {
    List<String> missing = missing();
    boolean reduced = !missing.isEmpty();
    if (!settings.logs().enabled()) {
      missing.add(Kind.CONTAINER_LOG.text());
    }
    Counters.Totals totals = counters.totals();
    offer(
        new SensorHeartbeat(
            time.unixNanos(),
            hostname,
            reduced ? "reduced" : "ebpf",
            missing,
            rules,
            Version.TEXT,
            0,
            totals.received(),
            totals.published(),
            totals.filtered(),
            totals.lost()));
  }

  /** Names of the kinds of which the sensor does not deliver all events. */
  List<String> missing() {
    return new ArrayList<>(sensor.missing().stream().map(Kind::text).toList());
  }

  /** Sends an event of the collector about itself. */
  private void offer(Event event) {
    counters.received(event.kind());
    batcher.offer(event);
  }

  Counters counters() {
    return counters;
  }

  @Override
  public List<CheckResult> check() {
    List<CheckResult> checks = new ArrayList<>();
    checks.add(sensor.check());
    checks.add(engineEvents.check());
    checks.addAll(logs.check());
    stats.check().ifPresent(checks::add);
    checks.addAll(publisher.check());
    checks.add(outbox.check());
    return List.copyOf(checks);
  }

  /** Sources first, so that what they gave is still published; then the rest in its order. */
  @Override
  public void close() {
    synchronized (sources) {
      closed = true;
    }
    publisher.stored().close();
    outbox.endWaiting();
    sensor.close();
    long stopped = time.unixNanos();
    engineEvents.close();
    logs.close();
    endTimer();
    registry.close();
    reportLosses();
    batcher.close();
    if (!outbox.drain(settings.closeTimeout())) {
      LOG.info("Not all events are in Kafka; the next collector sends what is spooled");
    }
    publisher.close();
    outbox.close();
    savePositions(positions::end);
    if (outbox.lostNothingAtEnd()) {
      alive.beat(stopped);
    } // else the gap begins with what was lost, as it was last written down
  }

  private void endTimer() {
    timer.shutdownNow();
    try {
      if (!timer.awaitTermination(1, TimeUnit.SECONDS)) {
        LOG.debug("A task of the timer is still running");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void savePositions(Consumer<String> how) {
    try {
      how.accept(publisher.stored().place());
      known.save();
    } catch (UncheckedIOException e) {
      LOG.warn("{}: {}", e.getMessage(), String.valueOf(e.getCause()));
    }
  }
}
