package io.leukocyte.collector;

import java.util.List;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.UnaryOperator;

/**
 * Lists without their secrets, remembered for a few of them: a process that does much brings the
 * same list each time. For lists that do not change. Thread-safe.
 */
@SuppressWarnings("ReferenceEquality") // the same list, not an equal one
final class MaskedLists<T> {
  private static final int SIZE = 256; // a power of two

  private final AtomicReferenceArray<Masked<T>> recent = new AtomicReferenceArray<>(SIZE);
  private final UnaryOperator<List<T>> mask;

  private record Masked<T>(List<T> given, List<T> masked) {}

  /**
   * None yet.
   *
   * @param mask a list without secrets; the list itself when it has none
   */
  MaskedLists(UnaryOperator<List<T>> mask) {
    this.mask = mask;
  }

  /** The list, or the same without secrets if it has any. */
  List<T> masked(List<T> list) {
    if (list.isEmpty()) {
      return list;
    }
    int place = System.identityHashCode(list) & (SIZE - 1);
    Masked<T> known = recent.get(place);
    if (known == null || known.given() != list) {
      known = new Masked<>(list, mask.apply(list));
      recent.set(place, known);
    }
    return known.masked();
  }
}
