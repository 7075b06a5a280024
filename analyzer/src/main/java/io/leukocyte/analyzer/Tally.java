package io.leukocyte.analyzer;

import io.leukocyte.events.Kind;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.Map;
import java.util.function.ObjLongConsumer;

/** What the detector counted since it was last asked. One thread at a time. */
public final class Tally {
  /** What is counted besides events by kind. */
  public enum Count {
    /** Rows of kinds this reader does not know. */
    UNKNOWN_ROWS,
    /** Sections this reader does not know. */
    UNKNOWN_SECTIONS,
    /** Batches that came before and were dropped. */
    REPEATED_BATCHES,
    /** Batches that never came. */
    MISSING_BATCHES,
    /** Matches of rules, folded ones included. */
    MATCHES,
    /** Flows too old for the window they belong to; not counted into it. */
    LATE_FLOWS,
    /** Events far ahead of their host's others; their times are not believed. */
    AHEAD_EVENTS,
    /** Times that a host's events went on more than five minutes later or earlier. */
    CLOCK_STEPS,
    /** Containers forgotten because there were too many. */
    EVICTED_CONTAINERS,
    /** Hosts forgotten because there were too many. */
    EVICTED_HOSTS,
    /** Alerts no longer folded because a container had too many open. */
    EVICTED_FOLDS,
    /** Groups of correlations forgotten because there were too many. */
    EVICTED_GROUPS,
    /** Matches too old for the windows of the correlation they belong to. */
    LATE_MATCHES,
    /** Matches that lack a value which a correlation groups by, counts or adds up. */
    MATCHES_WITHOUT_VALUE,
    /** Matches let go before their time because a group of a correlation had too many. */
    CUT_MATCHES,
    /** Matches for a correlation that is not in force any more. */
    STRAY_MATCHES,
    /** Values of baselines that were not told because a container had too many within an hour. */
    CUT_VALUES,
    /** Observations of baselines for which there was no room for a profile. */
    REFUSED_PROFILES,
    /** Orders about profiles that were carried out. */
    PROFILE_ORDERS,
    /** Orders about profiles that were refused. */
    REFUSED_ORDERS,
    /** Egress limits in labels that cannot be read; the default holds. */
    INVALID_LABELS
  }

  private static final int KINDS =
      Arrays.stream(Kind.values()).mapToInt(Kind::code).max().orElse(0) + 1;

  private final Map<Count, Long> counts = new EnumMap<>(Count.class);
  private final long[] eventsByCode = new long[KINDS];

  Tally() {}

  void add(Count count, long more) {
    if (more != 0) {
      counts.merge(count, more, Long::sum);
    }
  }

  void event(Kind kind) {
    eventsByCode[kind.code()]++;
  }

  /** How often, since it was last taken. */
  public long of(Count count) {
    return counts.getOrDefault(count, 0L);
  }

  /** Events of a kind since they were last taken. */
  public long of(Kind kind) {
    return eventsByCode[kind.code()];
  }

  /** Hands over everything that is not zero, and begins again at zero. */
  void take(ObjLongConsumer<Kind> ofKind, ObjLongConsumer<Count> ofCount) {
    for (Kind kind : Kind.values()) {
      if (of(kind) != 0) {
        ofKind.accept(kind, of(kind));
      }
    }
    counts.forEach(ofCount::accept);
    Arrays.fill(eventsByCode, 0);
    counts.clear();
  }
}
