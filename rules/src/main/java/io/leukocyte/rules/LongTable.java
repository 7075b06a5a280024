package io.leukocyte.rules;

import java.util.Arrays;

/** Numbers for longs, from 1. Open addressing. */
final class LongTable {
  private final long seed;
  private int[] buckets = new int[256];
  private long[] keys = new long[128];
  private int count;

  LongTable(long seed) {
    this.seed = seed;
  }

  /** Keys in it; the highest number given. */
  int count() {
    return count;
  }

  void clear() {
    Arrays.fill(buckets, 0);
    count = 0;
  }

  /** The number of a key, a new one if it was not there. */
  int intern(long key) {
    int mask = buckets.length - 1;
    int bucket = bucket(key, mask);
    while (buckets[bucket] != 0) {
      if (keys[buckets[bucket]] == key) {
        return buckets[bucket];
      }
      bucket = (bucket + 1) & mask;
    }
    count++;
    if (count >= keys.length) {
      keys = Arrays.copyOf(keys, keys.length * 2);
    }
    keys[count] = key;
    buckets[bucket] = count;
    if (count * 2 > buckets.length) {
      grow();
    }
    return count;
  }

  private void grow() {
    buckets = new int[buckets.length * 2];
    int mask = buckets.length - 1;
    for (int number = 1; number <= count; number++) {
      int bucket = bucket(keys[number], mask);
      while (buckets[bucket] != 0) {
        bucket = (bucket + 1) & mask;
      }
      buckets[bucket] = number;
    }
  }

  private int bucket(long key, int mask) {
    long h = (key ^ seed) * 0x9e3779b97f4a7c15L;
    return (int) (h >>> 32) & mask;
  }
}
