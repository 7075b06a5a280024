package io.leukocyte.analyzer;

import io.leukocyte.events.HostId;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** What is remembered of a host. */
final class HostState {
  /** Events further from the clock than this are of a clock that was set, nanoseconds. */
  static final long STEP = TimeUnit.MINUTES.toNanos(5);

  final HostId id;

  /** Stands for the host in the rows of its containers. */
  final int number;

  final Sequences sequences = new Sequences();
  final CaseFile caseFile = new CaseFile();

  /** The host's event time: the latest of its events, unix nanoseconds; 0 before the first. */
  long clock;

  /**
   * Latest event of the last batch when it was ahead of the others and not believed; 0 when there
   * was none.
   */
  long ahead;

  /** Events of the open batch later than this are ahead: they do not move clock and windows. */
  long horizon = Long.MAX_VALUE;

  /** The clock when its containers were last looked over. */
  long swept;

  @Nullable String hostname;

  /** Which kinds it last said are missing, and for which rules; null when none were. */
  @Nullable String coverage;

  /** Its silence is told of; until it is heard again there is no more to say. */
  boolean silent;

  /** Found anew after a restore, like {@link #waiting}. */
  final List<ContainerState> containers = new ArrayList<>();

  /** Containers whose incident has changed since it was published. */
  final List<ContainerState> waiting = new ArrayList<>();

  boolean dirty;
  boolean caseDirty;

  HostState(HostId id, int number) {
    this.id = id;
    this.number = number;
  }

  /**
   * Looks at the times of a batch before its events. Some that are far ahead of the others are not
   * believed, unless the batch before had such, too: one wrong time must not age all that is
   * remembered. A batch that is ahead as a whole is: the clock was set, or there was a pause.
   *
   * @param oldest its earliest event, unix nanoseconds
   * @param newest its latest event
   */
  void expect(long oldest, long newest) {
    long furthest = clock > Long.MAX_VALUE - STEP ? Long.MAX_VALUE : clock + STEP;
    if (clock == 0 || newest <= furthest) {
      ahead = 0;
      horizon = Long.MAX_VALUE;
      return;
    }
    boolean again = ahead != 0 && Math.abs(newest - ahead) <= STEP;
    boolean believed = oldest > furthest || again;
    ahead = believed ? 0 : newest;
    horizon = believed ? Long.MAX_VALUE : furthest;
  }

  /** An event's time for what waits for the clock: not before it, nor further than is believed. */
  long believed(long time) {
    return Math.max(Math.min(time, horizon), clock);
  }

  /**
   * Moves the clock by a batch.
   *
   * @param newest its latest event that is believed, unix nanoseconds
   * @return how far the clock was set, if it was set and did not just go on; else 0
   */
  long advance(long newest) {
    long before = clock;
    if (newest > clock || newest < clock - STEP) {
      clock = newest;
    }
    long passed = clock - before;
    return before != 0 && Math.abs(passed) > STEP ? passed : 0;
  }
}
