package io.leukocyte.collector;

import io.leukocyte.events.ProcessInfo;
import io.leukocyte.events.ProcessInfo.Names;
import java.util.concurrent.atomic.AtomicReferenceArray;

/**
 * Processes with the names of their users, remembered for some of them by the object itself: the
 * events of a process that stays the same share one. Processes of the same users share the names,
 * which a batch then has once. Thread-safe.
 */
@SuppressWarnings("ReferenceEquality") // the same object, not an equal one
final class NameMemo {
  private static final int SIZE = 512; // a power of two

  private final AtomicReferenceArray<Named> recent = new AtomicReferenceArray<>(SIZE);
  private final AtomicReferenceArray<Known> names = new AtomicReferenceArray<>(SIZE);

  private record Named(ProcessInfo given, Users users, ProcessInfo named) {}

  private record Known(Users users, int uid, int gid, int loginUid, Names names) {
    boolean isOf(ProcessInfo process, Users of) {
      return users == of
          && uid == process.uid()
          && gid == process.gid()
          && loginUid == process.loginUid();
    }
  }

  /** The process with the names that its users have; the same one when they have none. */
  ProcessInfo named(ProcessInfo given, Users users) {
    int place = System.identityHashCode(given) & (SIZE - 1);
    Named known = recent.get(place);
    if (known == null || known.given() != given || known.users() != users) {
      Names own = names(given, users);
      known = new Named(given, users, own.isEmpty() ? given : given.with(given.more().with(own)));
      recent.set(place, known);
    }
    return known.named();
  }

  private Names names(ProcessInfo process, Users users) {
    int ids = (process.uid() * 31 + process.gid()) * 31 + process.loginUid();
    int place = (ids ^ System.identityHashCode(users)) & (SIZE - 1);
    Known known = names.get(place);
    if (known == null || !known.isOf(process, users)) {
      known =
          new Known(users, process.uid(), process.gid(), process.loginUid(), users.names(process));
      names.set(place, known);
    }
    return known.names();
  }
}
