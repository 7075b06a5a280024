package io.leukocyte.collector;

import io.leukocyte.events.ProcessInfo;
import io.leukocyte.events.ProcessInfo.Ancestor;
import io.leukocyte.events.ProcessInfo.Parent;
import io.leukocyte.events.ProcessRef;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What is known of the processes of this host's containers, so that a connection carries the
 * program's arguments and an exec its parent's. Filled from {@code /proc} at the start, then fed by
 * exec, fork and exit. Bounded: the ones not asked for the longest are forgotten first and read
 * from {@code /proc} again when they are needed. Those that were only read, such as the engine's
 * helpers that start a container's processes, end without an event: few of them are kept.
 *
 * <p>The key is the pid with the start time in the unit of {@code /proc}, a hundredth of a second:
 * a pid comes round only after all others, so no two processes share a key. For one thread.
 */
final class ProcessTable {
  private static final int PID_BITS = 22;
  private static final int MOST_ANCESTORS = 8;

  /** Most processes that were only read from the host. */
  static final int MOST_READ = 256;

  private final ProcFiles files;
  private final BootClock clock;
  private final Redaction redaction;
  private final Map<Long, ProcessInfo> processes;
  private final Map<Long, ProcessInfo> onlyRead = leastRecentlyUsed(MOST_READ);
  private List<Long> ended = new ArrayList<>();
  private List<Long> endedBefore = new ArrayList<>();

  /**
   * An empty table.
   *
   * @param most processes to remember that events tell of
   * @param redaction what becomes of the arguments that ancestors are told with
   */
  ProcessTable(ProcFiles files, BootClock clock, int most, Redaction redaction) {
    this.files = files;
    this.clock = clock;
    this.redaction = redaction;
    this.processes = leastRecentlyUsed(most);
  }

  private static Map<Long, ProcessInfo> leastRecentlyUsed(int most) {
    return new LinkedHashMap<>(256, 0.75f, true) {
      @Override
      protected boolean removeEldestEntry(Map.Entry<Long, ProcessInfo> eldest) {
        return size() > most;
      }
    };
  }

  private static long key(int pid, long start) {
    return ((start / ProcFiles.TICK) << PID_BITS) | pid;
  }

  /** Remembers what a process is now; start is in nanoseconds since boot. */
  void put(int pid, long start, ProcessInfo process) {
    processes.put(key(pid, start), process);
  }

  /**
   * What is known of a process; null when it is gone and was never seen.
   *
   * @param start nanoseconds since boot
   * @param name its comm now, when the caller knows it: a remembered process that has another and
   *     is not followed by events, as it runs outside of containers, is read again
   */
  @Nullable ProcessInfo find(int pid, long start, @Nullable String name) {
    Long key = key(pid, start);
    ProcessInfo known = remembered(key);
    if (known != null && (name == null || name.equals(known.name()))) {
      return known;
    }
    ProcessInfo read = read(pid, start);
    if (read != null) {
      (processes.containsKey(key) ? processes : onlyRead).put(key, read);
      return read;
    }
    return known;
  }

  /** What is remembered, without asking the host. */
  @Nullable ProcessInfo remembered(int pid, long start) {
    return remembered(key(pid, start));
  }

  private @Nullable ProcessInfo remembered(Long key) {
    ProcessInfo followed = processes.get(key);
    return followed == null ? onlyRead.get(key) : followed;
  }

  /** The process ended. It is kept a little longer: a child's record may be right behind. */
  void exit(int pid, long start) {
    ended.add(key(pid, start));
  }

  /** Forgets the processes that had ended at the call before this one. */
  void sweep() {
    for (Long key : endedBefore) {
      processes.remove(key);
      onlyRead.remove(key);
    }
    endedBefore = ended;
    ended = new ArrayList<>();
  }

  /** How many are remembered. */
  int size() {
    return processes.size() + onlyRead.size();
  }

