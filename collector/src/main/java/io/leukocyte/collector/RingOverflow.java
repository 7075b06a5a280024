package io.leukocyte.collector;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.MemorySegment;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The way of records out of the ring. While its reader keeps up, records are read in place. When it
 * falls behind, as while the JVM has not compiled it yet, they are moved to memory of this process,
 * which is far quicker than making events of them: so the ring has room for what comes. They come
 * out in their order. What the memory has no room for stays in the ring. For one thread, but for
 * {@link #used}.
 */
final class RingOverflow implements AutoCloseable {
  /** Bytes of a piece of memory; longer than any record. */
  static final int CHUNK = 256 << 10;

  /** At most so much is moved, however large the ring is. */
  private static final long MOST = 64 << 20;

  /** The reader is behind when one of so many parts of the ring waits. */
  private static final int PARTS = 8;

  /** Records that are read before it is looked again what waits in the ring. */
  private static final int MOST_RECORDS = 256;

  private final BpfRing ring;
  private final Memory source;
  private final long behind;
  private final long most;
  private final Deque<Chunk> chunks = new ArrayDeque<>();
  private final AtomicLong used = new AtomicLong();

  /** Where memory comes from. */
  interface Memory {
    /** So many bytes; null when there are none. */
    @Nullable MemorySegment take(long size);

    /** Gives them back. */
    void give(MemorySegment memory);
  }

  /** The system's memory, apart from that of the JVM. */
  private static final Memory SYSTEM =
      new Memory() {
        @Override
        public @Nullable MemorySegment take(long size) {
          return LibC.anonymous(size);
        }

        @Override
        public void give(MemorySegment memory) {
          LibC.munmap(memory);
        }
      };

  /** Records from the begin to the end, as they lay in the ring. */
  private static final class Chunk {
    private final MemorySegment memory;
    private long begin;
    private long end;

    Chunk(MemorySegment memory) {
      this.memory = memory;
    }

    boolean isEmpty() {
      return begin == end;
    }
  }

  /** The way out of a ring of a size in bytes. */
  RingOverflow(BpfRing ring, long size) {
    this(ring, size, SYSTEM);
  }

  RingOverflow(BpfRing ring, long size, Memory source) {
    this.ring = ring;
    this.source = source;
    this.behind = size / PARTS;
    this.most = bound(size);
  }

  /** Bytes that are moved at most, of a ring of a size: as much again. */
  static long bound(long size) {
    return Math.clamp(size, CHUNK, MOST);
  }

  /**
   * Hands over some of the records that are there. A record is valid only during the call.
   *
   * @return how many there were; 0 when nothing waits
   */
  int read(Consumer<MemorySegment> sink) {
    if (chunks.isEmpty() && ring.used() < behind) {
      return ring.read(sink, MOST_RECORDS);
    }
    move();
    Chunk first = chunks.peekFirst();
    if (first == null || first.isEmpty()) {
      giveBack();
      return ring.read(sink, MOST_RECORDS);
    }
    return read(first, sink);
  }

  /** Moves what is in the ring, as far as there is room. */
  private void move() {
    Chunk last = chunks.isEmpty() ? add() : chunks.getLast();
    while (last != null) {
      long moved = ring.move(last.memory, last.end);
      last.end += moved;
      used.addAndGet(moved);
      if (moved == 0) {
        last = ring.isRecordWhole() ? add() : null; // it does not fit any more, or there is none
      }
    }
  }

  private @Nullable Chunk add() {
    if ((chunks.size() + 1L) * CHUNK > most) {
      return null;
    }
    MemorySegment memory = source.take(CHUNK);
    if (memory == null) {
      return null;
    }
    Chunk chunk = new Chunk(memory);
    chunks.addLast(chunk);
    return chunk;
  }

  private int read(Chunk chunk, Consumer<MemorySegment> sink) {
    int count = 0;
    long from = chunk.begin;
    while (!chunk.isEmpty() && count < MOST_RECORDS) {
      int header = chunk.memory.get(JAVA_INT, chunk.begin);
      if (!BpfRing.isDiscarded(header)) {
        sink.accept(chunk.memory.asSlice(chunk.begin + BpfRing.HEADER, BpfRing.length(header)));
      }
      chunk.begin += BpfRing.room(header);
      count++;
    }
    used.addAndGet(from - chunk.begin);
    if (chunk.isEmpty()) {
      chunks.removeFirst();
      source.give(chunk.memory);
    }
    return count;
  }

  /** Bytes of records that are moved and not read yet; by any thread. */
  long used() {
    return used.get();
  }

  private void giveBack() {
    chunks.forEach(chunk -> source.give(chunk.memory));
    chunks.clear();
    used.set(0);
  }

  /** Gives the memory back. */
  @Override
  public void close() {
    giveBack();
  }
}
