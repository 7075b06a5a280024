package io.leukocyte.collector;

import io.leukocyte.events.Event;
import io.leukocyte.events.Kind;
import io.leukocyte.events.SensorLoss;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/** What a batch holds, beside its bytes. Filled by one thread at a time, then only read. */
final class Batch {
  private final Map<Kind, Integer> counts = new EnumMap<>(Kind.class);
  private final List<SensorLoss> losses = new ArrayList<>(0);
  private final Marks marks = new Marks();
  private byte[] bytes = new byte[0];
  private long opened;

  /** Notes an event that was put in. */
  void note(Event event) {
    counts.merge(event.kind(), 1, Integer::sum);
    if (event instanceof SensorLoss loss) {
      losses.add(loss);
    }
    marks.note(event);
  }

  /** Closes it. */
  Batch finished(byte[] content, long openedTicks) {
    bytes = content;
    opened = openedTicks;
    return this;
  }

  /** The batch as it is published. */
  byte[] bytes() {
    return bytes;
  }

  /** When its first event came, by {@link TimeSource#ticks}. */
  long opened() {
    return opened;
  }

  /** The reports of losses in it. */
  List<SensorLoss> losses() {
    return losses;
  }

  /** How far it takes each source. */
  Marks marks() {
    return marks;
  }

  /** How many events of each kind there are. */
  Map<Kind, Integer> counts() {
    return counts;
  }
}
