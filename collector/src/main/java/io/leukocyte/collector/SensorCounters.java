package io.leukocyte.collector;

import static io.leukocyte.collector.SensorLayout.COUNTER;
import static io.leukocyte.collector.SensorLayout.at;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import io.leukocyte.events.Kind;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/**
 * What the sensor's programs made, kept, dropped and thinned, by kind; summed up over the
 * processors. Once the programs are quiet, made = kept + dropped + thinned + filtered for each
 * kind.
 */
final class SensorCounters {
  private static final String RING = "ring";

  /** All that is counted. */
  static final List<Counted> ALL = all();

  private final BpfObject object;

  SensorCounters(BpfObject object) {
    this.object = object;
  }

  private static List<Counted> all() {
    List<Counted> all =
        new ArrayList<>(
            List.of(
                new Counted(SensorLayout.EXEC, RING, "process.exec"),
                new Counted(SensorLayout.FORK, RING, "process.fork"),
                new Counted(SensorLayout.EXIT, RING, "process.exit"),
                new Counted(SensorLayout.CONNECT, RING, "net.connect"),
                new Counted(SensorLayout.SEND, RING, "net.connect"),
                new Counted(SensorLayout.CLOSE, RING, "net.flow"),
                new Counted(SensorLayout.ANSWER, RING, "dns.answer"),
                new Counted(SensorLayout.COUNTER_PACKET, "flow-table", "net.flow"),
                new Counted(SensorLayout.COUNTER_TASK, "task-table", "process.exit"),
                new Counted(SensorLayout.COUNTER_CGROUP, "cgroup-table", "any")));
    for (Kind kind : TracedCalls.kinds()) {
      all.add(new Counted(counterOf(kind), RING, kind.text()));
    }
    return List.copyOf(all);
  }

  /** The counter of the system calls that become events of a kind. */
  static int counterOf(Kind kind) {
    return SensorLayout.COUNTER_CALL + TracedCalls.classOf(kind);
  }

  /**
   * What is counted.
   *
   * @param number of {@link SensorLayout}
   * @param source where there may be no room
   * @param kind of the event that is then missing
   */
  record Counted(int number, String source, String kind) {
    /** Whether it counts records, which the ring may have no room for. */
    boolean isRecord() {
      return source.equals(RING);
    }
  }

  /**
   * One kind's figures since the sensor was loaded.
   *
   * @param made records made
   * @param kept records that user space could read, or will
   * @param dropped records for which there was no room
   * @param thinned records that gave way to those of other containers
   * @param filtered records that nobody asked for
   */
  record Count(long made, long kept, long dropped, long thinned, long filtered) {
    /** Records that nobody will read. */
    long lost() {
      return dropped + thinned;
    }
  }

  /** The figures of a kind of {@link SensorLayout}. */
  Count count(int kind) {
    Libbpf libbpf = object.libbpf();
    int processors = libbpf.possibleCpus();
    long made = 0;
    long kept = 0;
    long dropped = 0;
    long thinned = 0;
    long filtered = 0;
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
        dropped += values.get(JAVA_LONG, base + at(COUNTER, "dropped"));
        thinned += values.get(JAVA_LONG, base + at(COUNTER, "thinned"));
        filtered += values.get(JAVA_LONG, base + at(COUNTER, "filtered"));
      }
    }
    return new Count(made, kept, dropped, thinned, filtered);
  }

  /** Records of all kinds that were made and not left out. */
  long total() {
    long all = 0;
    for (Counted kind : ALL) {
      Count count = count(kind.number());
      all += kind.isRecord() ? count.made() - count.filtered() : 0;
    }
    return all;
  }

  /** Records of all kinds that nobody will read. */
  long lost() {
    long lost = 0;
    for (Counted kind : ALL) {
      lost += kind.isRecord() ? count(kind.number()).lost() : 0;
    }
    return lost;
  }
}
