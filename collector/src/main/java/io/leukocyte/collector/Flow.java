package io.leukocyte.collector;

import io.leukocyte.engine.Engine;
import io.leukocyte.events.CheckResult;
import io.leukocyte.events.Component;
import io.leukocyte.events.ContainerFacts;
import io.leukocyte.events.ContainerId;
import io.leukocyte.events.Event;
import io.leukocyte.events.HostId;
import io.leukocyte.events.Kind;
import io.leukocyte.events.SensorHeartbeat;
import io.leukocyte.events.SensorLoss;
import io.micrometer.core.instrument.MeterRegistry;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The way of the events of one run of the collector, from the sources to the publisher: kernel
 * sensor, engine events, logs → {@link Intake} → {@link ContainerRegistry} → {@link Batcher} →
 * publisher; and what is done by the clock beside it.
 */
final class Flow implements Component {
  private static final Logger LOG = LoggerFactory.getLogger(Flow.class);
  private static final Duration SWEEP = Duration.ofMillis(100);
  private static final Duration SAVE = Duration.ofMillis(200);
  private static final Duration REPORT = Duration.ofSeconds(1);
  private static final Duration FORGET = Duration.ofMinutes(1);

  private final CollectorSettings settings;
  private final BatchPublisher publisher;
  private final TimeSource time;
  private final Counters counters;
  private final LossLedger losses;
  private final Positions positions;
  private final Batcher batcher;
  private final ContainerRegistry registry;
  private final LogFollower logs;
  private final EventSource sensor;
  private final Intake intake;
  private final EngineEvents engineEvents;
  private final String hostname = Hostname.read();
  private final ScheduledExecutorService timer =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().daemon().name("leuko-collector-timer").factory());

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
    losses = new LossLedger();
    positions = new Positions(folder);
    positions.load();
    batcher =
        new Batcher(
            host,
            Epoch.next(folder, time),
            publisher,
            counters,
            losses,
            positions,
            new Batcher.Limits(
                settings.flushInterval(), settings.urgentInterval(), settings.backlogBytes()),
            time,
            meters);
    registry =
        new ContainerRegistry(
            engine,
            redaction,
            counters,
            batcher::offer,
            this::consider,
            new ContainerRegistry.Limits(
                settings.holdTime(), settings.holdEvents(), settings.factsInterval(), FORGET),
            time,
            meters);
    intake = new Intake(counters, redaction, own, registry::accept);
    logs =
        new LogFollower(
            engine, settings.logs(), own, positions, batcher::awaitRoom, intake, time, meters);
    engineEvents = new EngineEvents(engine, positions, intake, registry, logs, time);
  }

  private void consider(ContainerFacts facts) {
    logs.consider(facts);
  }

  @Override
  public void start() {
    publisher.start();
    batcher.start();
    engineEvents.start();
    sensor.start(intake);
    every(SWEEP, registry::sweep);
    every(SAVE, positions::save);
    every(REPORT, this::reportLosses);
    every(settings.factsInterval(), () -> Thread.ofVirtual().start(logs::forgetGone));
    heartbeat();
    every(settings.heartbeatInterval(), this::heartbeat);
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

  /** Reports what the sensor lost, and what was lost here, as soon as there is room for it. */
  private void reportLosses() {
    sensor.losses().forEach(intake);
    if (batcher.hasRoom()) {
      List<SensorLoss> drained = losses.drain();
      drained.forEach(this::offer);
      if (drained.stream().anyMatch(l -> l.lostKind().equals(Kind.CONTAINER_FACTS.text()))) {
        registry.sendAll(); // no container stays without its facts for long
      }
    }
  }

  private void heartbeat() {
    List<String> missing = new ArrayList<>(sensor.missing().stream().map(Kind::text).toList());
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
            null,
            Version.TEXT,
            0,
            totals.received(),
            totals.published(),
            totals.filtered(),
            totals.lost()));
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
    checks.addAll(publisher.check());
    return List.copyOf(checks);
  }

  /** Sources first, so that what they gave is still published; then the rest in its order. */
  @Override
  public void close() {
    batcher.endWaiting();
    sensor.close();
    engineEvents.close();
    logs.close();
    endTimer();
    registry.close();
    reportLosses();
    if (!batcher.drain(settings.closeTimeout())) {
      LOG.warn(
          "Kafka did not take the last events within {}; {} bytes of them are lost",
          settings.closeTimeout(),
          batcher.backlog());
    }
    publisher.close();
    batcher.close();
    savePositions();
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

  private void savePositions() {
    try {
      positions.save();
    } catch (UncheckedIOException e) {
      LOG.warn("{}: {}", e.getMessage(), String.valueOf(e.getCause()));
    }
  }
}
