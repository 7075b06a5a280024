package io.leukocyte.collector;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.leukocyte.events.CheckResult;
import io.leukocyte.events.ContainerId;
import io.leukocyte.events.ContainerRef;
import io.leukocyte.events.Event;
import io.leukocyte.events.ProcessExec;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.function.Predicate;
import org.opentest4j.TestAbortedException;

/** A kernel sensor that runs, and the events it has delivered. */
final class SensorProbe implements AutoCloseable {
  private final KernelSensor sensor;
  private final ConcurrentLinkedQueue<Event> events = new ConcurrentLinkedQueue<>();
  private final CountDownLatch gate;

  private SensorProbe(KernelSensor sensor, CountDownLatch gate) {
    this.sensor = sensor;
    this.gate = gate;
  }

  /** Loads and starts a sensor; without one the test is skipped with the reason, in CI it fails. */
  static SensorProbe start(SensorOptions options) {
    return start(options, new CountDownLatch(0));
  }

  /** The same; its handler takes the first event only when the gate opens. */
  static SensorProbe start(SensorOptions options, CountDownLatch gate) {
    try {
      SensorProbe probe = new SensorProbe(open(options), gate);
      probe.sensor.start(ContainerRef::unknown, probe::take);
      return probe;
    } catch (SensorUnavailableException e) {
      throw missing(String.valueOf(e.getMessage()));
    }
  }

  /** Loads a sensor; without one the test is skipped with the reason, in CI it fails. */
  static KernelSensor open(SensorOptions options) {
    try {
      return KernelSensor.open(options);
    } catch (SensorUnavailableException e) {
      throw missing(String.valueOf(e.getMessage()));
    }
  }

  /** Docker has to be there too. */
  static void requireDocker() {
    if (!Docker.isThere()) {
      throw missing("No Docker engine answers; start one.");
    }
  }

  private static RuntimeException missing(String reason) {
    if ("true".equals(System.getenv("CI"))) {
      throw new AssertionError(reason);
    }
    return new TestAbortedException(reason);
  }

  private void take(Event event) {
    try {
      gate.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    events.add(event);
  }

  KernelSensor sensor() {
    return sensor;
  }

  /** All events of a type that match, so far. */
  <T extends Event> List<T> all(Class<T> type, Predicate<? super T> which) {
    return events.stream().filter(type::isInstance).map(type::cast).filter(which).toList();
  }

  /** All events of a type of one container, so far. */
  <T extends Event> List<T> of(ContainerId container, Class<T> type) {
    return all(type, event -> isOf(event, container));
  }

  /** The first event of a type that matches, once there is one. */
  <T extends Event> T first(Class<T> type, Predicate<? super T> which) {
    await()
        .atMost(Duration.ofSeconds(20))
        .pollInterval(Duration.ofMillis(5))
        .until(() -> !all(type, which).isEmpty());
    return all(type, which).getFirst();
  }

  /** The start of a program one of whose arguments is the given one. */
  ProcessExec exec(String argument) {
    return first(ProcessExec.class, exec -> exec.process().args().contains(argument));
  }

  /** Whether an event is of a container. */
  static boolean isOf(Event event, ContainerId container) {
    ContainerRef ref = event.container();
    return ref != null && ref.id().equals(container);
  }

  /**
   * Ends the sensor. Its accounts have to be right, whatever the test did: of each kind made = kept
   * + lost + filtered, and every program's start that was kept is delivered.
   */
  @Override
  public void close() {
    gate.countDown();
    if (sensor.check() instanceof CheckResult.Failed) {
      sensor.close(); // the test has closed it, or it has failed as the test shows
      return;
    }
    sensor.object().detach();
    Map<SensorCounters.Counted, SensorCounters.Count> counts = new LinkedHashMap<>();
    SensorCounters.ALL.forEach(counted -> counts.put(counted, sensor.count(counted.number())));
    sensor.close();
    counts.forEach((counted, count) ->
        assertThat(count.made())
            .as("made of %s: %s", counted.kind(), count)
            .isEqualTo(count.kept() + count.lost() + count.filtered()));
    assertThat((long) all(ProcessExec.class, event -> true).size())
        .as("starts of programs that were delivered, of those kept")
        .isEqualTo(Objects.requireNonNull(counts.get(counted(SensorLayout.EXEC))).kept());
  }

  private static SensorCounters.Counted counted(int number) {
    return SensorCounters.ALL.stream()
        .filter(counted -> counted.number() == number)
        .findFirst()
        .orElseThrow();
  }
}
