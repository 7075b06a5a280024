package io.leukocyte.collector;

import io.leukocyte.engine.Engine;
import io.leukocyte.events.CheckResult;
import io.leukocyte.events.Event;
import io.leukocyte.events.Kind;
import io.leukocyte.events.SensorLoss;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The kernel sensor where it works and is wanted; else the fallback sensor, if that is. */
final class SensorSource implements EventSource {
  private static final Logger LOG = LoggerFactory.getLogger(SensorSource.class);

  private final CollectorSettings.SensorMode mode;
  private final KernelSource kernel;
  private final FallbackSource fallback;
  private volatile boolean reduced;

  SensorSource(CollectorSettings.Sensor settings, Engine engine) {
    this.mode = settings.mode();
    this.kernel = new KernelSource(settings);
    this.fallback = new FallbackSource(settings, engine);
  }

  private EventSource active() {
    return reduced ? fallback : kernel;
  }

  @Override
  public void start(Consumer<? super Event> next) {
    switch (mode) {
      case OFF, EBPF -> kernel.start(next);
      case FALLBACK -> startFallback(next);
      case AUTO -> {
        kernel.start(next);
        if (!kernel.runs()) {
          startFallback(next);
        }
      }
    }
  }

  private void startFallback(Consumer<? super Event> next) {
    try {
      fallback.start(next);
      reduced = true;
    } catch (LinkageError | RuntimeException e) {
      fallback.close(); // native access is not allowed, or this is no Linux
      LOG.warn("There is no sensor of processes: {}", e.toString());
      reduced = mode == CollectorSettings.SensorMode.FALLBACK;
    }
  }

  @Override
  public void observe(Interest interest) {
    kernel.observe(interest);
    fallback.observe(interest);
  }

  /** Of the fallback sensor it also says why the kernel sensor does not work. */
  @Override
  public CheckResult check() {
    CheckResult active = active().check();
    if (reduced
        && mode == CollectorSettings.SensorMode.AUTO
        && active instanceof CheckResult.Degraded fallen
        && kernel.check() instanceof CheckResult.Degraded why) {
      return new CheckResult.Degraded(
          why.name(), why.problem() + "; " + fallen.problem(), why.todo());
    }
    return active;
  }

  @Override
  public List<Kind> missing() {
    return active().missing();
  }

  @Override
  public long waitingBytes() {
    return kernel.waitingBytes();
  }

  @Override
  public List<SensorLoss> losses() {
    return active().losses();
  }

  @Override
  public Map<Kind, Long> filtered() {
    return active().filtered();
  }

  @Override
  public void close() {
    kernel.close();
    if (reduced) {
      fallback.close();
    }
  }
}
