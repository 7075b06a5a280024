package io.leukocyte.collector;

import io.leukocyte.events.ContainerId;
import io.leukocyte.events.ContainerRef;
import io.leukocyte.events.Event;
import io.leukocyte.events.ProcessExec;
import io.leukocyte.events.ProcessExit;
import io.leukocyte.events.ProcessInfo;
import io.leukocyte.events.ProcessInfo.Parent;
import io.leukocyte.events.ProcessRef;
import io.leukocyte.events.SensorLoss;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The processes of this host, as the fallback sensor knows them: from {@code /proc} and from what
 * the process connector tells, by pid. What is not known of a process is left out of its events and
 * counted as lost, never guessed. Thread-safe.
 */
final class FallbackProcesses {
  /** Source of the losses. */
  static final String SOURCE = "proc";

  /** A process was over before {@code /proc} told of it. */
  static final String GONE = "ended before it was read";

  /** A process ran the next program before {@code /proc} told of the one before. */
  static final String OVERTAKEN = "overtaken by the next program";

  private static final int MOST_ANCESTORS = 8;
  private static final int MOST_ENDED = 4096;
  private static final int SIGNAL_BITS = 0x7f;

  /** Between a process's start and the connector's message of it, at most; nanoseconds. */
  private static final long LATE = 3 * ProcFiles.TICK;

  private static final Set<String> RUNTIMES = Set.of("runc", "crun", "youki", "conmon");
  private static final String SHIM = "containerd-shim";

  private final ProcFacts facts;
  private final BootClock clock;
  private final boolean includeHost;
  private final Consumer<? super Event> next;
  private final Map<Integer, Entry> entries = new HashMap<>();
  private final List<Integer> ended = new ArrayList<>();
  private final Map<String, Long> lost = new HashMap<>();
  private volatile EnvironmentNames environment = EnvironmentNames.NONE;
  private long since;

  /**
   * Nothing is known yet.
   *
   * @param includeHost whether processes outside of containers are reported too
   * @param next takes each event, under this object's lock
   */
  FallbackProcesses(
      ProcFacts facts, BootClock clock, boolean includeHost, Consumer<? super Event> next) {
    this.facts = facts;
    this.clock = clock;
    this.includeHost = includeHost;
    this.next = next;
    this.since = clock.now();
  }

  /** A process, as it is known. */
  private static final class Entry {
    final int pid;
    final long start;
    @Nullable ContainerId container;
    ProcessInfo info;
    ProcFacts.@Nullable Stat image;
    boolean told;
    boolean over;

    /** Start is in nanoseconds since boot. */
    Entry(int pid, long start, @Nullable ContainerId container, ProcessInfo info) {
      this.pid = pid;
      this.start = start;
      this.container = container;
      this.info = info;
    }
  }

  /** Tells these variables of the environment from now on. */
  void tell(EnvironmentNames names) {
    environment = names;
  }

  // ---- what the connector tells ----

  /** Takes a message; times become those of the clock since boot by adding the difference. */
  synchronized void take(ProcessConnector.Message message, long difference) {
    switch (message) {
      case ProcessConnector.Message.Fork fork ->
          forked(fork.parent(), fork.pid(), fork.time() + difference);
      case ProcessConnector.Message.Exec exec -> executed(exec.pid(), exec.time() + difference);
      case ProcessConnector.Message.User user -> user(user.pid(), user.uid());
      case ProcessConnector.Message.Group group -> group(group.pid(), group.gid());
      case ProcessConnector.Message.Session session -> session(session.pid());
      case ProcessConnector.Message.Exit exit ->
          exited(exit.pid(), exit.time() + difference, exit.status());
    }
  }

  /** A child runs its parent's program until it starts another. */
  private void forked(int parentPid, int pid, long time) {
    Entry parent = find(parentPid);
    ProcessRef ref = new ProcessRef(pid, clock.start(time));
    if (parent == null) {
      entries.put(pid, new Entry(pid, time, null, ProcessInfo.unknown(ref)));
      return;
    }
    ProcessInfo p = parent.info;
    ProcessInfo child =
        new ProcessInfo(
            ref,
            0,
            p.name(),
            p.executable(),
            p.args(),
            p.argsTruncated(),
            p.workingDirectory(),
            p.tty(),
            p.uid(),
            p.gid(),
            p.loginUid(),
            p.capabilities(),
            p.flags(),
            parent(p),
            ancestors(p),
            new ProcessInfo.More(
                p.more().permittedCapabilities(),
                p.more().environment(),
                p.more().environmentTruncated(),
                false));
    entries.put(pid, new Entry(pid, time, parent.container, child));
  }

