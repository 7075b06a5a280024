package io.leukocyte.indexer;

import io.leukocyte.events.BatchCursor;
import io.leukocyte.events.Kind;
import java.time.InstantSource;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Set;

/** Which events become documents. A sample is of the events' ids, hence the same each time. */
final class RawEvents {
  private static final long GOLDEN = 0x9e3779b97f4a7c15L;

  private final Selection.Events chosen;
  private final Set<Kind> kinds;
  private final LabelMemory labels;
  private final InstantSource clock;
  private final LeftOut leftOut;
  private long second;
  private int taken;

  /** Why an event that was chosen is left out. */
  enum Reason {
    /** More came in a second than {@code indexer.events-rate} allows. */
    RATE,
    /** The labels of its container are not known yet. */
    LABELS;

    /** As metrics have it. */
    String text() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** Hears of events that are left out. */
  interface LeftOut {
    /** Of one that was chosen. */
    void event(Reason reason);
  }

  RawEvents(Selection.Events chosen, LabelMemory labels, InstantSource clock, LeftOut leftOut) {
    this.chosen = chosen;
    this.kinds = chosen.kinds().isEmpty() ? Set.of() : EnumSet.copyOf(chosen.kinds());
    this.labels = labels;
    this.clock = clock;
    this.leftOut = leftOut;
  }

  /** Whether the row under the cursor becomes a document. */
  boolean takes(BatchCursor row) {
    return switch (chosen.mode()) {
      case OFF -> false;
      case SAMPLED -> kinds.contains(row.kind()) && isSample(row) && hasLabel(row) && isInRate();
      case FILTERED -> kinds.contains(row.kind()) && hasLabel(row) && isInRate();
    };
  }

  private boolean isSample(BatchCursor row) {
    long mixed = (row.epoch() * 31 + row.sequence()) * GOLDEN + row.index();
    mixed = (mixed ^ mixed >>> 32) * GOLDEN;
    return Long.remainderUnsigned(mixed ^ mixed >>> 29, chosen.oneOf()) == 0;
  }

  private boolean hasLabel(BatchCursor row) {
    if (chosen.label().isEmpty()) {
      return true;
    }
    if (row.container() == 0) {
      return false;
    }
    return switch (labels.events(row.containerRef(row.container()).id())) {
      case YES -> true;
      case NO -> false;
      case UNKNOWN -> {
        leftOut.event(Reason.LABELS);
        yield false;
      }
    };
  }

  private boolean isInRate() {
    long now = clock.instant().getEpochSecond();
    if (now != second) {
      second = now;
      taken = 0;
    }
    if (taken >= chosen.rate()) {
      leftOut.event(Reason.RATE);
      return false;
    }
    taken++;
    return true;
  }
}
