package io.leukocyte.collector;

import io.leukocyte.events.CheckResult;
import io.leukocyte.events.Event;
import io.leukocyte.events.Kind;
import io.leukocyte.events.SensorLoss;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/** A sensor that a test lets see things. */
final class FakeSensor implements EventSource {
  private final List<Kind> missing;
  private final List<SensorLoss> losses = new ArrayList<>();
  private final Map<Kind, Long> filtered = new EnumMap<>(Kind.class);
  private Consumer<? super Event> next = event -> {};

  FakeSensor(Kind... missing) {
    this.missing = List.of(missing);
  }

  @Override
  public synchronized void start(Consumer<? super Event> consumer) {
    next = consumer;
  }

  void sees(Event event) {
    Consumer<? super Event> to;
    synchronized (this) {
      to = next;
    }
    to.accept(event);
  }

  /** The kernel leaves so many of a kind out. */
  synchronized void leavesOut(Kind kind, long count) {
    filtered.merge(kind, count, Long::sum);
  }

  synchronized void loses(SensorLoss loss) {
    losses.add(loss);
  }

  @Override
  public CheckResult check() {
    return missing.isEmpty()
        ? new CheckResult.Ok("kernel sensor", "fake")
        : new CheckResult.Degraded("kernel sensor", "blind", "open its eyes");
  }

  @Override
  public List<Kind> missing() {
    return missing;
  }

  @Override
  public synchronized List<SensorLoss> losses() {
    List<SensorLoss> told = List.copyOf(losses);
    losses.clear();
    return told;
  }

  @Override
  public synchronized Map<Kind, Long> filtered() {
    Map<Kind, Long> told = Map.copyOf(filtered);
    filtered.clear();
    return told;
  }

  @Override
  public void close() {}
}
