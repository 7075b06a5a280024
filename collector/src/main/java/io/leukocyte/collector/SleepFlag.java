package io.leukocyte.collector;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** What the reader tells the kernel's programs: whether they have to wake it. For one thread. */
final class SleepFlag {
  private static final long BPF_ANY = 0;

  private final Libbpf libbpf;
  private final int fd;
  private final MemorySegment key = Arena.ofAuto().allocate(JAVA_INT);
  private final MemorySegment value = Arena.ofAuto().allocate(JAVA_INT);

  SleepFlag(BpfObject object) {
    this.libbpf = object.libbpf();
    this.fd = object.fd("sleeping");
  }

  /**
   * Says whether the reader sleeps. Once it said that it does, it looks into the ring again before
   * it waits: a program looks here after its record is in the ring.
   */
  void set(boolean asleep) {
    value.set(JAVA_INT, 0, asleep ? 1 : 0);
    int result = libbpf.update(fd, key, value, BPF_ANY);
    if (result < 0) {
      throw new IllegalStateException(
          "Cannot tell the sensor to wake its reader: errno " + -result);
    }
  }
}
