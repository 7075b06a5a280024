package io.leukocyte.collector;

import io.leukocyte.events.Kind;
import io.leukocyte.events.SensorLoss;
import java.util.Map;

/** Counts and reports what the spool cannot give back. */
final class SpoolLosses implements Spool.Listener {
  /** Reason of losses by damage. */
  static final String DAMAGED = "spool-damaged";

  private static final String SOURCE = "spool";

  private final Counters counters;
  private final LossLedger losses;
  private final TimeSource time;

  SpoolLosses(Counters counters, LossLedger losses, TimeSource time) {
    this.counters = counters;
    this.losses = losses;
    this.time = time;
  }

  @Override
  public void inherited(Map<Kind, Long> counts) {
    counts.forEach(counters::inherited);
  }

  @Override
  public void damaged(Map<Kind, Long> counts, long from, long to) {
    long now = time.unixNanos();
    if (counts.isEmpty()) {
      losses.add(new SensorLoss(now, null, SOURCE, Counters.ANY, DAMAGED, 0, from, to));
    }
    counts.forEach((kind, count) -> {
      counters.lost(kind, DAMAGED, count);
      losses.add(new SensorLoss(now, null, SOURCE, kind.text(), DAMAGED, count, from, to));
    });
  }
}
