package io.leukocyte.indexer;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.util.concurrent.TimeUnit;

/** What the indexer counts. */
final class Meters {
  private final MeterRegistry registry;
  private final Timer bulk;

  Meters(MeterRegistry registry) {
    this.registry = registry;
    this.bulk = registry.timer("leuko.indexer.bulk");
  }

  /** Documents by what became of them: created, known, rejected. */
  void documents(DataStream stream, String result) {
    registry
        .counter("leuko.indexer.documents", "stream", stream.text(), "result", result)
        .increment();
  }

  /** A record that is not what its topic holds. */
  void unreadable(String topic) {
    registry.counter("leuko.indexer.unreadable", "topic", topic).increment();
  }

  /** A bulk request, or a part of one, that has to be sent again. */
  void retry() {
    registry.counter("leuko.indexer.retries").increment();
  }

  void bulkTook(long nanos) {
    bulk.record(nanos, TimeUnit.NANOSECONDS);
  }
}
