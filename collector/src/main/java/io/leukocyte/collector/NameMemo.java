package io.leukocyte.collector;

import io.leukocyte.events.ProcessInfo;
import java.util.concurrent.atomic.AtomicReferenceArray;

/**
 * Processes with the names of their users, remembered for some of them by the object itself: the
 * events of a process that stays the same share one. Thread-safe.
 */
@SuppressWarnings("ReferenceEquality") // the same object, not an equal one
final class NameMemo {
  private static final int SIZE = 512; // a power of two

  private final AtomicReferenceArray<Named> recent = new AtomicReferenceArray<>(SIZE);

  private record Named(ProcessInfo given, Users users, ProcessInfo named) {}

  /** The process with the names that its users have. */
  ProcessInfo named(ProcessInfo given, Users users) {
    int place = System.identityHashCode(given) & (SIZE - 1);
    Named known = recent.get(place);
    if (known == null || known.given() != given || known.users() != users) {
      ProcessInfo.Names names = users.names(given);
      known =
          new Named(
              given,
              users,
              names.isEmpty() ? given : given.with(given.more().with(names)));
      recent.set(place, known);
    }
    return known.named();
  }
}
