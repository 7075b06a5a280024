package io.leukocyte.collector;

import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.UnaryOperator;

/**
 * What a function makes of values, remembered for some of them by the object itself: a process that
 * does much brings the same objects each time. For values that do not change. Thread-safe.
 */
@SuppressWarnings("ReferenceEquality") // the same object, not an equal one
final class IdentityMemo<T> {
  private static final int SIZE = 256; // a power of two

  private final UnaryOperator<T> function;
  private final AtomicReferenceArray<Made<T>> recent = new AtomicReferenceArray<>(SIZE);

  private record Made<T>(T given, T made) {}

  /** A memo that remembers nothing yet. */
  IdentityMemo(UnaryOperator<T> function) {
    this.function = function;
  }

  /** What the function makes of the value. */
  T apply(T given) {
    int place = System.identityHashCode(given) & (SIZE - 1);
    Made<T> known = recent.get(place);
    if (known == null || known.given() != given) {
      known = new Made<>(given, function.apply(given));
      recent.set(place, known);
    }
    return known.made();
  }
}
