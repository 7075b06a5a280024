package io.leukocyte.indexer;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.leukocyte.events.BatchCursor;
import io.leukocyte.events.HostId;
import io.leukocyte.events.Kind;
import io.leukocyte.events.SensorHeartbeat;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * What each host's sensor sent since its last document. A document stands for a period of event
 * time, and the first heartbeat in it makes it. What lies between two of them is known where every
 * batch in between was seen; after a start, after another member of the group had the host, or
 * after a loss it is left out until the next document.
 */
final class SensorPeriods {
  private static final int MOST_HOSTS = 20_000;

  private final long length;
  private final Map<HostId, Host> hosts = new LinkedHashMap<>(16, 0.75f, true);
  private @Nullable Host at;

  /** A host, as far as its batches were seen. */
  private static final class Host {
    long epoch = -1;
    long next = -1;
    boolean repeated;
    long number = Long.MIN_VALUE;
    @Nullable SensorHeartbeat last;
    Map<Kind, LongAdder> counts = new EnumMap<>(Kind.class);
  }

  /**
   * Periods.
   *
   * @param length of one, nanoseconds; 0 makes one of each heartbeat
   */
  SensorPeriods(long length) {
    this.length = length;
  }

  boolean isPeriodic() {
    return length > 0;
  }

  /** The number of the period that a time lies in; 0 where there are none. */
  long number(long time) {
    return length > 0 ? Math.floorDiv(time, length) : 0;
  }

  /** Begins with a batch. */
  void open(BatchCursor batch) {
    Host host = hosts.computeIfAbsent(batch.host(), id -> new Host());
    if (hosts.size() > MOST_HOSTS) {
      hosts.remove(hosts.keySet().iterator().next());
    }
    host.repeated = host.epoch == batch.epoch() && batch.sequence() < host.next;
    if (!host.repeated) {
      if (host.epoch != batch.epoch() || host.next != batch.sequence()) {
        host.last = null;
        host.counts = new EnumMap<>(Kind.class);
      }
      host.epoch = batch.epoch();
      host.next = batch.sequence() + 1;
    }
    at = host;
  }

  /** Counts an event of the batch. */
  void count(Kind kind) {
    Host host = at;
    if (host != null && !host.repeated) {
      host.counts.computeIfAbsent(kind, k -> new LongAdder()).increment();
    }
  }

  /** Is done with the batch. */
  void close() {
    at = null;
  }

  /**
   * Takes a heartbeat of the batch.
   *
   * @return the period it begins; null when it lies in one that has a document
   */
  @Nullable Period beat(SensorHeartbeat beat) {
    Host host = at;
    if (host == null || host.repeated) {
      return null;
    }
    long number = number(beat.time());
    if (isPeriodic() && number == host.number) {
      return null;
    }
    SensorHeartbeat last = host.last;
    Period period = new Period(number, last == null ? null : new Since(last, beat, host.counts));
    host.number = number;
    host.last = beat;
    host.counts = new EnumMap<>(Kind.class);
    return period;
  }

  /**
   * A period that begins.
   *
   * @param number its number
   * @param since what was sent since the last one began; null when that is not known
   */
  record Period(long number, @Nullable Since since) {
    /** The object {@code leukocyte.sensor}; docs/elasticsearch.md has its fields. */
    ObjectNode tree() {
      ObjectNode tree = JsonNodeFactory.instance.objectNode();
      if (since != null) {
        since.put(tree);
      }
      return tree;
    }
  }

  /**
   * What was sent between two heartbeats of one collector.
   *
   * @param before the first
   * @param beat the second
   * @param counts events between them by kind; not changed any more
   */
  record Since(SensorHeartbeat before, SensorHeartbeat beat, Map<Kind, LongAdder> counts) {
    void put(ObjectNode tree) {
      tree.put("period", beat.time() - before.time());
      tree.put("received", beat.received() - before.received());
      tree.put("published", beat.published() - before.published());
      tree.put("filtered", beat.filtered() - before.filtered());
      tree.put("lost", beat.lost() - before.lost());
      counts.forEach((kind, count) -> {
        int dot = kind.text().indexOf('.');
        tree.withObject("/events/" + kind.text().substring(0, dot))
            .put(kind.text().substring(dot + 1), count.sum());
      });
    }
  }
}