  private static Parent parent(ProcessInfo p) {
    return new Parent(p.ref(), p.name(), p.executable(), p.args());
  }

  /** Those of a child of the process. */
  private static List<String> ancestors(ProcessInfo p) {
    List<String> names = new ArrayList<>();
    Parent parent = p.parent();
    if (parent != null && parent.name() != null) {
      names.add(parent.name());
    }
    names.addAll(p.ancestors());
    return names.subList(0, Math.min(names.size(), MOST_ANCESTORS));
  }

  private void executed(int pid, long time) {
    Entry known = entries.get(pid);
    ProcFacts.Facts read = facts.read(pid, environment, known == null ? null : known.container);
    if (read == null) {
      unread(known, time);
      return;
    }
    if (known != null && read.process().startTicks() > ticks(known) + 3) {
      known = null; // the message of a later process's start was lost
    }
    boolean wasHost = known == null || known.container == null;
    if (known != null && isSame(known, read)) {
      lose(read.container(), OVERTAKEN);
      return;
    }
    Entry entry = enter(read, known);
    entry.told = true;
    if (read.container() != null || includeHost) {
      next.accept(
          new ProcessExec(
              clock.time(time), ref(read.container()), setUp(entry.info, read, wasHost)));
    }
  }

  /** Whether what was read is what was told of the process's last program already. */
  private static boolean isSame(Entry known, ProcFacts.Facts read) {
    ProcFacts.Stat image = known.image;
    return known.told
        && image != null
        && image.stack() != 0
        && image.sameImage(read.stat())
        && read.process().args().equals(known.info.args());
  }

  /** Its program is not known any more; that it ran one is. */
  private void unread(@Nullable Entry known, long time) {
    if (known == null) {
      return; // a process of which nothing was ever seen, not even whose child it is
    }
    known.image = null;
    known.info = bare(known.info);
    if (known.container != null) {
      lose(known.container, GONE);
      next.accept(new ProcessExec(clock.time(time), ref(known.container), known.info));
    } else if (includeHost || isOfRuntime(known.info)) {
      lose(null, GONE);
    }
  }

  /** The runtime's child has its container only since it was made; it may have been in one. */
  private static boolean isOfRuntime(ProcessInfo info) {
    return info.parent() != null && isRuntime(info.parent().name());
  }

  private static boolean isRuntime(@Nullable String name) {
    return name != null && (RUNTIMES.contains(name) || name.startsWith(SHIM));
  }

  private static ProcessInfo bare(ProcessInfo p) {
    return new ProcessInfo(
        p.ref(),
        p.containerPid(),
        null,
        null,
        List.of(),
        false,
        p.workingDirectory(),
        p.tty(),
        p.uid(),
        p.gid(),
        p.loginUid(),
        0,
        ProcessInfo.Flags.NONE,
        p.parent(),
        p.ancestors());
  }

  private static ProcessInfo setUp(ProcessInfo p, ProcFacts.Facts read, boolean wasHost) {
    String executable = p.executable();
    boolean setup =
        wasHost
            && read.container() != null
            && p.args().size() == 2
            && p.args().getLast().equals("init")
            && executable != null
            && RUNTIMES.stream().anyMatch(executable::contains);
    return setup
        ? copy(p, new ProcessInfo.Flags(true, p.flags().upperLayer(), p.flags().fileless(), true))
        : p;
  }

  private static ProcessInfo copy(ProcessInfo p, ProcessInfo.Flags flags) {
    return new ProcessInfo(
        p.ref(),
        p.containerPid(),
        p.name(),
        p.executable(),
        p.args(),
        p.argsTruncated(),
        p.workingDirectory(),
        p.tty(),
        p.uid(),
        p.gid(),
        p.loginUid(),
        p.capabilities(),
        flags,
        p.parent(),
        p.ancestors(),
        p.more());
  }

