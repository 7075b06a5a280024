package io.leukocyte.collector;

import io.leukocyte.events.ContainerId;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;

/**
 * Containers that began before anything was known of them, and those that were removed lately.
 * Facts are asked for beside the engine's events and may come late: of a container that is removed
 * by then nothing can be read any more. Bounded; the oldest are forgotten. Safe for use by several
 * threads.
 */
final class Comings {
  private static final int MOST = 4_096;

  private final Map<ContainerId, Long> unknown = new LinkedHashMap<>();
  private final Set<ContainerId> gone = new LinkedHashSet<>();

  /**
   * It runs, and nothing else is known of it.
   *
   * @param time now, unix nanoseconds
   */
  synchronized void begun(ContainerId id, long time) {
    unknown.put(id, time);
    bound(unknown.keySet());
  }

  /**
   * Facts of it have come.
   *
   * @return whether they are of use: it is not removed
   */
  synchronized boolean known(ContainerId id) {
    unknown.remove(id);
    return !gone.contains(id);
  }

  /**
   * It is removed.
   *
   * @return since when it ran, unix nanoseconds, if nothing has been known of it until now
   */
  synchronized OptionalLong removed(ContainerId id) {
    gone.add(id);
    bound(gone);
    Long begun = unknown.remove(id);
    return begun == null ? OptionalLong.empty() : OptionalLong.of(begun);
  }

  private static void bound(Set<ContainerId> ids) {
    if (ids.size() > MOST) {
      Iterator<ContainerId> oldest = ids.iterator();
      oldest.next();
      oldest.remove();
    }
  }
}
