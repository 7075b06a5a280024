package io.leukocyte.deploy;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.jvm.JvmGcMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import io.micrometer.core.instrument.binder.system.FileDescriptorMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.core.instrument.binder.system.UptimeMetrics;

/** What every role tells of its process: memory, collections, threads, CPU, files, build. */
final class ProcessMetrics implements AutoCloseable {
  private final JvmGcMetrics collections = new JvmGcMetrics();

  private ProcessMetrics() {}

  static ProcessMetrics bind(MeterRegistry registry) {
    ProcessMetrics metrics = new ProcessMetrics();
    metrics.collections.bindTo(registry);
    new JvmMemoryMetrics().bindTo(registry);
    new JvmThreadMetrics().bindTo(registry);
    new ProcessorMetrics().bindTo(registry);
    new FileDescriptorMetrics().bindTo(registry);
    new UptimeMetrics().bindTo(registry);
    Gauge.builder("leuko.build.info", () -> 1)
        .description("Always 1; the tags tell what runs.")
        .tag("version", Version.text())
        .tag("java", Runtime.version().toString())
        .register(registry);
    return metrics;
  }

  @Override
  public void close() {
    collections.close();
  }
}
