package io.leukocyte.deploy;

import java.io.IOException;

/** Collector, analyzer and responder while a bench measures them. */
interface MeasuredRoles extends AutoCloseable {
  /** All that they count, in the form of Prometheus. */
  String metrics() throws IOException, InterruptedException;

  /** Events of the collector by what became of them: received, published, filtered, lost. */
  static long events(String metrics, String result) {
    String label = "result=\"" + result + "\"";
    return (long) BenchProcess.sum(metrics, "leuko_collector_events_total", label);
  }

  @Override
  void close();
}
