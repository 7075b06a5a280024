package io.leukocyte.collector;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Over a ring in memory, into which the test writes as the kernel does. */
class RingOverflowTest {
  private static final int SIZE = 1 << 20;
  private static final int PAGE = 4096;
  private static final int RECORD = 1000;
  private static final int ROOM = 1008;
  private static final int BUSY = 1 << 31;
  private static final int DISCARDED = 1 << 30;

  private final MemorySegment consumer = Arena.ofAuto().allocate(PAGE, 8);
  private final MemorySegment producer = Arena.ofAuto().allocate(PAGE + 2L * SIZE, 8);
  private final BpfRing ring = new BpfRing(consumer, producer, PAGE, SIZE);
  private final Given memory = new Given();
  private final RingOverflow overflow = new RingOverflow(ring, SIZE, memory);
  private final List<Integer> read = new ArrayList<>();
  private int written;

  /** Memory that is counted, as much as there may be. */
  private static final class Given implements RingOverflow.Memory {
    private final List<MemorySegment> out = new ArrayList<>();
    private int most = Integer.MAX_VALUE;
    private int taken;

    @Override
    public @Nullable MemorySegment take(long size) {
      if (out.size() == most) {
        return null;
      }
      taken++;
      MemorySegment memory = Arena.ofAuto().allocate(size, 8);
      out.add(memory);
      return memory;
    }

    @Override
    public void give(MemorySegment memory) {
      assertThat(out.remove(memory)).isTrue();
    }
  }

  /** Writes numbered records until the ring is full, at most so many. */
  private int write(int most) {
    int count = 0;
    while (count < most && position() + ROOM - consumer.get(JAVA_LONG, 0) <= SIZE) {
      put(RECORD, written++);
      count++;
    }
    return count;
  }

  private long position() {
    return producer.get(JAVA_LONG, 0);
  }

  /** Puts a record where the next one lies, in both copies of the data. */
  private void put(int header, int number) {
    long at = position();
    set(at, header);
    for (int i = 0; i < RECORD; i += 4) {
      set(at + 8 + i, number);
    }
    producer.set(JAVA_LONG, 0, at + ROOM);
  }

  private void set(long position, int value) {
    long at = PAGE + (position & (SIZE - 1));
    producer.set(JAVA_INT, at, value);
    producer.set(JAVA_INT, at + SIZE, value);
    if (at - SIZE >= PAGE) {
      producer.set(JAVA_INT, at - SIZE, value);
    }
  }

  private void take(MemorySegment record) {
    assertThat(record.byteSize()).isEqualTo(RECORD);
    int number = record.get(JAVA_INT, 0);
    assertThat(record.get(JAVA_INT, RECORD - 4)).isEqualTo(number);
    read.add(number);
  }

  private void readAll() {
    while (overflow.read(this::take) > 0) {
      // until nothing is left
    }
  }

  @Test
  void aReaderThatKeepsUpReadsInPlace() {
    for (int i = 0; i < 100; i++) {
      write(100);
      readAll();
    }
    assertThat(read).isEqualTo(IntStream.range(0, 10_000).boxed().toList());
    assertThat(memory.taken).isZero();
  }

  @Test
  void whatWaitsIsMovedSoThatTheRingHasRoom() {
    int full = write(Integer.MAX_VALUE);
    overflow.read(this::take);
    assertThat(ring.used()).as("all is out of the ring").isZero();
    assertThat(overflow.used()).isEqualTo((full - read.size()) * (long) ROOM);
    assertThat(write(500)).isEqualTo(500);

    readAll();
    assertThat(read).isEqualTo(IntStream.range(0, full + 500).boxed().toList());
    assertThat(overflow.used()).isZero();
    assertThat(memory.taken).isPositive();
    assertThat(memory.out).isEmpty();
  }

  @Test
  void asMuchIsMovedAsTheRingHolds() {
    for (int i = 0; i < 10; i++) {
      write(Integer.MAX_VALUE);
      overflow.read(this::take);
      assertThat(overflow.used()).isLessThanOrEqualTo(SIZE);
    }
    assertThat(ring.used()).as("the rest stays in the ring").isGreaterThan(SIZE / 2);
    readAll();
    assertThat(read).isEqualTo(IntStream.range(0, written).boxed().toList());
    assertThat(memory.out).isEmpty();
  }

  @Test
  void withoutMemoryRecordsAreReadInPlace() {
    memory.most = 0;
    write(Integer.MAX_VALUE);
    readAll();
    assertThat(read).isEqualTo(IntStream.range(0, written).boxed().toList());
  }

  @Test
  void aRecordThatIsBeingWrittenStopsTheReaderAndOneThatIsDiscardedDoesNot() {
    write(300);
    put(RECORD | DISCARDED, -1);
    put(RECORD | BUSY, -2);
    long busy = position() - ROOM;
    written++;
    put(RECORD, written++);
    readAll();
    assertThat(read).isEqualTo(IntStream.range(0, 300).boxed().toList());

    for (int i = 0; i < RECORD; i += 4) {
      set(busy + 8 + i, 300);
    }
    set(busy, RECORD);
    readAll();
    assertThat(read).isEqualTo(IntStream.range(0, 302).boxed().toList());
  }

  @Test
  void memoryThatIsOutIsGivenBackInTheEnd() {
    write(Integer.MAX_VALUE);
    overflow.read(this::take);
    assertThat(memory.out).isNotEmpty();
    overflow.close();
    assertThat(memory.out).isEmpty();
    assertThat(overflow.used()).isZero();
  }

  @Test
  void theSystemGivesMemory() {
    RingOverflow real = new RingOverflow(ring, SIZE);
    write(Integer.MAX_VALUE);
    while (real.read(this::take) > 0) {
      // until nothing is left
    }
    assertThat(read).isEqualTo(IntStream.range(0, written).boxed().toList());
  }
}
