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

  /** An alert was decided on. */
  void decided(long received) {
    timer("leuko.responder.decision", "From an alert's receipt to the decision in the journal")
        .register(registry)
        .record(Duration.ofNanos(System.nanoTime() - received));
  }

  /** A question for a permit was answered, or not in time: granted, refused, unreachable. */
  void permit(String result, long asked) {
    timer("leuko.responder.permit.wait", "From asking for a permit to knowing")
        .tag("result", result)
        .register(registry)
        .record(Duration.ofNanos(System.nanoTime() - asked));
  }

  /** What became of an order over Kafka: done, failed, refused, known, elsewhere, foreign … */
  void order(String kind, String result) {
    Counter.builder("leuko.responder.orders")
        .description("Orders over Kafka, by what became of them")
        .tag("order", kind)
        .tag("result", result)
        .register(registry)
        .increment();
  }

  /** A record that could not be used: buried, or left where it is. */
  void dead(String topic, String result) {
    Counter.builder("leuko.responder.dead")
        .description("Records that could not be used, by what became of them")
        .tag("topic", topic)
        .tag("result", result)
        .register(registry)
        .increment();
  }

  /** An entry of the journal is on the disk. */
  void appended(long nanos) {
    Timer.builder("leuko.responder.journal.append")
        .description("From an entry of the journal to its being on the disk")
        .publishPercentileHistogram()
        .minimumExpectedValue(Duration.ofNanos(100_000))
        .maximumExpectedValue(Duration.ofSeconds(10))
        .register(registry)
        .record(Duration.ofNanos(nanos));
  }

  /** A record of the topic of permits could not be read. */
  void permitUnreadable() {
    Counter.builder("leuko.responder.permits.unreadable")
        .description("Records of the topic of permits that count for nobody")
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
    String type = state.last().type();
    timer("leuko.responder.latency", "From an alert's receipt to the verified action")
        .tag("type", type)
        .register(registry)
        .record(Duration.ofNanos(System.nanoTime() - watch.received()));
    timer("leuko.responder.reaction", "From an alert's event to the verified action")
        .tag("type", type)
        .register(registry)
        .record(Duration.ofNanos(Math.max(0, Nanos.now(clock) - watch.eventTime())));
  }

  private static Timer.Builder timer(String name, String description) {
    return Timer.builder(name)
        .description(description)
        .publishPercentileHistogram()
        .minimumExpectedValue(Duration.ofMillis(1))
        .maximumExpectedValue(Duration.ofSeconds(60));
  }
}
