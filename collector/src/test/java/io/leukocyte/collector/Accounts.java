package io.leukocyte.collector;

import static org.assertj.core.api.Assertions.assertThat;

import io.leukocyte.events.Kind;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.file.Path;
import java.util.List;

/** The accounts of collectors at the end of a test, whatever it was about. */
final class Accounts {
  private Accounts() {}

  /**
   * Ends collectors that worked one after the other on a data folder. Of each kind none of them has
   * published, left out and lost more than it received; of the last one received = published +
   * filtered + lost, but for what lies in the spool for the next.
   *
   * @param data the folder of the host's roles
   */
  static void close(List<Collector> collectors, Path data) {
    collectors.forEach(Collector::close);
    for (Collector collector : collectors) {
      for (Kind kind : Kind.values()) {
        Counters.Totals totals = collector.totals(kind);
        assertThat(totals.pending()).as("%s: %s", kind, totals).isNotNegative();
      }
    }
    if (!collectors.isEmpty()) {
      Counters.Totals totals = collectors.getLast().totals();
      if (isSpoolEmpty(data.resolve("collector/spool"))) {
        assertThat(totals.pending()).as("%s", totals).isZero();
      } else {
        assertThat(totals.pending()).as("%s, and some are spooled", totals).isPositive();
      }
    }
  }

  private static boolean isSpoolEmpty(Path folder) {
    Counters counters = new Counters(new SimpleMeterRegistry());
    try (Spool spool =
        new Spool(
            folder,
            new Spool.Limits(1L << 40, 0),
            Disk.REAL,
            new SpoolLosses(counters, new LossLedger(), TimeSource.SYSTEM))) {
      spool.open();
      return !spool.hasUnread();
    }
  }
}
