package io.leukocyte.collector;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;

import io.leukocyte.events.ContainerId;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** The ids of containers as records have them, remembered for those seen last. For one thread. */
final class ContainerIds {
  private static final int SIZE = 256; // a power of two

  private final @Nullable Known[] known = new Known[SIZE];

  private record Known(MemorySegment digits, ContainerId id) {}

  /** The id of 64 digits that begin there. */
  ContainerId of(MemorySegment memory, long at) {
    MemorySegment digits = memory.asSlice(at, SensorLayout.CONTAINER_ID_SIZE);
    long first = digits.get(JAVA_LONG_UNALIGNED, 0);
    int place = (int) ((first * 0x9e3779b97f4a7c15L) >>> 56);
    Known last = known[place];
    if (last == null || last.digits().mismatch(digits) >= 0) {
      byte[] copy = digits.toArray(JAVA_BYTE);
      last =
          new Known(
              MemorySegment.ofArray(copy),
              new ContainerId(new String(copy, StandardCharsets.US_ASCII)));
      known[place] = last;
    }
    return last.id();
  }
}
