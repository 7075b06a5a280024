package io.leukocyte.analyzer;

import io.leukocyte.events.HostId;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** What is remembered of a host. */
final class HostState {
  /** A batch that is earlier than the clock by more than this sets it back, nanoseconds. */
  static final long STEP_BACK = TimeUnit.MINUTES.toNanos(5);

  final HostId id;

  /** Stands for the host in the rows of its containers. */
  final int number;

  final Sequences sequences = new Sequences();
  final CaseFile caseFile = new CaseFile();

  /** The host's event time: the latest of its events, unix nanoseconds; 0 before the first. */
  long clock;

  /** The clock when its containers were last looked over. */
  long swept;

  @Nullable String hostname;

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
   * Moves the clock by a batch.
   *
   * @param newest its latest event, unix nanoseconds
   */
  void advance(long newest) {
    if (newest > clock || newest < clock - STEP_BACK) {
      clock = newest;
    }
  }
}
