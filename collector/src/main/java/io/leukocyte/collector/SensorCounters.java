package io.leukocyte.collector;

import static io.leukocyte.collector.SensorLayout.COUNTER;
import static io.leukocyte.collector.SensorLayout.at;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import io.leukocyte.events.SensorLoss;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/**
 * What the sensor's programs made, kept and dropped, by kind; summed up over the processors. Once
 * the programs are quiet, made = kept + dropped for each kind.
 */
final class SensorCounters {
  private static final String RING = "ring";
  private static final List<Counted> ALL =
      List.of(
          new Counted(SensorLayout.EXEC, RING, "process.exec"),
          new Counted(SensorLayout.FORK, RING, "process.fork"),
          new Counted(SensorLayout.EXIT, RING, "process.exit"),
          new Counted(SensorLayout.CONNECT, RING, "net.connect"),
          new Counted(SensorLayout.SEND, RING, "net.connect"),
          new Counted(SensorLayout.CLOSE, RING, "net.flow"),
          new Counted(SensorLayout.COUNTER_PACKET, "flow-table", "net.flow"),
          new Counted(SensorLayout.COUNTER_TASK, "task-table", "process.exit"),
          new Counted(SensorLayout.COUNTER_CGROUP, "cgroup-table", "any"));

  /**
   * What is counted.
   *
   * @param number of {@link SensorLayout}
   * @param source where there may be no room
   * @param kind of the event that is then missing
   */
  private record Counted(int number, String source, String kind) {
    private boolean isRecord() {
      return source.equals(RING);
    }
  }

  private final BpfObject object;
  private final BootClock clock;
  private final long[] dropped = new long[SensorLayout.COUNTERS];
  private long missed;
  private long since;

  SensorCounters(BpfObject object, BootClock clock) {
    this.object = object;
    this.clock = clock;
    this.since = clock.now();
  }

  /**
   * One kind's figures since the sensor was loaded.
   *
   * @param made records made
   * @param kept records that user space could read, or will
   * @param dropped records for which there was no room
   */
  record Count(long made, long kept, long dropped) {}

  /** The figures of a kind of {@link SensorLayout}. */
  Count count(int kind) {
    Libbpf libbpf = object.libbpf();
    int processors = libbpf.possibleCpus();
    long made = 0;
    long kept = 0;
    long lost = 0;
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment values = arena.allocate(COUNTER, processors);
      MemorySegment key = arena.allocateFrom(JAVA_INT, kind);
      int result = libbpf.lookup(object.fd("counters"), key, values);
      if (result < 0) {
        throw new IllegalStateException("Cannot read the sensor's counters: errno " + -result);
      }
      for (int i = 0; i < processors; i++) {
        long base = i * COUNTER.byteSize();
        made += values.get(JAVA_LONG, base + at(COUNTER, "made"));
        kept += values.get(JAVA_LONG, base + at(COUNTER, "kept"));
        lost += values.get(JAVA_LONG, base + at(COUNTER, "dropped"));
      }
    }
    return new Count(made, kept, lost);
  }

  /** Records of all kinds that were made. */
  long total() {
    long made = 0;
    for (Counted kind : ALL) {
      made += kind.isRecord() ? count(kind.number()).made() : 0;
    }
    return made;
  }

  /** Records of all kinds that found no room in the ring. */
  long dropped() {
    long lost = 0;
    for (Counted kind : ALL) {
      lost += kind.isRecord() ? count(kind.number()).dropped() : 0;
    }
    return lost;
  }

  /** What was lost since the last call, by kind; empty when nothing was. */
  synchronized List<SensorLoss> losses() {
    List<SensorLoss> losses = new ArrayList<>();
    long now = clock.now();
    for (Counted kind : ALL) {
      long all = count(kind.number()).dropped();
      long fresh = all - dropped[kind.number()];
      if (fresh > 0) {
        losses.add(loss(kind.source, kind.kind, "full", fresh, now));
      }
      dropped[kind.number()] = all;
    }
    long skipped = object.missed();
    if (skipped > missed) {
      losses.add(loss("program", "any", "busy", skipped - missed, now));
    }
    missed = skipped;
    since = now;
    return losses;
  }

  private SensorLoss loss(String source, String kind, String reason, long count, long now) {
    return new SensorLoss(
        clock.time(now), null, source, kind, reason, count, clock.time(since), clock.time(now));
  }
}
