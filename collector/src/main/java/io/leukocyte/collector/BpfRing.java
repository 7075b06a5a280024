package io.leukocyte.collector;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.VarHandle;
import java.util.function.Consumer;

/**
 * The reading end of a BPF ring buffer, mapped into memory: the kernel writes records, one thread
 * reads them in place. The data is mapped twice in a row, so that a record that wraps is whole.
 */
final class BpfRing implements AutoCloseable {
  private static final int BUSY = 1 << 31;
  private static final int DISCARDED = 1 << 30;

  /** Bytes before each record. */
  static final int HEADER = 8;

  /**
   * Bytes that are read before the kernel is told: each word of it takes the place's cache line
   * from the processors that write records.
   */
  private static final long STEP = 32 << 10;

  private static final VarHandle POSITION = JAVA_LONG.varHandle();
  private static final VarHandle LENGTH = JAVA_INT.varHandle();

  private final MemorySegment consumer;
  private final MemorySegment producer;
  private final long page;
  private final long mask;
  private long position;
  private long told;

  /**
   * A ring in memory.
   *
   * @param consumer begins with the reader's position
   * @param producer begins with the writer's position; the data is behind the first page, twice
   */
  BpfRing(MemorySegment consumer, MemorySegment producer, long page, long size) {
    this.consumer = consumer;
    this.producer = producer;
    this.page = page;
    this.mask = size - 1;
    this.position = (long) POSITION.getAcquire(consumer, 0L);
    this.told = position;
  }

  /**
   * Maps the ring.
   *
   * @param fd the map's descriptor
   * @param size its size in bytes, a power of two
   * @param page the kernel's page size
   * @throws SensorUnavailableException when the kernel refuses
   */
  static BpfRing map(int fd, long size, long page) throws SensorUnavailableException {
    MemorySegment consumer = LibC.mmap(page, LibC.PROT_READ | LibC.PROT_WRITE, fd, 0);
    try {
      return new BpfRing(
          consumer, LibC.mmap(page + 2 * size, LibC.PROT_READ, fd, page), page, size);
    } catch (SensorUnavailableException e) {
      LibC.munmap(consumer);
      throw e;
    }
  }

  /**
   * Hands over the records that are there. A record is valid only during the call.
   *
   * @param most at most so many
   * @return how many there were
   */
  int read(Consumer<MemorySegment> sink, int most) {
    int count = 0;
    long step = Math.min(STEP, (mask + 1) / 16);
    long end = (long) POSITION.getAcquire(producer, 0L);
    while (position < end && count < most) {
      long at = page + (position & mask);
      int header = (int) LENGTH.getAcquire(producer, at);
      if ((header & BUSY) != 0) {
        break;
      }
      if (!isDiscarded(header)) {
        sink.accept(producer.asSlice(at + HEADER, length(header)));
        count++;
      }
      position += room(header);
      if (position - told >= step) {
        tell();
      }
    }
    if (position > told) {
      tell();
    }
    return count;
  }

  /**
   * Moves records that are there, each with its header, as they lie.
   *
   * @param at where in the segment the first one goes; as many more follow as it has room for
   * @return how many bytes they take
   */
  long move(MemorySegment to, long at) {
    long end = (long) POSITION.getAcquire(producer, 0L);
    long room = to.byteSize() - at;
    long size = 0;
    while (position + size < end) {
      int header = (int) LENGTH.getAcquire(producer, page + ((position + size) & mask));
      if ((header & BUSY) != 0 || size + room(header) > room) {
        break;
      }
      size += room(header);
    }
    if (size > 0) {
      MemorySegment.copy(producer, page + (position & mask), to, at, size);
      position += size;
      tell();
    }
    return size;
  }

  /** Whether the next record is there and whole. */
  boolean isRecordWhole() {
    return position < (long) POSITION.getAcquire(producer, 0L)
        && ((int) LENGTH.getAcquire(producer, page + (position & mask)) & BUSY) == 0;
  }

  /** Whether a record's header says that nobody is to read it. */
  static boolean isDiscarded(int header) {
    return (header & DISCARDED) != 0;
  }

  /** Bytes of a record, without its header. */
  static int length(int header) {
    return header & ~(BUSY | DISCARDED);
  }

  /** Bytes from the header of a record to that of the next. */
  static long room(int header) {
    return (length(header) + HEADER + 7L) & ~7L;
  }

  /** Lets the kernel write where what is read lay. */
  private void tell() {
    told = position;
    POSITION.setRelease(consumer, 0L, position);
  }

  /** Bytes of records that are not read yet; by any thread, while it is not closed. */
  long used() {
    return (long) POSITION.getAcquire(producer, 0L) - (long) POSITION.getAcquire(consumer, 0L);
  }

  @Override
  public void close() {
    LibC.munmap(producer);
    LibC.munmap(consumer);
  }
}