  private void user(int pid, int uid) {
    Entry entry = entries.get(pid);
    if (entry != null) {
      entry.info = with(entry.info, uid, entry.info.gid(), entry.info.more());
    }
  }

  private void group(int pid, int gid) {
    Entry entry = entries.get(pid);
    if (entry != null) {
      entry.info = with(entry.info, entry.info.uid(), gid, entry.info.more());
    }
  }

  private void session(int pid) {
    Entry entry = entries.get(pid);
    if (entry != null) {
      ProcessInfo.More more = entry.info.more();
      entry.info =
          with(
              entry.info,
              entry.info.uid(),
              entry.info.gid(),
              new ProcessInfo.More(
                  more.permittedCapabilities(),
                  more.environment(),
                  more.environmentTruncated(),
                  true));
    }
  }

  private static ProcessInfo with(ProcessInfo p, int uid, int gid, ProcessInfo.More more) {
    return new ProcessInfo(
        p.ref(),
        p.containerPid(),
        p.name(),
        p.executable(),
        p.args(),
        p.argsTruncated(),
        p.workingDirectory(),
        p.tty(),
        uid,
        gid,
        p.loginUid(),
        p.capabilities(),
        p.flags(),
        p.parent(),
        p.ancestors(),
        more);
  }

  private void exited(int pid, long time, int status) {
    Entry entry = entries.get(pid);
    if (entry == null || entry.over) {
      return; // it began and ended with nothing known of it; its fork counts as lost
    }
    entry.over = true;
    ended.add(pid);
    if (ended.size() > MOST_ENDED) {
      forget(ended.removeFirst());
    }
    if (entry.container != null || includeHost) {
      int signal = status & SIGNAL_BITS;
      int code = signal == 0 ? status >> 8 & 0xff : 0;
      next.accept(
          new ProcessExit(clock.time(time), ref(entry.container), entry.info, code, signal));
    }
  }

  private void forget(int pid) {
    Entry entry = entries.get(pid);
    if (entry != null && entry.over) {
      entries.remove(pid);
    }
  }

  /** Forgets the processes that have ended; called every few seconds. */
  synchronized void sweep() {
    ended.forEach(this::forget);
    ended.clear();
    clock.adjust();
  }

  // ---- what /proc tells ----

  /** Learns what runs already, without an event. What is known and runs no more is forgotten. */
  synchronized void seed() {
    Set<Integer> alive = new HashSet<>(facts.files().pids());
    entries.keySet().retainAll(alive);
    for (int pid : alive) {
      ProcFacts.Stat stat = facts.stat(pid);
      Entry known = entries.get(pid);
      if (stat == null) {
        continue;
      }
      if (known == null || stat.startTicks() > ticks(known) + 3) {
        entries.remove(pid);
        read(pid);
      } else if (known.container != null && !isUnchanged(known, stat)) {
        read(pid); // the message of its program was lost
      }
    }
  }

  /**
   * Looks at all processes, and reports the programs that are new since the last look. What began
   * and ended in between is not seen.
   */
  synchronized void look() {
    clock.adjust();
    long now = clock.now();
    Set<Integer> alive = new HashSet<>(facts.files().pids());
    entries.keySet().retainAll(alive);
    for (int pid : alive) {
      ProcFacts.Stat stat = facts.stat(pid);
      Entry known = entries.get(pid);
      if (stat == null || stat.zombie() || (known != null && isUnchanged(known, stat))) {
        continue;
      }
      ProcFacts.Facts read = facts.read(pid, environment, null);
      if (read == null) {
        continue;
      }
      boolean other =
          known == null
              || ticks(known) != stat.startTicks()
              || !read.process().args().equals(known.info.args());
      boolean moved = known != null && known.container == null && read.container() != null;
      Entry entry = enter(read, null);
      // a child that was copied from its parent since the last look runs what that did
      Entry parent = entries.get(read.process().parentPid());
      boolean copied =
          known == null
              && parent != null
              && read.container() != null
              && read.container().equals(parent.container)
              && read.process().args().equals(parent.info.args());
      if ((other || moved) && !copied && (read.container() != null || includeHost)) {
        ProcessInfo info = setUp(entry.info, read, true);
        if (!info.flags().setup()) {
          next.accept(new ProcessExec(clock.time(now), ref(read.container()), info));
        }
      }
    }
  }

