package io.leukocyte.collector;

import io.leukocyte.events.Event;
import io.leukocyte.events.Kind;
import java.util.EnumMap;
import java.util.Map;

/** What a batch holds, beside its bytes. Filled by one thread at a time, then only read. */
final class Batch {
  private final Map<Kind, Count> counts = new EnumMap<>(Kind.class);
  private final Marks marks;
  private long from = Long.MAX_VALUE;
  private long to;
  private byte[] bytes = new byte[0];
  private long epoch;
  private long sequence;
  private long opened;
  private long openedAt;

  /** How many events of a kind. */
  private static final class Count {
    private int events;
  }

  Batch(LogPlaces places) {
    marks = new Marks(places);
  }

  /** Notes an event that was put in. */
  void note(Event event) {
    counts.computeIfAbsent(event.kind(), kind -> new Count()).events++;
    from = Math.min(from, event.time());
    to = Math.max(to, event.time());
    marks.note(event);
  }

  /** Its first event comes now: by {@link TimeSource#ticks} and in unix nanoseconds. */
  void opened(long ticks, long unixNanos) {
    opened = ticks;
    openedAt = unixNanos;
  }

  /** Closes it. */
  Batch finished(byte[] content, long ofEpoch, long number) {
    bytes = content;
    epoch = ofEpoch;
    sequence = number;
    return this;
  }

  /** The batch as it is published. */
  byte[] bytes() {
    return bytes;
  }

  /** The collector's start that made it. */
  long epoch() {
    return epoch;
  }

  /** Its number in the epoch. */
  long sequence() {
    return sequence;
  }

  /** When its first event came, by {@link TimeSource#ticks}. */
  long opened() {
    return opened;
  }

  /** When its first event came, unix nanoseconds. */
  long openedAt() {
    return openedAt;
  }

  /** The least time of its events, unix nanoseconds. */
  long from() {
    return from;
  }

  /** The greatest time of its events, unix nanoseconds. */
  long to() {
    return to;
  }

  /** How far it takes each source. */
  Marks marks() {
    return marks;
  }

  /** How many events of each kind there are. */
  Map<Kind, Integer> counts() {
    Map<Kind, Integer> those = new EnumMap<>(Kind.class);
    counts.forEach((kind, count) -> those.put(kind, count.events));
    return those;
  }
}
