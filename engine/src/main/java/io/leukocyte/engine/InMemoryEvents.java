package io.leukocyte.engine;

import io.leukocyte.events.ContainerLifecycle;
import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/** The last events of the {@link InMemoryEngine}, as many as Docker keeps; its lock guards it. */
final class InMemoryEvents {
  /** How many events Docker can replay. */
  static final int KEPT = 256;

  private final Deque<Entry> kept = new ArrayDeque<>();
  private long count;
  private boolean forgot;

  /**
   * An event.
   *
   * @param number counted from 0
   */
  record Entry(long number, ContainerLifecycle event) {}

  void add(ContainerLifecycle event) {
    kept.add(new Entry(count++, event));
    if (kept.size() > KEPT) {
      kept.remove();
      forgot = true;
    }
  }

  /** The engine was restarted. */
  void forget() {
    kept.clear();
    forgot = true;
  }

  /** The number of the next event. */
  long next() {
    return count;
  }

  /** The first event from that number on that is kept; null when there is none yet. */
  @Nullable Entry from(long number) {
    for (Entry entry : kept) {
      if (entry.number() >= number) {
        return entry;
      }
    }
    return null;
  }

  /** The first event after that time that is kept; null when there is none yet. */
  @Nullable Entry after(long time) {
    for (Entry entry : kept) {
      if (entry.event().time() > time) {
        return entry;
      }
    }
    return null;
  }

  /** Whether nothing after that time was forgotten, as far as one can tell. */
  boolean covers(long time) {
    Entry oldest = kept.peek();
    return !forgot || (oldest != null && oldest.event().time() <= time);
  }
}
