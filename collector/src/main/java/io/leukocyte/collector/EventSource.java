package io.leukocyte.collector;

import io.leukocyte.events.CheckResult;
import io.leukocyte.events.Event;
import io.leukocyte.events.Kind;
import io.leukocyte.events.SensorLoss;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/** What observes processes and connections of this host's containers. Making one does no I/O. */
interface EventSource extends AutoCloseable {
  /**
   * Begins to deliver. When it cannot work here it delivers nothing, and {@link #check} says why.
   *
   * @param next takes each event, in order, with only the id of its container
   */
  void start(Consumer<? super Event> next);

  /**
   * Delivers so much from now on, and no more of what can be left out; until the first call nothing
   * of that. May be called before the start and after it.
   */
  default void observe(Interest interest) {}

  /** Whether it works. */
  CheckResult check();

  /** The kinds that it should deliver and cannot. */
  List<Kind> missing();

  /** Bytes of what it has recorded and not delivered yet; 0 when it keeps nothing. */
  default long waitingBytes() {
    return 0;
  }

  /** What it lost since the last call. */
  List<SensorLoss> losses();

  /** How many of each kind it saw and left out since the last call, as nobody needs them. */
  default Map<Kind, Long> filtered() {
    return Map.of();
  }

  /** Delivers what it has and ends. */
  @Override
  void close();
}
