package io.leukocyte.collector;

import io.leukocyte.events.Secrets;
import java.util.List;
import java.util.concurrent.atomic.AtomicReferenceArray;

/**
 * Arguments without their secrets, remembered for a few lists: a process that does much brings the
 * same list each time. For lists that do not change. Thread-safe.
 */
@SuppressWarnings("ReferenceEquality") // the same list, not an equal one
final class MaskedLists {
  private static final int SIZE = 256; // a power of two

  private final AtomicReferenceArray<Masked> recent = new AtomicReferenceArray<>(SIZE);

  private record Masked(List<String> given, List<String> masked) {}

  /** The list, or the same without secrets if it has any. */
  List<String> masked(List<String> list) {
    if (list.isEmpty()) {
      return list;
    }
    int place = System.identityHashCode(list) & (SIZE - 1);
    Masked known = recent.get(place);
    if (known == null || known.given() != list) {
      known = new Masked(list, Secrets.mask(list));
      recent.set(place, known);
    }
    return known.masked();
  }
}
