package io.leukocyte.collector;

import static io.leukocyte.collector.SensorLayout.ASKED;
import static io.leukocyte.collector.SensorLayout.ASKED_COMPAT;
import static io.leukocyte.collector.SensorLayout.CALLS;
import static io.leukocyte.collector.SensorLayout.CALL_ENTRY;
import static io.leukocyte.collector.SensorLayout.PATH_KEY;
import static io.leukocyte.collector.SensorLayout.WISH;
import static io.leukocyte.collector.SensorLayout.at;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import io.leukocyte.rules.CallNeed;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Which system calls the kernel's programs report, and of calls on files which paths: what the
 * rules ask for, pushed down into the kernel's tables. There are two generations of them: the one
 * that is not in force is written, then it is put in force. A call that is on its way is reported
 * by the old tables or by the new ones, never by a mixture.
 */
final class CallInterest {
  private static final long BPF_ANY = 0;
  private static final int GENERATIONS = 2;

  private final Libbpf libbpf;
  private final int calls;
  private final int wishes;
  private final int asked;
  private final int outer;
  private final int[] tries;
  private final List<PathSets.Line>[] written;
  private int generation;
  private boolean environment;
  private Set<String> names = Set.of();
  private byte[] asks = new byte[CALLS];

  @SuppressWarnings({"unchecked", "rawtypes"}) // an array of lists
  CallInterest(BpfObject object) {
    this.libbpf = object.libbpf();
    this.calls = object.fd("calls");
    this.wishes = object.fd("wishes");
    this.asked = object.fd(".data.asked");
    this.outer = object.fd("paths");
    this.tries = new int[] {object.fd("paths_a"), object.fd("paths_b")};
    this.written = new List[] {List.of(), List.of()};
  }

  /** The calls that are reported. */
  Set<String> names() {
    return names;
  }

  /**
   * Reports what is needed and no more.
   *
   * @param wanted by the names of {@link TracedCalls}; others are left out
   */
  void set(Map<String, CallNeed> wanted) {
    int next = (generation + 1) % GENERATIONS;
    PathSets paths = PathSets.of(wanted);
    await(next);
    write(next, paths.lines());
    Map<Integer, TracedCall> table = table(wanted.keySet(), isArm());
    for (int number = 0; number < 2 * CALLS; number++) {
      enter(2 * CALLS * next + number, table.get(number), paths);
    }
    byte[] before = asks;
    asks = asks(table.keySet());
    ask(union(before, asks));
    generation = next;
    wish();
    ask(asks);
    names = Set.copyOf(wanted.keySet());
  }

  /** For each number of a call which forms of it are reported. */
  private static byte[] asks(Set<Integer> numbers) {
    byte[] asks = new byte[CALLS];
    for (int number : numbers) {
      asks[number % CALLS] |= (byte) (number < CALLS ? ASKED : ASKED_COMPAT);
    }
    return asks;
  }

  private static byte[] union(byte[] some, byte[] others) {
    byte[] all = some.clone();
    for (int i = 0; i < all.length; i++) {
      all[i] |= others[i];
    }
    return all;
  }

  private void ask(byte[] of) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment zero = arena.allocateFrom(JAVA_INT, 0);
      check(libbpf.update(asked, zero, arena.allocateFrom(JAVA_BYTE, of), BPF_ANY));
    }
  }

  /** Returns when no program still looks into the tables of a generation that is not in force. */
  private void await(int old) {
    try (Arena arena = Arena.ofConfined()) {
      check(
          libbpf.update(
              outer,
              arena.allocateFrom(JAVA_INT, old),
              arena.allocateFrom(JAVA_INT, tries[old]),
              BPF_ANY));
    }
  }

  private void write(int next, List<PathSets.Line> lines) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment key = arena.allocate(PATH_KEY);
      for (PathSets.Line line : written[next]) {
        line.write(key);
        check(libbpf.delete(tries[next], key));
      }
      written[next] = lines;
      MemorySegment modes = arena.allocate(JAVA_INT);
      for (PathSets.Line line : lines) {
        line.write(key);
        modes.set(JAVA_INT, 0, line.modes());
        check(libbpf.update(tries[next], key, modes, BPF_ANY));
      }
    }
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
    environment = wanted;
    wish();
  }

  private void wish() {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment wish = arena.allocate(WISH);
      wish.set(JAVA_INT, at(WISH, "environment"), environment ? 1 : 0);
      wish.set(JAVA_INT, at(WISH, "generation"), generation);
      check(libbpf.update(wishes, arena.allocateFrom(JAVA_INT, 0), wish, BPF_ANY));
    }
  }

  private void enter(int at, @Nullable TracedCall call, PathSets paths) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment line = arena.allocate(CALL_ENTRY);
      if (call != null) {
        call.entry()
            .write(
                line,
                TracedCalls.classOf(call.kind()),
                paths.modes(call.name()),
                paths.set(call.name()));
      }
      check(libbpf.update(calls, arena.allocateFrom(JAVA_INT, at), line, BPF_ANY));
    }
  }

  private static void check(int result) {
    if (result < 0) {
      throw new IllegalStateException("Cannot tell the sensor what to report: errno " + -result);
    }
  }
}
