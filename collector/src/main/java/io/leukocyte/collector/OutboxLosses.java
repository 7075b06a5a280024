package io.leukocyte.collector;

import io.leukocyte.events.BatchCursor;
import io.leukocyte.events.Kind;
import io.leukocyte.events.MalformedBatchException;
import io.leukocyte.events.SensorLoss;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What becomes of a batch that is lost: its events are counted by kind and reported. */
final class OutboxLosses {
  private static final Logger LOG = LoggerFactory.getLogger(OutboxLosses.class);

  private final Counters counters;
  private final LossLedger losses;
  private final TimeSource time;

  OutboxLosses(Counters counters, LossLedger losses, TimeSource time) {
    this.counters = counters;
    this.losses = losses;
    this.time = time;
  }

  /** Counts what is in a batch as lost, and reports again the losses that it told of. */
  void lose(OutboxEntry entry, String reason) {
    long now = time.unixNanos();
    entry
        .counts()
        .forEach((kind, count) -> {
          counters.lost(kind, reason, count);
          if (kind != Kind.SENSOR_LOSS) {
            losses.add(
                new SensorLoss(
                    now, null, "batch", kind.text(), reason, count, entry.from(), entry.to()));
          }
        });
    if (entry.counts().containsKey(Kind.SENSOR_LOSS)) {
      reportsIn(entry.bytes()).forEach(losses::add);
    }
  }

  private static List<SensorLoss> reportsIn(byte[] batch) {
    List<SensorLoss> reports = new ArrayList<>();
    try {
      BatchCursor cursor = BatchCursor.over(batch);
      while (cursor.next()) {
        if (cursor.kind() == Kind.SENSOR_LOSS && cursor.event() instanceof SensorLoss loss) {
          reports.add(loss);
        }
      }
    } catch (MalformedBatchException e) {
      LOG.warn("Reports of losses are lost: {}", e.getMessage());
    }
    return reports;
  }
}
