package io.leukocyte.responder;

import java.time.Clock;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.Map;

/** Counts wrong tokens by the address they come from. Thread-safe. */
final class WrongTries {
  /** After so many within {@link #TIME} an address is not listened to. */
  static final int MOST = 10;

  static final Duration TIME = Duration.ofMinutes(1);

  private static final int ADDRESSES = 1024;

  private final Clock clock;
  private final Map<String, Deque<Long>> times = new LinkedHashMap<>();

  WrongTries(Clock clock) {
    this.clock = clock;
  }

  /** Whether an address tried too often. */
  synchronized boolean tooMany(String address) {
    Deque<Long> wrong = times.get(address);
    if (wrong == null) {
      return false;
    }
    wrong.removeIf(time -> time <= clock.millis() - TIME.toMillis());
    return wrong.size() >= MOST;
  }

  /** One more. */
  synchronized void add(String address) {
    if (!times.containsKey(address) && times.size() >= ADDRESSES) {
      times.remove(times.keySet().iterator().next());
    }
    times.computeIfAbsent(address, a -> new ArrayDeque<>()).add(clock.millis());
  }
}
