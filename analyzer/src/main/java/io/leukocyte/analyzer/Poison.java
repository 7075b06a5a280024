package io.leukocyte.analyzer;

import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Records at which detection itself failed. The failure rolls the task back; when the record comes
 * again it goes to the dead instead of failing forever. Shared by the threads of an analyzer.
 */
final class Poison {
  private static final int MOST = 1_000;

  private final Map<Place, String> reasons =
      new LinkedHashMap<>() {
        @Override
        protected boolean removeEldestEntry(Map.Entry<Place, String> eldest) {
          return size() > MOST;
        }
      };

  /**
   * Where a record stands.
   *
   * @param topic its topic
   * @param partition its partition
   * @param offset its offset
   */
  record Place(String topic, int partition, long offset) {
    @Override
    public String toString() {
      return topic + "-" + partition + "@" + offset;
    }
  }

  synchronized void add(Place place, String reason) {
    reasons.put(place, reason);
  }

  /** Why detection failed there; null when it did not. */
  synchronized @Nullable String reason(Place place) {
    return reasons.get(place);
  }
}
