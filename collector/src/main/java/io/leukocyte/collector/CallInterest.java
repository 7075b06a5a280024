package io.leukocyte.collector;

import static io.leukocyte.collector.SensorLayout.CALLS;
import static io.leukocyte.collector.SensorLayout.CALL_ENTRY;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Which system calls the kernel's programs report: what the rules ask for, pushed down into the
 * kernel's table. It may be changed while the programs run; a call that is on its way is reported
 * by the old table or the new one.
 */
final class CallInterest {
  private static final long BPF_ANY = 0;

  private final Libbpf libbpf;
  private final int calls;
  private final int wishes;
  private Set<String> names = Set.of();

  CallInterest(BpfObject object) {
    this.libbpf = object.libbpf();
    this.calls = object.fd("calls");
    this.wishes = object.fd("wishes");
  }

  /** The calls that are reported. */
  Set<String> names() {
    return names;
  }

  /**
   * Reports these calls and no others.
   *
   * @param wanted names of {@link TracedCalls}; others are left out
   */
  void set(Set<String> wanted) {
    Map<Integer, TracedCall> table = table(wanted, isArm());
    for (int number = 0; number < 2 * CALLS; number++) {
      enter(number, table.get(number));
    }
    names = Set.copyOf(wanted);
  }

  /** Whether the calls are those of arm64. */
  static boolean isArm() {
    return System.getProperty("os.arch", "").equals("aarch64");
  }

  /** The lines of the kernel's table; 32-bit calls stand behind the others. */
  static Map<Integer, TracedCall> table(Set<String> wanted, boolean arm) {
    Map<Integer, TracedCall> table = new TreeMap<>();
    for (TracedCall call : TracedCalls.ALL) {
      if (!wanted.contains(call.name())) {
        continue;
      }
      int number = arm ? call.arm64() : call.x86();
      if (number >= 0) {
        table.put(number, call);
      }
      if (!arm) {
        call.i386().forEach(old -> table.put(CALLS + old, call));
      }
    }
    return table;
  }

  /** Reads the environment of programs that are started, or no longer. */
  void setEnvironment(boolean wanted) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment wish = arena.allocate(SensorLayout.WISH);
      wish.set(JAVA_INT, 0, wanted ? 1 : 0);
      check(libbpf.update(wishes, arena.allocateFrom(JAVA_INT, 0), wish, BPF_ANY));
    }
  }

  private void enter(int number, @Nullable TracedCall call) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment line = arena.allocate(CALL_ENTRY);
      if (call != null) {
        call.entry().write(line, TracedCalls.classOf(call.kind()));
      }
      check(libbpf.update(calls, arena.allocateFrom(JAVA_INT, number), line, BPF_ANY));
    }
  }

  private static void check(int result) {
    if (result < 0) {
      throw new IllegalStateException("Cannot tell the sensor what to report: errno " + -result);
    }
  }
}