  /**
   * Reads a process with its ancestry from the host; null when it is gone or another has its pid.
   */
  private @Nullable ProcessInfo read(int pid, long start) {
    ProcFiles.Snapshot own = files.read(pid);
    if (own == null || own.startTicks() != start / ProcFiles.TICK) {
      return null;
    }
    return process(own, clock.start(start), new HashMap<>());
  }

  /**
   * Remembers a process that began before the sensor.
   *
   * @param cache snapshots already read, to share among many processes
   */
  void seed(ProcFiles.Snapshot own, Map<Integer, ProcFiles.Snapshot> cache) {
    long start = own.startTicks() * ProcFiles.TICK;
    processes.putIfAbsent(key(own.pid(), start), process(own, clock.start(start), cache));
  }

  private ProcessInfo process(
      ProcFiles.Snapshot own, long startTime, Map<Integer, ProcFiles.Snapshot> cache) {
    ProcFiles.Snapshot parent = snapshot(own.parentPid(), cache);
    List<String> ancestors = new ArrayList<>();
    List<Ancestor> lineage = new ArrayList<>();
    ProcFiles.Snapshot next = parent == null ? null : snapshot(parent.parentPid(), cache);
    while (next != null && ancestors.size() < MOST_ANCESTORS) {
      ancestors.add(next.name());
      lineage.add(ancestor(next.pid(), next.name(), next.executable(), next.args()));
      next = snapshot(next.parentPid(), cache);
    }
    return new ProcessInfo(
        new ProcessRef(own.pid(), startTime),
        own.containerPid(),
        own.name(),
        own.executable(),
        own.args(),
        own.argsTruncated(),
        own.workingDirectory(),
        own.tty(),
        own.uid(),
        own.gid(),
        own.loginUid(),
        own.capabilities(),
        ProcessInfo.Flags.NONE,
        parent == null ? null : parent(parent),
        ancestors,
        new ProcessInfo.More(0, List.of(), false, false, null, lineage));
  }

  /**
   * What is known of the processes above the parent.
   *
   * @param ancestors the parent first, as the kernel names them
   */
  List<Ancestor> lineage(List<SensorRecord.Ancestor> ancestors) {
    if (ancestors.size() < 2) {
      return List.of();
    }
    List<Ancestor> lineage = new ArrayList<>(ancestors.size() - 1);
    for (SensorRecord.Ancestor ancestor : ancestors.subList(1, ancestors.size())) {
      ProcessInfo known = find(ancestor.pid(), ancestor.start(), ancestor.name());
      lineage.add(
          known == null
              ? new Ancestor(ancestor.pid(), null, null, ancestor.name())
              : ancestor(ancestor.pid(), ancestor.name(), known.executable(), known.args()));
    }
    return lineage;
  }

  /** A parent, seen from its children's children. */
  Ancestor ancestor(Parent parent) {
    return ancestor(parent.ref().pid(), parent.name(), parent.executable(), parent.args());
  }

  /**
   * The command line as rules have it: the name, and the arguments after the first. Secrets are
   * masked while it is known where each argument ends.
   */
  private Ancestor ancestor(
      int pid, @Nullable String name, @Nullable String executable, List<String> given) {
    List<String> args = redaction.apply(given);
    StringBuilder line = new StringBuilder(name == null ? "" : name);
    for (int i = 1; i < args.size() && line.length() <= Ancestor.MOST_CHARACTERS; i++) {
      line.append(' ').append(args.get(i));
    }
    return new Ancestor(pid, executable, args.isEmpty() ? null : args.getFirst(), line.toString());
  }

  private Parent parent(ProcFiles.Snapshot parent) {
    return new Parent(
        new ProcessRef(parent.pid(), clock.start(parent.startTicks() * ProcFiles.TICK)),
        parent.name(),
        parent.executable(),
        parent.args());
  }

  private ProcFiles.@Nullable Snapshot snapshot(int pid, Map<Integer, ProcFiles.Snapshot> cache) {
    if (pid == 0) {
      return null;
    }
    ProcFiles.Snapshot known = cache.get(pid);
    if (known == null) {
      known = files.read(pid);
      if (known != null) {
        cache.put(pid, known);
      }
    }
    return known;
  }
}
