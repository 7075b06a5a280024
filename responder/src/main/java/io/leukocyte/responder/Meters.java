package io.leukocyte.responder;

import io.leukocyte.events.Action;
import io.leukocyte.events.ActionId;
import io.leukocyte.events.Alert;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Clock;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;

/** The responder's figures. */
final class Meters {
  private static final int MOST_WATCHES = 10_000;

  private final MeterRegistry registry;
  private final Clock clock;
  private final Map<ActionId, Watch> watches =
      new LinkedHashMap<>() {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<ActionId, Watch> eldest) {
          return size() > MOST_WATCHES;
        }
      };

  /** When an alert came, and when its event had happened. */
  private record Watch(long received, long eventTime) {}

  Meters(MeterRegistry registry, Clock clock) {
    this.registry = registry;
    this.clock = clock;
  }

  /** What became of an alert: acted, ignored, known, foreign, unreadable. */
  void alert(String result) {
    Counter.builder("leuko.responder.alerts")
        .description("Alerts read, by what became of them")
        .tag("result", result)
        .register(registry)
        .increment();
  }

  /** A step that was journalled. */
  void step(Action action) {
    Counter.builder("leuko.responder.actions")
        .description("Steps of actions, by type and step")
        .tag("type", action.type())
        .tag("outcome", action.step().text())
        .tag("dry_run", String.valueOf(action.dryRun()))
        .register(registry)
        .increment();
  }

  /** An alert was received that the action answers. */
  synchronized void received(ActionId id, Alert alert, long received) {
    watches.put(id, new Watch(received, alert.time()));
  }

  /** The change that the alert led to holds. */
  synchronized void verified(ActionState state) {
    Watch watch = watches.remove(state.id());
    if (watch == null) {
      return;
    }
    timer("leuko.responder.latency", "From an alert's receipt to the verified action", state)
        .record(Duration.ofNanos(System.nanoTime() - watch.received()));
    timer("leuko.responder.reaction", "From an alert's event to the verified action", state)
        .record(Duration.ofNanos(Math.max(0, Nanos.now(clock) - watch.eventTime())));
  }

  private Timer timer(String name, String description, ActionState state) {
    return Timer.builder(name)
        .description(description)
        .tag("type", state.last().type())
        .publishPercentileHistogram()
        .minimumExpectedValue(Duration.ofMillis(1))
        .maximumExpectedValue(Duration.ofSeconds(60))
        .register(registry);
  }
}
