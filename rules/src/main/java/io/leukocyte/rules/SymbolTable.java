package io.leukocyte.rules;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * Numbers for strings, from 1, the same from batch to batch. Open addressing over the bytes
 * themselves; the hash is seeded, so that nobody outside can choose strings that collide.
 */
final class SymbolTable {
  private static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
  private static final long MULTIPLIER = 0x9e3779b97f4a7c15L;

  private final long seed;

  /** A string's hash in the upper half, its number in the lower; 0: free. */
  private long[] buckets = new long[1024];

  private int[] starts = new int[512];
  private byte[] bytes = new byte[16 << 10];
  private int count;

  SymbolTable(long seed) {
    this.seed = seed;
  }

  /** Strings in it; the highest number given. */
  int count() {
    return count;
  }

  /** Bytes of its strings. */
  int byteCount() {
    return starts[count];
  }

  void clear() {
    Arrays.fill(buckets, 0);
    count = 0;
  }

  /** The number of a string, a new one if it was not there. */
  int intern(byte[] from, int at, int length) {
    int hash = hash(from, at, length);
    int mask = buckets.length - 1;
    int bucket = hash & mask;
    long found = buckets[bucket];
    while (found != 0) {
      if ((int) (found >>> 32) == hash && equal((int) found, from, at, length)) {
        return (int) found;
      }
      bucket = (bucket + 1) & mask;
      found = buckets[bucket];
    }
    return add(bucket, hash, from, at, length);
  }

  private boolean equal(int number, byte[] from, int at, int length) {
    return Arrays.equals(bytes, starts[number - 1], starts[number], from, at, at + length);
  }

  private int add(int bucket, int hash, byte[] from, int at, int length) {
    int start = starts[count];
    if (count + 1 >= starts.length) {
      starts = Arrays.copyOf(starts, starts.length * 2);
    }
    if (bytes.length - start < length) {
      bytes = Arrays.copyOf(bytes, Math.max(bytes.length * 2, start + length));
    }
    System.arraycopy(from, at, bytes, start, length);
    count++;
    starts[count] = start + length;
    buckets[bucket] = (long) hash << 32 | count;
    if (count * 2 > buckets.length) {
      grow();
    }
    return count;
  }

  private void grow() {
    long[] old = buckets;
    buckets = new long[old.length * 2];
    int mask = buckets.length - 1;
    for (long entry : old) {
      if (entry != 0) {
        int bucket = (int) (entry >>> 32) & mask;
        while (buckets[bucket] != 0) {
          bucket = (bucket + 1) & mask;
        }
        buckets[bucket] = entry;
      }
    }
  }

  private int hash(byte[] from, int at, int length) {
    long h = seed ^ length * MULTIPLIER;
    int i = at;
    int end = at + length;
    for (; i + 8 <= end; i += 8) {
      h = mix(h ^ (long) LONG.get(from, i));
    }
    long tail = 0;
    for (; i < end; i++) {
      tail = tail << 8 | (from[i] & 0xff);
    }
    h = mix(h ^ tail);
    return (int) (h ^ h >>> 32);
  }

  private long mix(long h) {
    long product = h * MULTIPLIER;
    return (product ^ product >>> 29) + seed;
  }
}
