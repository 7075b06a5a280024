package io.leukocyte.collector;

import io.leukocyte.engine.LogLine;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;

/** What is counted of the lines of containers, beside {@link Counters}. */
final class LogMeters {
  private final MeterRegistry meters;
  private final Counter truncated;
  private final Counter damaged;

  LogMeters(MeterRegistry meters) {
    this.meters = meters;
    truncated =
        Counter.builder("leuko.collector.logs.truncated")
            .description("Lines of logs that were cut to their bound")
            .register(meters);
    damaged =
        Counter.builder("leuko.collector.logs.damaged")
            .description("Bytes of log files that are not entries of a log")
            .baseUnit("bytes")
            .register(meters);
  }

  /** The lines of one source, file or api. */
  final class Source {
    private final Counter lines;
    private final Counter bytes;

    private Source(String source) {
      lines =
          Counter.builder("leuko.collector.logs.lines")
              .description("Lines of logs that were read")
              .tag("source", source)
              .register(meters);
      bytes =
          Counter.builder("leuko.collector.logs.read")
              .description("Text of the lines that were read, before they were cut")
              .baseUnit("bytes")
              .tag("source", source)
              .register(meters);
    }

    void line(LogLine line) {
      lines.increment();
      bytes.increment((double) line.originalBytes());
      if (line.truncated()) {
        truncated.increment();
      }
    }
  }

  Source source(String name) {
    return new Source(name);
  }

  void damaged(long bytes) {
    damaged.increment((double) bytes);
  }

  /** Lines that were lost before they could be read; a loss of an unknown number counts as one. */
  void lost(String reason, long count) {
    Counter.builder("leuko.collector.logs.lost")
        .description("Lines of logs that were gone before they were read, or too many; at least")
        .tag("reason", reason)
        .register(meters)
        .increment((double) Math.max(1, count));
  }
}
