package io.leukocyte.collector;

import io.leukocyte.events.Kind;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;

/**
 * What became of the facts that reached the collector, by kind. When nothing is on its way, {@code
 * received = published + filtered + lost} holds for each kind.
 *
 * <p>A fact that was lost before it could be read, in the sensor's ring for instance, counts as
 * received and lost; one that the kernel's programs leave out, as received and filtered. Meters:
 * {@code leuko.collector.events} with the tags {@code kind}, {@code result} (received, published,
 * filtered, lost) and {@code reason} (of a loss, else {@code none}).
 */
final class Counters {
  /** The kind of losses that concern no kind in particular. */
  static final String ANY = "any";

  private static final String METER = "leuko.collector.events";
  private static final String NO_REASON = "none";

  private final MeterRegistry meters;
  private final Map<Kind, Tally> kinds = new EnumMap<>(Kind.class);
  private final Tally other = new Tally();
  private final Map<Cause, LongAdder> causes = new ConcurrentHashMap<>();

  Counters(MeterRegistry meters) {
    this.meters = meters;
    for (Kind kind : Kind.values()) {
      Tally tally = new Tally();
      kinds.put(kind, tally);
      register(kind.text(), "received", NO_REASON, tally.received);
      register(kind.text(), "published", NO_REASON, tally.published);
      register(kind.text(), "filtered", NO_REASON, tally.filtered);
    }
  }

  /** The numbers of one kind. */
  private static final class Tally {
    private final LongAdder received = new LongAdder();
    private final LongAdder published = new LongAdder();
    private final LongAdder filtered = new LongAdder();
    private final LongAdder lost = new LongAdder();

    Totals totals() {
      return new Totals(received.sum(), published.sum(), filtered.sum(), lost.sum());
    }
  }

  private record Cause(String kind, String reason) {}

  private void register(String kind, String result, String reason, LongAdder value) {
    FunctionCounter.builder(METER, value, LongAdder::sum)
        .description("Facts of this host by what became of them")
        .tags("kind", kind, "result", result, "reason", reason)
        .register(meters);
  }

  private Tally tally(Kind kind) {
    return kinds.getOrDefault(kind, other);
  }

  /** A fact reached the collector. */
  void received(Kind kind) {
    tally(kind).received.increment();
  }

  /** Facts that a former collector had received, and has left in the spool. */
  void inherited(Kind kind, long count) {
    tally(kind).received.add(count);
  }

  /** Facts are stored where the publisher puts them. */
  void published(Kind kind, long count) {
    tally(kind).published.add(count);
  }

  /** A fact is left out on purpose. */
  void filtered(Kind kind) {
    tally(kind).filtered.increment();
  }

  /** Facts were left out before they could be received. */
  void filteredUnseen(Kind kind, long count) {
    tally(kind).received.add(count);
    tally(kind).filtered.add(count);
  }

  /** Facts that had been received are lost. */
  void lost(Kind kind, String reason, long count) {
    lost(tally(kind), kind.text(), reason, count);
  }

  /**
   * Facts were lost before they could be received.
   *
   * @param kind a kind's name or {@link #ANY}
   */
  void lostUnseen(String kind, String reason, long count) {
    Kind known = Kind.ofText(kind);
    Tally tally = known == null ? other : tally(known);
    tally.received.add(count);
    lost(tally, known == null ? ANY : kind, reason, count);
  }

  private void lost(Tally tally, String kind, String reason, long count) {
    tally.lost.add(count);
    causes.computeIfAbsent(new Cause(kind, reason), this::cause).add(count);
  }

  private LongAdder cause(Cause cause) {
    LongAdder adder = new LongAdder();
    register(cause.kind(), "lost", cause.reason(), adder);
    return adder;
  }

  /** The sums at one moment. */
  Totals totals() {
    Totals sum = other.totals();
    for (Tally tally : kinds.values()) {
      sum = sum.plus(tally.totals());
    }
    return sum;
  }

  /** The sums of one kind at one moment. */
  Totals totals(Kind kind) {
    return tally(kind).totals();
  }

  /**
   * Numbers of facts since the collector's start.
   *
   * @param received that reached it
   * @param published that are stored
   * @param filtered that were left out on purpose
   * @param lost that were lost
   */
  record Totals(long received, long published, long filtered, long lost) {
    private Totals plus(Totals more) {
      return new Totals(
          received + more.received,
          published + more.published,
          filtered + more.filtered,
          lost + more.lost);
    }

    /** Facts on their way. */
    long pending() {
      return received - published - filtered - lost;
    }
  }
}
