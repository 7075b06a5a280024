package io.leukocyte.analyzer;

import io.leukocyte.events.Alert;
import io.leukocyte.events.Kind;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.Locale;

/** What the analyzer counts, as meters. Threads share it. */
final class AnalyzerMetrics {
  /** What became of a batch: received is the sum of all. */
  enum Batch {
    PROCESSED,
    REPEATED,
    MALFORMED,
    POISONED
  }

  private final MeterRegistry registry;

  AnalyzerMetrics(MeterRegistry registry) {
    this.registry = registry;
  }

  MeterRegistry registry() {
    return registry;
  }

  void batch(Batch result) {
    counter("leuko.analyzer.batches", "Batches received.", "result", result).increment();
  }

  void alert(Alert alert) {
    Counter.builder("leuko.analyzer.alerts")
        .description("Alerts made.")
        .tag("rule", alert.rule().name())
        .tag("priority", alert.rule().priority().text())
        .register(registry)
        .increment();
  }

  void incident(Incident incident) {
    counter("leuko.analyzer.incidents", "Incidents published.", "state", incident.state())
        .increment();
  }

  /** Takes over what a detector counted. */
  void take(Tally tally) {
    tally.take(this::events, this::counts);
  }

  private void events(Kind kind, long count) {
    Counter.builder("leuko.analyzer.events")
        .description("Events of processed batches.")
        .tag("kind", kind.text())
        .register(registry)
        .increment((double) count);
  }

  private void counts(Tally.Count what, long count) {
    if (what == Tally.Count.REPEATED_BATCHES) {
      return; // a result of a batch
    }
    counter("leuko.analyzer.noted", "What detection noted by the way.", "what", what)
        .increment((double) count);
  }

  private Counter counter(String name, String description, String tag, Enum<?> value) {
    return Counter.builder(name)
        .description(description)
        .tag(tag, value.name().toLowerCase(Locale.ROOT))
        .register(registry);
  }
}
