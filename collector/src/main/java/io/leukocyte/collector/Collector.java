package io.leukocyte.collector;

import io.leukocyte.engine.Engine;
import io.leukocyte.events.CheckResult;
import io.leukocyte.events.Component;
import io.leukocyte.events.HostId;
import io.leukocyte.events.Kind;
import io.leukocyte.rules.Coverage;
import io.leukocyte.rules.RuleSet;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The role that observes a host: what its kernel, its container engine and its containers' logs
 * tell becomes batches of events. It goes on with what works: without the kernel sensor coverage is
 * reduced, while the engine is away containers have no names, while the publisher's other side is
 * away events wait.
 *
 * <p>It starts and closes the publisher; the engine stays open.
 */
public final class Collector implements Component {
  private final CollectorSettings settings;
  private final HostId host;
  private final Engine engine;
  private final BatchPublisher publisher;
  private final MeterRegistry meters;
  private final EventSource sensor;
  private final TimeSource time;
  private @Nullable Flow flow;
  private @Nullable RuleSet rules;

  /** A collector that is not started. */
  public Collector(
      CollectorSettings settings,
      HostId host,
      Engine engine,
      BatchPublisher publisher,
      MeterRegistry meters) {
    this(
        settings,
        host,
        engine,
        new SensorSource(settings.sensor(), engine),
        publisher,
        meters,
        TimeSource.SYSTEM);
  }

  Collector(
      CollectorSettings settings,
      HostId host,
      Engine engine,
      EventSource sensor,
      BatchPublisher publisher,
      MeterRegistry meters,
      TimeSource time) {
    this.settings = settings;
    this.host = host;
    this.engine = engine;
    this.sensor = sensor;
    this.publisher = publisher;
    this.meters = meters;
    this.time = time;
  }

  /**
   * Begins to observe.
   *
   * @throws java.io.UncheckedIOException when the data folder cannot be used; the message says what
   *     to do
   */
  @Override
  public synchronized void start() {
    if (flow != null) {
      throw new IllegalStateException("A collector is started once");
    }
    flow = new Flow(settings, host, engine, sensor, publisher, meters, time);
    if (rules != null) {
      flow.rules(rules.hash());
    }
    flow.start();
  }

  /**
   * What somebody needs of events, such as the rules in force. May be called again, before the
   * start and after it; until the first call no system calls are reported.
   */
  public void observe(Interest interest) {
    sensor.observe(interest);
  }

  /**
   * The rules that events are for: {@link #check} names those that this collector does not cover,
   * the heartbeat tells their hash. May be called again, before the start and after it.
   */
  public synchronized void cover(RuleSet inForce) {
    rules = inForce;
    if (flow != null) {
      flow.rules(inForce.hash());
    }
  }

  /** How many facts of a kind were lost since the start. */
  synchronized long lost(Kind kind) {
    return flow == null ? 0 : flow.counters().totals(kind).lost();
  }

  /** The sums of facts since the start; zeros before it. */
  synchronized Counters.Totals totals() {
    return flow == null ? new Counters.Totals(0, 0, 0, 0) : flow.counters().totals();
  }

  /** The same of one kind. */
  synchronized Counters.Totals totals(Kind kind) {
    return flow == null ? new Counters.Totals(0, 0, 0, 0) : flow.counters().totals(kind);
  }

  /** The sensor, what of the rules it covers, the engine, the logs and the publisher. */
  @Override
  public synchronized List<CheckResult> check() {
    if (flow == null) {
      return List.of(new CheckResult.Failed("collector", "it is not started", "start it"));
    }
    List<CheckResult> checks = new ArrayList<>(flow.check());
    if (rules != null) {
      Coverage coverage = Coverage.of(rules, flow.missing());
      if (!coverage.isFull()) {
        checks.add(
            new CheckResult.Degraded(
                "coverage", coverage.text(), "let the sensor see all, or leave these rules out"));
      }
    }
    return List.copyOf(checks);
  }

  @Override
  public synchronized void close() {
    if (flow != null) {
      flow.close();
    }
  }
}
