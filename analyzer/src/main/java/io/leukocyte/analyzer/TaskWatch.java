package io.leukocyte.analyzer;

import io.leukocyte.events.HostId;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * What a task tells of itself while it runs: how much it remembers, how old its last batch is,
 * which hosts it heard when. Its thread writes, gauges and checks read.
 */
final class TaskWatch {
  /** A host not heard for longer when its task starts is gone, not silent. */
  private static final Duration GONE = Duration.ofHours(1);

  private final int partition;
  private final Map<HostId, Heard> heard = new ConcurrentHashMap<>();
  private volatile int containers;
  private volatile int hosts;
  private volatile long lastBatch;
  private volatile long takenAt = Long.MAX_VALUE;

  /**
   * When a host was last heard.
   *
   * @param at by the analyzer's clock, unix milliseconds
   * @param clock latest time of the host's events by then, unix milliseconds
   */
  record Heard(long at, long clock) {}

  /** A task that has processed nothing yet. */
  TaskWatch(int partition) {
    this.partition = partition;
  }

  /** Partition of the events. */
  int partition() {
    return partition;
  }

  /** Takes the hosts that a restored state remembers; silence counts from now. */
  void begin(DetectorState state, long now) {
    takenAt = now;
    state
        .hosts()
        .forEach(host -> {
          long clock = millis(host.clock);
          if (now - clock < GONE.toMillis()) {
            heard.put(host.id, new Heard(now, Math.min(clock, now)));
          }
        });
    containers = state.containers();
    hosts = state.hosts().size();
  }

  /**
   * Takes note of a batch.
   *
   * @param timestamp when it was sent, unix milliseconds
   * @param now the analyzer's clock, unix milliseconds
   */
  void batch(DetectorState state, HostId host, long timestamp, long now) {
    HostState known = state.find(host);
    heard.put(host, new Heard(now, known == null ? now : millis(known.clock)));
    containers = state.containers();
    hosts = state.hosts().size();
    lastBatch = timestamp;
    takenAt = now;
  }

  private static long millis(long nanos) {
    return Math.floorDiv(nanos, 1_000_000L);
  }

  /** Forgets hosts that have been silent for so long that they are gone. */
  void forgetGone(long now) {
    heard.values().removeIf(last -> now - last.at() > GONE.toMillis());
  }

  Map<HostId, Heard> heard() {
    return heard;
  }

  int containers() {
    return containers;
  }

  int hosts() {
    return hosts;
  }

  /** When the batch processed last was sent, unix milliseconds; 0 before the first. */
  long lastBatch() {
    return lastBatch;
  }

  /** When it took the last batch or began, unix milliseconds; the far future before that. */
  long takenAt() {
    return takenAt;
  }
}
