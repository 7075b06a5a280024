package io.leukocyte.collector;

import io.leukocyte.events.ContainerId;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Where the names of a container's users come from. May take long; thread-safe. */
@FunctionalInterface
interface UserLookup {
  /** Knows none. */
  UserLookup NONE = (container, pids, before) -> new Look.Refused("no names are looked up");

  /** What came of it. */
  sealed interface Look {
    /** The users there are; the same object as before when nothing has changed. */
    record Found(Users users) implements Look {}

    /** None of the processes is there, or is in the container's own files yet. */
    record Gone() implements Look {}

    /** It cannot be known here. */
    record Refused(String reason) implements Look {}
  }

  /**
   * Looks.
   *
   * @param container null is the host
   * @param pids processes that may be the container's, on the host
   * @param before what was known; null when nothing was
   */
  Look look(@Nullable ContainerId container, List<Integer> pids, @Nullable Users before);
}
