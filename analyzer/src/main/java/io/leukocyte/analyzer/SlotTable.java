package io.leukocyte.analyzer;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.BitSet;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Rows of a fixed number of longs by a 32-byte id, in primitive arrays. Rows stand in pages of 64;
 * each page knows whether it was written since it was last taken, and has a byte image of its own.
 * The way from an id to its slot is not in the images: {@link #index} makes it anew.
 */
final class SlotTable {
  /** Slots of a page. */
  static final int PAGE_SLOTS = 64;

  /** Bytes of an id. */
  static final int ID_BYTES = 32;

  private static final int PAGE_SHIFT = 6;
  private static final int KEY_LONGS = 4;
  private static final byte VERSION = 1;
  private static final long MIX = 0x9e3779b97f4a7c15L;
  private static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

  private final int width;
  private long[] keys = new long[0];
  private long[] values = new long[0];
  private long[] used = new long[0];
  private final BitSet dirty = new BitSet();
  private int[] index = new int[PAGE_SLOTS * 2];
  private int size;
  private int firstFree;

  /**
   * An empty table.
   *
   * @param width longs of a row
   */
  SlotTable(int width) {
    this.width = width;
  }

  /** Rows in the table. */
  int size() {
    return size;
  }

  /** Slots there is room for; every slot is below this number. */
  int slots() {
    return used.length << PAGE_SHIFT;
  }

  /** Forgets everything, that anything was written included. */
  void clear() {
    Arrays.fill(used, 0);
    dirty.clear();
    Arrays.fill(index, 0);
    size = 0;
    firstFree = 0;
  }

  /** The slot of the id at a place in an array; -1 when it has none. */
  int find(byte[] id, int at) {
    long k0 = (long) LONG.get(id, at);
    long k1 = (long) LONG.get(id, at + 8);
    int mask = index.length - 1;
    long k2 = (long) LONG.get(id, at + 16);
    long k3 = (long) LONG.get(id, at + 24);
    for (int i = home(k0, k1, k2, k3); index[i] != 0; i = (i + 1) & mask) {
      int slot = index[i] - 1;
      int k = slot * KEY_LONGS;
      if (keys[k] == k0 && keys[k + 1] == k1 && keys[k + 2] == k2 && keys[k + 3] == k3) {
        return slot;
      }
    }
    return -1;
  }

  /** Gives a slot, its row all zero, to an id that has none. */
  int add(byte[] id, int at) {
    int slot = freeSlot();
    for (int i = 0; i < KEY_LONGS; i++) {
      keys[slot * KEY_LONGS + i] = (long) LONG.get(id, at + 8 * i);
    }
    Arrays.fill(values, slot * width, (slot + 1) * width, 0);
    used[slot >> PAGE_SHIFT] |= 1L << slot;
    dirty.set(slot >> PAGE_SHIFT);
    size++;
    if (size * 2 > index.length) {
      index();
    } else {
      enter(slot);
    }
    return slot;
  }

  /** Gives a slot back. */
  void remove(int slot) {
    used[slot >> PAGE_SHIFT] &= ~(1L << slot);
    dirty.set(slot >> PAGE_SHIFT);
    size--;
    firstFree = Math.min(firstFree, slot >> PAGE_SHIFT);
    leave(slot);
  }

  /** Whether the slot has a row. */
  boolean isUsed(int slot) {
    return (used[slot >> PAGE_SHIFT] & (1L << slot)) != 0;
  }

  /** The id of a slot. */
  byte[] id(int slot) {
    byte[] id = new byte[ID_BYTES];
    for (int i = 0; i < KEY_LONGS; i++) {
      LONG.set(id, 8 * i, keys[slot * KEY_LONGS + i]);
    }
    return id;
  }

  long get(int slot, int column) {
    return values[slot * width + column];
  }

  void set(int slot, int column, long value) {
    values[slot * width + column] = value;
    dirty.set(slot >> PAGE_SHIFT);
  }

  /** Gives each page that was written since the last call, lowest first. */
  void takeDirty(IntConsumer page) {
    for (int p = dirty.nextSetBit(0); p >= 0; p = dirty.nextSetBit(p + 1)) {
      page.accept(p);
    }
    dirty.clear();
  }

  /**
   * A page's image: version u8, longs a row u8, used slots u64 as bits, then for each used slot its
   * id and its row; null for a page without rows. Numbers are little-endian.
   */
  byte @Nullable [] image(int page) {
    long bits = used[page];
    if (bits == 0) {
      return null;
    }
    ByteBuffer image =
        ByteBuffer.allocate(10 + Long.bitCount(bits) * 8 * (KEY_LONGS + width))
            .order(ByteOrder.LITTLE_ENDIAN)
            .put(VERSION)
            .put((byte) width)
            .putLong(bits);
    for (long rest = bits; rest != 0; rest &= rest - 1) {
      int slot = (page << PAGE_SHIFT) + Long.numberOfTrailingZeros(rest);
      for (int i = 0; i < KEY_LONGS; i++) {
        image.putLong(keys[slot * KEY_LONGS + i]);
      }
      for (int i = 0; i < width; i++) {
        image.putLong(values[slot * width + i]);
      }
    }
    return image.array();
  }

  /**
   * Puts a page's image in the page's place; the index knows nothing of it yet. Rows of an image
   * that are wider or narrower than this table's lose or lack their last longs.
   *
   * @param bytes an image; null for a page without rows
   * @throws UnreadableStateException when the image was written in a version not known here
   */
  void restore(int page, byte @Nullable [] bytes) {
    reserve(page + 1);
    used[page] = 0;
    if (bytes == null) {
      return;
    }
    ByteBuffer image = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    byte version = image.get();
    if (version != VERSION) {
      throw UnreadableStateException.version("a page", version, VERSION);
    }
    int written = image.get();
    used[page] = image.getLong();
    for (long rest = used[page]; rest != 0; rest &= rest - 1) {
      restoreRow((page << PAGE_SHIFT) + Long.numberOfTrailingZeros(rest), written, image);
    }
  }

  private void restoreRow(int slot, int written, ByteBuffer image) {
    for (int i = 0; i < KEY_LONGS; i++) {
      keys[slot * KEY_LONGS + i] = image.getLong();
    }
    Arrays.fill(values, slot * width, (slot + 1) * width, 0);
    for (int i = 0; i < written; i++) {
      long value = image.getLong();
      if (i < width) {
        values[slot * width + i] = value;
      }
    }
  }

  /** Makes the way from ids to slots anew, and counts the rows. */
  void index() {
    size = 0;
    for (long bits : used) {
      size += Long.bitCount(bits);
    }
    index = new int[Integer.highestOneBit(Math.max(size, PAGE_SLOTS)) * 4];
    for (int slot = 0; slot < slots(); slot++) {
      if (isUsed(slot)) {
        enter(slot);
      }
    }
    firstFree = 0;
  }

  /** Where the search for an id begins; every byte counts, for ids need not be random. */
  private int home(long k0, long k1, long k2, long k3) {
    long hash = ((k0 * MIX + k1) * MIX + k2) * MIX + k3;
    hash = (hash ^ (hash >>> 32)) * MIX;
    return (int) (hash >>> 33) & (index.length - 1);
  }

  private int home(int slot) {
    int k = slot * KEY_LONGS;
    return home(keys[k], keys[k + 1], keys[k + 2], keys[k + 3]);
  }

  private void enter(int slot) {
    int mask = index.length - 1;
    int i = home(slot);
    while (index[i] != 0) {
      i = (i + 1) & mask;
    }
    index[i] = slot + 1;
  }

  /** Takes a slot out of the index and moves up what stood behind it. */
  private void leave(int slot) {
    int mask = index.length - 1;
    int hole = home(slot);
    while (index[hole] != slot + 1) {
      hole = (hole + 1) & mask;
    }
    index[hole] = 0;
    for (int i = (hole + 1) & mask; index[i] != 0; i = (i + 1) & mask) {
      int moved = index[i];
      index[i] = 0;
      enter(moved - 1);
    }
  }

  private int freeSlot() {
    int page = firstFree;
    while (page < used.length && used[page] == -1L) {
      page++;
    }
    reserve(page + 1);
    firstFree = page;
    return (page << PAGE_SHIFT) + Long.numberOfTrailingZeros(~used[page]);
  }

  private void reserve(int pages) {
    if (used.length < pages) {
      int room = Math.max(pages, used.length * 2);
      used = Arrays.copyOf(used, room);
      keys = Arrays.copyOf(keys, room * PAGE_SLOTS * KEY_LONGS);
      values = Arrays.copyOf(values, room * PAGE_SLOTS * width);
    }
  }
}
