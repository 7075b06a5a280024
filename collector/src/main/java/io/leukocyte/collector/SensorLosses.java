package io.leukocyte.collector;

import static io.leukocyte.collector.SensorLayout.LOSS_KEY;
import static io.leukocyte.collector.SensorLayout.at;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import io.leukocyte.events.ContainerId;
import io.leukocyte.events.ContainerRef;
import io.leukocyte.events.SensorLoss;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the sensor's programs lost, by kind and container, each record reported once. The kernel
 * counts a record before it notes whose it was, so what nobody was named for waits one call.
 */
final class SensorLosses {
  private static final int BATCH = 1024;
  private static final String FULL = "full";
  private static final String THINNED = "thinned";

  private final BpfObject object;
  private final SensorCounters counters;
  private final BootClock clock;
  private final Ledger dropped = new Ledger();
  private final Ledger thinned = new Ledger();
  private long missed;
  private long since;

  SensorLosses(BpfObject object, SensorCounters counters, BootClock clock) {
    this.object = object;
    this.counters = counters;
    this.clock = clock;
    this.since = clock.now();
  }

  /** What was reported of each counter, and what nobody was named for yet. */
  private static final class Ledger {
    private final long[] reported = new long[SensorLayout.COUNTERS];
    private final long[] nameless = new long[SensorLayout.COUNTERS];

    /** How many are reported without a container now. */
    long settle(SensorCounters.Counted kind, long all) {
      int number = kind.number();
      long open = all - reported[number];
      long now = kind.isRecord() ? Math.min(open, nameless[number]) : open;
      reported[number] += now;
      nameless[number] = open - now;
      return now;
    }
  }

  /**
   * Records of one container.
   *
   * @param container null: of the host
   */
  private record Taken(@Nullable ContainerId container, int counter, boolean thinned, long count) {}

  /** What was lost since the last call; empty when nothing was. */
  synchronized List<SensorLoss> take() {
    List<SensorLoss> losses = new ArrayList<>();
    long now = clock.now();
    for (Taken taken : taken()) {
      SensorCounters.Counted kind = counted(taken.counter());
      (taken.thinned() ? thinned : dropped).reported[taken.counter()] += taken.count();
      losses.add(
          loss(
              taken.container(),
              kind.source(),
              kind.kind(),
              taken.thinned() ? THINNED : FULL,
              taken.count(),
              now));
    }
    for (SensorCounters.Counted kind : SensorCounters.ALL) {
      SensorCounters.Count count = counters.count(kind.number());
      add(losses, kind, FULL, dropped.settle(kind, count.dropped()), now);
      add(losses, kind, THINNED, thinned.settle(kind, count.thinned()), now);
    }
    long skipped = object.missed();
    if (skipped > missed) {
      losses.add(loss(null, "program", "any", "busy", skipped - missed, now));
    }
    missed = skipped;
    since = now;
    return losses;
  }

  private void add(
      List<SensorLoss> losses, SensorCounters.Counted kind, String reason, long count, long now) {
    if (count > 0) {
      losses.add(loss(null, kind.source(), kind.kind(), reason, count, now));
    }
  }

  private static SensorCounters.Counted counted(int number) {
    return SensorCounters.ALL.stream()
        .filter(kind -> kind.number() == number)
        .findFirst()
        .orElseThrow(() -> new IllegalStateException("The sensor lost records of kind " + number));
  }

  private List<Taken> taken() {
    List<Taken> taken = new ArrayList<>();
    Libbpf libbpf = object.libbpf();
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment keys = arena.allocate(LOSS_KEY, BATCH);
      MemorySegment values = arena.allocate(JAVA_LONG, BATCH);
      MemorySegment position = arena.allocate(JAVA_LONG);
      MemorySegment count = arena.allocate(JAVA_INT);
      MemorySegment from = MemorySegment.NULL;
      int result;
      do {
        count.set(JAVA_INT, 0, BATCH);
        result =
            libbpf.lookupAndDeleteBatch(
                object.fd("losses_of"), from, position, keys, values, count);
        if (result < 0 && result != -LibC.ENOENT) {
          throw new IllegalStateException(
              "Cannot read whose records the sensor lost: errno " + -result);
        }
        for (int i = 0; i < count.get(JAVA_INT, 0); i++) {
          taken.add(
              taken(
                  keys.asSlice(i * LOSS_KEY.byteSize(), LOSS_KEY.byteSize()),
                  values.getAtIndex(JAVA_LONG, i)));
        }
        from = position;
      } while (result == 0);
    }
    return taken;
  }

  private static Taken taken(MemorySegment key, long count) {
    byte[] id = RecordText.bytes(key, at(LOSS_KEY, "container"), SensorLayout.CONTAINER_ID_SIZE);
    return new Taken(
        id[0] == 0 ? null : new ContainerId(new String(id, StandardCharsets.US_ASCII)),
        key.get(JAVA_INT, at(LOSS_KEY, "counter")),
        key.get(JAVA_INT, at(LOSS_KEY, "thinned")) != 0,
        count);
  }

  private SensorLoss loss(
      @Nullable ContainerId container,
      String source,
      String kind,
      String reason,
      long count,
      long now) {
    return new SensorLoss(
        clock.time(now),
        container == null ? null : ContainerRef.unknown(container),
        source,
        kind,
        reason,
        count,
        clock.time(since),
        clock.time(now));
  }
}
