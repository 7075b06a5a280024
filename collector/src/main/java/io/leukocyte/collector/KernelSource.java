package io.leukocyte.collector;

import io.leukocyte.events.CheckResult;
import io.leukocyte.events.ContainerRef;
import io.leukocyte.events.Event;
import io.leukocyte.events.Kind;
import io.leukocyte.events.SensorLoss;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The kernel sensor where it works; else a source of nothing that says why. */
final class KernelSource implements EventSource {
  private static final Logger LOG = LoggerFactory.getLogger(KernelSource.class);
  private static final String NAME = "kernel sensor";

  /** What it delivers, or would. */
  static final List<Kind> KINDS = kinds();

  private final CollectorSettings.Sensor settings;
  private @Nullable KernelSensor sensor;
  private @Nullable SensorUnavailable reason;
  private Interest interest = Interest.NONE;

  private static List<Kind> kinds() {
    List<Kind> kinds =
        new ArrayList<>(
            List.of(Kind.PROCESS_EXEC, Kind.PROCESS_EXIT, Kind.NET_CONNECT, Kind.NET_FLOW));
    kinds.addAll(TracedCalls.kinds());
    return kinds.stream().distinct().toList();
  }

  KernelSource(CollectorSettings.Sensor settings) {
    this.settings = settings;
  }

  @Override
  public synchronized void start(Consumer<? super Event> next) {
    if (settings.mode() == CollectorSettings.SensorMode.OFF) {
      return;
    }
    KernelSensor opened = null;
    try {
      opened = KernelSensor.open(settings.options(), settings.proc());
      tell(opened);
      opened.start(ContainerRef::unknown, next);
      sensor = opened;
    } catch (SensorUnavailableException e) {
      if (opened != null) {
        opened.close();
      }
      reason = e.reason();
      LOG.warn("{} The collector goes on without it.", e.getMessage());
    }
  }

  @Override
  public synchronized void observe(Interest wanted) {
    interest = wanted;
    if (sensor != null) {
      tell(sensor);
    }
  }

  private void tell(KernelSensor told) {
    told.observe(
        interest.with(settings.kinds()).allCalls(), new EnvironmentNames(interest.environment()));
  }

  /** Whether the sensor is loaded, if not all of it. */
  synchronized boolean runs() {
    return sensor != null;
  }

  @Override
  public synchronized CheckResult check() {
    if (sensor != null) {
      return sensor.check();
    }
    if (reason != null && settings.mode() == CollectorSettings.SensorMode.EBPF) {
      return new CheckResult.Failed(NAME, reason.problem(), reason.todo());
    }
    if (reason != null) {
      return new CheckResult.Degraded(NAME, reason.problem(), reason.todo());
    }
    return new CheckResult.Degraded(
        NAME, "it is switched off", "set collector.sensor.mode to auto to observe processes");
  }

  @Override
  public synchronized List<Kind> missing() {
    if (sensor == null || sensor.check() instanceof CheckResult.Failed) {
      return KINDS;
    }
    return sensor.missing();
  }

  @Override
  public synchronized long waitingBytes() {
    return sensor == null ? 0 : sensor.waitingBytes();
  }

  @Override
  public synchronized List<SensorLoss> losses() {
    return sensor == null ? List.of() : sensor.losses();
  }

  @Override
  public synchronized Map<Kind, Long> filtered() {
    return sensor == null ? Map.of() : sensor.filtered();
  }

  @Override
  public synchronized void close() {
    if (sensor != null) {
      sensor.close();
    }
  }
}
