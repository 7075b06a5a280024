package io.leukocyte.analyzer;

import io.leukocyte.events.Alert;
import io.leukocyte.events.Kind;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/** What the analyzer counts and times, as meters. Threads share it. */
final class AnalyzerMetrics {
  private static final Duration[] OF_BATCHES =
      millis(0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100, 1_000);
  private static final Duration[] OF_ALERTS =
      millis(5, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000, 60_000, 300_000);

  /** What became of a batch: received is the sum of all. */
  enum Batch {
    PROCESSED,
    REPEATED,
    MALFORMED,
    POISONED
  }

  private record AlertTags(String rule, String priority) {}

  private final MeterRegistry registry;
  private final Map<Batch, Counter> batches;
  private final Map<Kind, Counter> events;
  private final Map<Tally.Count, Counter> noted;
  private final Map<Incident.State, Counter> incidents;
  private final Map<AlertTags, Counter> alerts = new ConcurrentHashMap<>();
  private final Timer batchTime;
  private final Timer alertLatency;
  private final Counter rebalances;

  AnalyzerMetrics(MeterRegistry registry) {
    this.registry = registry;
    batches = each(Batch.class, b -> counter("batches", "Batches received.", "result", text(b)));
    events =
        each(Kind.class, k -> counter("events", "Events of processed batches.", "kind", k.text()));
    noted =
        each(
            Tally.Count.class,
            c -> counter("noted", "What detection noted by the way.", "what", text(c)));
    noted.remove(Tally.Count.REPEATED_BATCHES); // a result of a batch
    incidents =
        each(
            Incident.State.class,
            s -> counter("incidents", "Incidents published.", "state", text(s)));
    batchTime =
        timer("batch.time", "From a batch's first byte read to its last finding.", OF_BATCHES);
    alertLatency =
        timer("alert.latency", "From an alert's first event to its being forwarded.", OF_ALERTS);
    rebalances =
        Counter.builder("leuko.analyzer.rebalances")
            .description("Times that partitions were shared out anew.")
            .register(registry);
  }

  private static Duration[] millis(double... millis) {
    Duration[] durations = new Duration[millis.length];
    for (int i = 0; i < millis.length; i++) {
      durations[i] = Duration.ofNanos((long) (millis[i] * 1_000_000));
    }
    return durations;
  }

  private static <E extends Enum<E>> Map<E, Counter> each(
      Class<E> values, Function<E, Counter> counters) {
    Map<E, Counter> map = new EnumMap<>(values);
    for (E value : values.getEnumConstants()) {
      map.put(value, counters.apply(value));
    }
    return map;
  }

  private static String text(Enum<?> value) {
    return value.name().toLowerCase(Locale.ROOT);
  }

  private Counter counter(String name, String description, String tag, String value) {
    return Counter.builder("leuko.analyzer." + name)
        .description(description)
        .tag(tag, value)
        .register(registry);
  }

  private Timer timer(String name, String description, Duration[] bounds) {
    return Timer.builder("leuko.analyzer." + name)
        .description(description)
        .serviceLevelObjectives(bounds)
        .register(registry);
  }

  MeterRegistry registry() {
    return registry;
  }

  void batch(Batch result) {
    increment(batches, result, 1);
  }

  /** Takes how long a batch took, nanoseconds. */
  void batchTook(long nanos) {
    batchTime.record(nanos, TimeUnit.NANOSECONDS);
  }

  /**
   * Counts an alert.
   *
   * @param now the analyzer's clock, unix milliseconds
   */
  void alert(Alert alert, long now) {
    alerts
        .computeIfAbsent(
            new AlertTags(alert.rule().name(), alert.rule().priority().text()),
            tags ->
                Counter.builder("leuko.analyzer.alerts")
                    .description("Alerts made.")
                    .tag("rule", tags.rule())
                    .tag("priority", tags.priority())
                    .register(registry))
        .increment();
    long age = TimeUnit.MILLISECONDS.toNanos(now) - alert.cause().event().time();
    alertLatency.record(Math.max(0, age), TimeUnit.NANOSECONDS);
  }

  void incident(Incident incident) {
    increment(incidents, incident.state(), 1);
  }

  void rebalance() {
    rebalances.increment();
  }

  /** Takes over what a detector counted. */
  void take(Tally tally) {
    tally.take(
        (kind, count) -> increment(events, kind, count),
        (what, count) -> increment(noted, what, count));
  }

  private static <K> void increment(Map<K, Counter> counters, K key, long by) {
    Counter counter = counters.get(key);
    if (counter != null) {
      counter.increment((double) by);
    }
  }
}