  /** Without the right to see where its memory lies, only its name tells one from the next. */
  private static boolean isUnchanged(Entry known, ProcFacts.Stat stat) {
    ProcFacts.Stat image = known.image;
    return image != null && image.sameImage(stat) && image.name().equals(stat.name());
  }

  private static long ticks(Entry entry) {
    return entry.start / ProcFiles.TICK;
  }

  /** What is known of a process; read when it was not yet; null when it is gone. */
  private @Nullable Entry find(int pid) {
    Entry known = entries.get(pid);
    if (known != null && known.container == null && !known.over && isHostChanged(known)) {
      known = null; // processes of the host are read when they are needed, not at each program
    }
    return known == null ? read(pid) : known;
  }

  private boolean isHostChanged(Entry known) {
    ProcFacts.Stat stat = facts.stat(known.pid);
    return stat != null && !stat.zombie() && !stat.name().equals(known.info.name());
  }

  private @Nullable Entry read(int pid) {
    ProcFacts.Facts read = pid == 0 ? null : facts.read(pid, environment, null);
    return read == null ? null : enter(read, entries.get(pid));
  }

  /** Remembers what a process is now; its start stays that which was told first. */
  private Entry enter(ProcFacts.Facts read, @Nullable Entry known) {
    ProcFiles.Snapshot p = read.process();
    long start = p.startTicks() * ProcFiles.TICK;
    if (known != null && Math.abs(known.start - start) <= LATE) {
      start = known.start;
    }
    Entry entry = new Entry(p.pid(), start, read.container(), ProcessInfo.unknown(ref(p, start)));
    entries.put(p.pid(), entry); // before its ancestors, should two ever be each other's
    Entry above = p.parentPid() == 0 ? null : find(p.parentPid());
    entry.image = read.stat();
    entry.info =
        new ProcessInfo(
            ref(p, start),
            p.containerPid(),
            p.name(),
            p.executable(),
            p.args(),
            p.argsTruncated(),
            p.workingDirectory(),
            p.tty(),
            p.uid(),
            p.gid(),
            p.loginUid(),
            p.capabilities(),
            new ProcessInfo.Flags(false, read.upperLayer(), read.fileless(), read.hostMounts()),
            above == null ? null : parent(above.info),
            above == null ? List.of() : ancestors(above.info),
            new ProcessInfo.More(
                read.permitted(),
                read.environment(),
                read.environmentTruncated(),
                read.stat().group() == p.pid()));
    return entry;
  }

  private ProcessRef ref(ProcFiles.Snapshot p, long start) {
    return new ProcessRef(p.pid(), clock.start(start));
  }

  private static @Nullable ContainerRef ref(@Nullable ContainerId container) {
    return container == null ? null : ContainerRef.unknown(container);
  }

  // ---- for others ----

  /**
   * A process that runs.
   *
   * @param container null for one of the host
   */
  record Running(int pid, @Nullable ContainerId container, ProcessInfo info) {}

  /** Processes of containers that run. */
  synchronized List<Running> ofContainers() {
    return entries.values().stream()
        .filter(entry -> entry.container != null && !entry.over)
        .map(entry -> new Running(entry.pid, entry.container, entry.info))
        .toList();
  }

  /** Processes that are remembered. */
  synchronized int size() {
    return entries.size();
  }

  private void lose(@Nullable ContainerId container, String reason) {
    lost.merge((container == null ? "" : container.value()) + " " + reason, 1L, Long::sum);
  }

  /** Of how many programs it is not known what they were, since the last call. */
  synchronized List<SensorLoss> losses() {
    long now = clock.now();
    List<SensorLoss> losses = new ArrayList<>();
    lost.forEach((key, count) -> {
      int blank = key.indexOf(' ');
      losses.add(
          new SensorLoss(
              clock.time(now),
              blank == 0 ? null : ContainerRef.unknown(new ContainerId(key.substring(0, blank))),
              SOURCE,
              "process.exec",
              key.substring(blank + 1),
              count,
              clock.time(since),
              clock.time(now)));
    });
    lost.clear();
    since = now;
    return losses;
  }
}
