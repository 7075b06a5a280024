package io.leukocyte.rules;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Tells quickly where in a text none of many strings can begin: it knows the first triples of bytes
 * of each, and looks at every so many places of the text only. What it lets pass is looked at by
 * {@link MultiPattern}'s automaton, which reads each byte in turn and cannot look ahead.
 */
final class GramFilter {
  private static final int GRAM = 3;
  private static final int MOST_STRIDE = 8;
  private static final int BITS = 16;

  /** Triples kept at most, so that few of a text's are among them by chance. */
  private static final int MOST_GRAMS = 1 << (BITS - 4);

  /** Of three bytes in the low bits: upper and lower case are the same, as are a few others. */
  private static final int FOLD = 0x202020;

  private static final int MASK = 0xffffff;
  private static final int MULTIPLIER = 0x9e3779b1;
  private static final VarHandle INT =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);

  private final long[] known = new long[1 << (BITS - 6)];
  private final int stride;

  private GramFilter(int stride) {
    this.stride = stride;
  }

  /**
   * The filter for some strings.
   *
   * @return null when one of them is too short, or they are too many
   */
  static @Nullable GramFilter of(List<MultiPattern.Pattern> patterns) {
    int shortest = patterns.stream().mapToInt(p -> p.bytes().size()).min().orElse(0);
    int stride = Math.min(shortest - GRAM + 1, MOST_STRIDE);
    stride = Math.min(stride, MOST_GRAMS / Math.max(patterns.size(), 1));
    if (stride < 1) {
      return null;
    }
    GramFilter filter = new GramFilter(stride);
    for (MultiPattern.Pattern pattern : patterns) {
      for (int i = 0; i < stride; i++) {
        filter.add(pattern.bytes(), i);
      }
    }
    return filter;
  }

  private void add(List<Byte> bytes, int at) {
    int gram =
        (bytes.get(at) & 0xff) | (bytes.get(at + 1) & 0xff) << 8 | (bytes.get(at + 2) & 0xff) << 16;
    int bit = bit(gram);
    known[bit >> 6] |= 1L << bit;
  }

  private static int bit(int gram) {
    return (((gram & MASK) | FOLD) * MULTIPLIER) >>> (32 - BITS);
  }

  /** How far before the place that {@link #next} gives a string may have begun. */
  int before() {
    return stride - 1;
  }

  /**
   * The first place, seen from another, where one of the strings may be under way.
   *
   * @param from no string that begins before it is looked for
   * @param to end of the text
   * @return the place; {@code to} when no string begins in the text any more
   */
  int next(byte[] in, int from, int to) {
    long[] grams = known;
    int last = to - Integer.BYTES;
    int at = from;
    for (; at <= last; at += stride) {
      int bit = bit((int) INT.get(in, at));
      if ((grams[bit >> 6] & 1L << bit) != 0) {
        return at;
      }
    }
    return at == to - GRAM ? at : to;
  }
}
