package io.leukocyte.collector;

import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/** Meters of batches on their way: sizes, times, what waits in memory and on disk. */
final class OutboxMeters {
  private static final Duration[] TIMES = {
    Duration.ofMillis(5),
    Duration.ofMillis(10),
    Duration.ofMillis(25),
    Duration.ofMillis(50),
    Duration.ofMillis(100),
    Duration.ofMillis(250),
    Duration.ofSeconds(1),
    Duration.ofSeconds(10)
  };

  private final MeterRegistry meters;
  private final DistributionSummary events;
  private final DistributionSummary bytes;
  private final Timer latency;
  private final Timer send;

  OutboxMeters(MeterRegistry meters) {
    this.meters = meters;
    events =
        DistributionSummary.builder("leuko.collector.batch.events")
            .description("Events of a batch")
            .serviceLevelObjectives(1, 2, 5, 10, 20, 50, 100, 200)
            .register(meters);
    bytes =
        DistributionSummary.builder("leuko.collector.batch.size")
            .description("Size of a batch before it is compressed")
            .baseUnit("bytes")
            .serviceLevelObjectives(256, 1 << 10, 4 << 10, 16 << 10, 64 << 10, 256 << 10)
            .register(meters);
    latency =
        Timer.builder("leuko.collector.batch.latency")
            .description("From the first event of a batch until the batch is stored")
            .serviceLevelObjectives(TIMES)
            .register(meters);
    send =
        Timer.builder("leuko.collector.send.latency")
            .description("From handing a batch to the publisher until it is stored")
            .serviceLevelObjectives(TIMES)
            .register(meters);
  }

  /** Shows what waits. */
  void watch(Outbox outbox, Spool spool, TimeSource time) {
    gauge("backlog", "bytes", "Batches neither stored nor on disk", outbox, Outbox::backlog);
    gauge("spool.used", "bytes", "Segments of the spool", spool, Spool::bytes);
    gauge("spool.limit", "bytes", "Most bytes of the spool", spool, Spool::limit);
    gauge("spool.segments", null, "Files of the spool", spool, Spool::segments);
    gauge(
        "spool.oldest.age",
        "seconds",
        "Age of the oldest event in the spool",
        spool,
        s -> s.oldest() == 0 ? 0 : (time.unixNanos() - s.oldest()) / 1e9);
  }

  private <T> void gauge(
      String name, @Nullable String unit, String text, T of, ToDoubleFunction<T> value) {
    Gauge.builder("leuko.collector." + name, of, value)
        .description(text)
        .baseUnit(unit)
        .register(meters);
  }

  /** A batch was finished. */
  void made(Batch batch) {
    events.record(batch.counts().values().stream().mapToInt(Integer::intValue).sum());
    bytes.record(batch.bytes().length);
  }

  /**
   * A batch is stored.
   *
   * @param sent nanoseconds since it was handed over
   * @param opened nanoseconds since its first event; below 0 when it came from disk
   */
  void stored(long sent, long opened) {
    send.record(sent, TimeUnit.NANOSECONDS);
    if (opened >= 0) {
      latency.record(opened, TimeUnit.NANOSECONDS);
    }
  }
}
