package io.leukocyte.collector;

import io.leukocyte.events.SensorLoss;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Losses that have not been reported yet, summed by what was lost and why. A report that is lost
 * itself is put back, so that no loss is ever forgotten. Thread-safe.
 */
final class LossLedger {
  private static final int MOST = 1024;

  private final Map<Key, SensorLoss> losses = new LinkedHashMap<>();

  private record Key(String source, String kind, String reason) {}

  /**
   * Adds a loss.
   *
   * @param time unix nanoseconds, when it was noticed; also taken as from and to
   */
  void add(String source, String kind, String reason, long count, long time) {
    add(new SensorLoss(time, null, source, kind, reason, count, time, time));
  }

  /** Adds a loss to those of the same source, kind and reason. Beyond 1,024 of those: to one. */
  synchronized void add(SensorLoss loss) {
    Key key = new Key(loss.source(), loss.lostKind(), loss.reason());
    if (!losses.containsKey(key) && losses.size() >= MOST) {
      key = new Key("collector", Counters.ANY, "several");
    }
    losses.merge(key, named(key, loss), LossLedger::sum);
  }

  private static SensorLoss named(Key key, SensorLoss loss) {
    return new SensorLoss(
        loss.time(),
        loss.container(),
        key.source(),
        key.kind(),
        key.reason(),
        loss.count(),
        loss.from(),
        loss.to());
  }

  private static SensorLoss sum(SensorLoss a, SensorLoss b) {
    return new SensorLoss(
        Math.max(a.time(), b.time()),
        a.container() != null && a.container().equals(b.container()) ? a.container() : null,
        a.source(),
        a.lostKind(),
        a.reason(),
        a.count() + b.count(),
        Math.min(a.from(), b.from()),
        Math.max(a.to(), b.to()));
  }

  /** What has not been reported, and forgets it. */
  synchronized List<SensorLoss> drain() {
    List<SensorLoss> drained = new ArrayList<>(losses.values());
    losses.clear();
    return drained;
  }
}
