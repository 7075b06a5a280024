package io.leukocyte.responder;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.leukocyte.events.ContainerId;
import io.leukocyte.events.ProcessRef;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Reads what is gone when a container is changed: its processes, sockets and open files, and the
 * memory map of the suspicious process. One pass over {@code /proc}, what matters most first,
 * within a deadline: what is not read by then is named as missing.
 *
 * <p>The kernel may let a reader of {@code /proc} wait for as long as a process likes. So a thread
 * of its own reads, and is left behind when it does not come back.
 */
final class VolatileEvidence {
  private static final int MOST_LEFT_BEHIND = 4;
  private static final int MOST_PROCESSES = 4_096;
  private static final int MOST_FILES = 4_096;
  private static final int MOST_TABLE = 8 << 20;
  private static final int MOST_MAP = 4 << 20;
  private static final long SAME_START = Duration.ofSeconds(2).toNanos();

  private final HostProc proc;
  private final Clock clock;
  private final Duration budget;
  private final AtomicInteger busy = new AtomicInteger();

  VolatileEvidence(HostProc proc, Clock clock, Duration budget) {
    this.proc = proc;
    this.clock = clock;
    this.budget = budget;
  }

  /**
   * Whose evidence is taken.
   *
   * @param container the container; null: its first process alone
   * @param first its first process
   * @param cause the process that caused the alert; null when it is not known
   */
  record Subject(@Nullable ContainerId container, int first, @Nullable ProcessRef cause) {}

  /**
   * What was read.
   *
   * @param taken when it was begun
   * @param took how long reading it took
   * @param files contents by file name
   * @param missing what could not be read, or not in time
   */
  record Reading(
      Instant taken, Duration took, SortedMap<String, String> files, List<Missing> missing) {}

  /** Reads; comes back within the budget, whatever happens. */
  Reading read(Subject subject) {
    return begin(subject).get();
  }

  /**
   * Begins to read, and goes on beside its caller.
   *
   * @return waits for the end, at most until the budget is spent since the beginning
   */
  Supplier<Reading> begin(Subject subject) {
    Instant taken = clock.instant();
    Draft draft = new Draft(System.nanoTime(), budget);
    if (busy.get() >= MOST_LEFT_BEHIND) {
      draft.miss("processes", "", MOST_LEFT_BEHIND + " earlier readings of /proc still hang");
      draft.finished();
    } else {
      begin(subject, draft);
    }
    return () -> {
      draft.await();
      draft.seal("not within " + budget.toMillis() + " ms");
      return new Reading(taken, draft.took(), draft.files(), draft.missing());
    };
  }

  private void begin(Subject subject, Draft draft) {
    busy.incrementAndGet();
    Thread.ofPlatform()
        .daemon()
        .name("responder-evidence")
        .start(() -> {
          try {
            read(subject, draft);
          } finally {
            busy.decrementAndGet();
            draft.finished();
          }
        });
  }

  private void read(Subject subject, Draft draft) {
    draft.plan("processes", "");
    try {
      ContainerId container = subject.container();
      SortedSet<Integer> pids =
          container == null
              ? new TreeSet<>(Set.of(subject.first()))
              : proc.pids(container, subject.first());
      new Pass(subject, draft, inOrder(subject, pids, draft), proc.bootTime(clock)).run();
    } catch (IOException | RuntimeException e) {
      draft.failed("processes", "", e);
    }
  }

  /** The suspicious process first. */
  private static List<Integer> inOrder(Subject subject, SortedSet<Integer> pids, Draft draft) {
    Set<Integer> ordered = new LinkedHashSet<>();
    ProcessRef cause = subject.cause();
    if (cause != null && pids.contains(cause.pid())) {
      ordered.add(cause.pid());
    }
    ordered.addAll(pids);
    List<Integer> all = new ArrayList<>(ordered);
    if (all.size() > MOST_PROCESSES) {
      draft.miss(
          "processes", "", (all.size() - MOST_PROCESSES) + " beyond the first " + MOST_PROCESSES);
      return all.subList(0, MOST_PROCESSES);
    }
    return all;
  }

  /** One pass over the processes of a container. */
  private final class Pass {
    private final Subject subject;
    private final Draft draft;
    private final List<Integer> pids;
    private final long bootTime;
    private final ProcessReader processes;

    Pass(Subject subject, Draft draft, List<Integer> pids, long bootTime) {
      this.subject = subject;
      this.draft = draft;
      this.pids = pids;
      this.bootTime = bootTime;
      processes = new ProcessReader(proc, bootTime);
    }

    private interface Part {
      void read() throws IOException;
    }

    private record Planned(String what, String of, Part part) {}

    void run() {
      List<Planned> plan = new ArrayList<>();
      plan.add(new Planned("memory map", "", this::memoryMap));
      pids.forEach(pid -> plan.add(of("processes", pid, () -> process(pid))));
      SocketTables.NAMES.forEach(
          table -> plan.add(new Planned("sockets", table, () -> sockets(table))));
      pids.forEach(pid -> plan.add(of("open files", pid, () -> files(pid))));
      pids.forEach(pid -> plan.add(of("environment", pid, () -> environment(pid))));
      plan.forEach(p -> draft.plan(p.what(), p.of()));
      draft.done("processes", "");
      for (Planned next : plan) {
        if (draft.isOver()) {
          return;
        }
        try {
          next.part().read();
          draft.done(next.what(), next.of());
        } catch (IOException | RuntimeException e) {
          draft.failed(next.what(), next.of(), e);
        }
      }
    }

    private Planned of(String what, int pid, Part part) {
      return new Planned(what, String.valueOf(pid), part);
    }

    private void process(int pid) throws IOException {
      ObjectNode node = processes.read(pid);
      if (isCause(pid)) {
        node.put("cause", true);
      }
      draft.process(pid, node);
    }

    private boolean isCause(int pid) throws IOException {
      ProcessRef cause = subject.cause();
      if (cause == null || cause.pid() != pid) {
        return false;
      }
      long started = bootTime + proc.startTicks(pid) * HostProc.TICK;
      return cause.startTime() == 0 || Math.abs(cause.startTime() - started) < SAME_START;
    }

    private void memoryMap() throws IOException {
      ProcessRef cause = subject.cause();
      if (cause == null) {
        draft.miss("memory map", "", "the process that caused the alert is not known");
      } else if (!pids.contains(cause.pid()) || !isCause(cause.pid())) {
        draft.miss(
            "memory map", String.valueOf(cause.pid()), "the process that caused the alert ended");
      } else {
        byte[] map = proc.bytes(cause.pid(), "maps", MOST_MAP);
        if (map.length == MOST_MAP) {
          draft.miss("memory map", String.valueOf(cause.pid()), "cut after " + MOST_MAP + " bytes");
        }
        draft.map(new String(map, StandardCharsets.UTF_8));
      }
    }

    /**
     * Of each network namespace that a process of the container is in; of the host's, only ours.
     */
    private void sockets(String table) throws IOException {
      Set<String> seen = new HashSet<>();
      for (int pid : pids) {
        if (draft.isOver()) {
          throw new IOException("not within " + budget.toMillis() + " ms");
        }
        String namespace = network(pid);
        if (!namespace.isEmpty() && !seen.contains(namespace) && table(table, pid, namespace)) {
          seen.add(namespace);
        }
      }
    }

    /** False when the process ended: another in the same namespace may tell. */
    private boolean table(String table, int pid, String namespace) throws IOException {
      byte[] text;
      try {
        text = proc.table(pid, table, MOST_TABLE);
      } catch (NoSuchFileException e) {
        return false;
      }
      if (text.length == MOST_TABLE) {
        draft.miss("sockets", table, "cut after " + MOST_TABLE + " bytes");
      }
      draft.sockets(
          namespace,
          namespace.equals(proc.hostNetwork()),
          SocketTables.parse(table, new String(text, StandardCharsets.UTF_8)));
      return true;
    }

    private String network(int pid) {
      try {
        return proc.link(pid, "ns/net");
      } catch (IOException e) {
        return ""; // it ended
      }
    }

    private void files(int pid) throws IOException {
      List<ObjectNode> files = new ArrayList<>();
      try (DirectoryStream<Path> open = Files.newDirectoryStream(proc.path(pid, "fd"))) {
        for (Path link : open) {
          if (files.size() == MOST_FILES || draft.isOver()) {
            draft.miss("open files", String.valueOf(pid), "cut after " + files.size());
            break;
          }
          file(pid, link, files);
        }
      }
      draft.openFiles(files);
    }

    private static void file(int pid, Path link, List<ObjectNode> files) throws IOException {
      try {
        files.add(
            JournalLines.MAPPER
                .createObjectNode()
                .put("pid", pid)
                .put("fd", Integer.parseInt(link.getFileName().toString()))
                .put("target", Files.readSymbolicLink(link).toString()));
      } catch (NoSuchFileException e) {
        // it was closed meanwhile
      }
    }

    private void environment(int pid) throws IOException {
      draft.environment(pid, processes.environment(pid));
    }
  }

  /** What was read so far. Nothing is added any more once it is sealed. */
  private static final class Draft {
    private final long start;
    private final long deadline;
    private final CountDownLatch end = new CountDownLatch(1);
    private final Set<List<String>> pending = new LinkedHashSet<>();
    private final List<Missing> missing = new ArrayList<>();
    private final Map<Integer, ObjectNode> processes = new TreeMap<>();
    private final List<ObjectNode> sockets = new ArrayList<>();
    private final List<ObjectNode> files = new ArrayList<>();
    private @Nullable String map;
    private boolean sealed;
    private volatile long ended;

    Draft(long start, Duration budget) {
      this.start = start;
      deadline = start + budget.toNanos();
    }

    void await() {
      try {
        boolean _ = end.await(deadline - System.nanoTime(), TimeUnit.NANOSECONDS);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }

    void finished() {
      ended = System.nanoTime();
      end.countDown();
    }

    /** Until the reading ended, or until now. */
    Duration took() {
      return Duration.ofNanos((end.getCount() == 0 ? ended : System.nanoTime()) - start);
    }

    boolean isOver() {
      return System.nanoTime() - deadline >= 0;
    }

    private synchronized void change(Runnable change) {
      if (!sealed) {
        change.run();
      }
    }

    void plan(String what, String of) {
      change(() -> pending.add(List.of(what, of)));
    }

    void done(String what, String of) {
      change(() -> pending.remove(List.of(what, of)));
    }

    void miss(String what, String of, String why) {
      change(() -> missing.add(new Missing(what, of.isEmpty() ? List.of() : List.of(of), why)));
    }

    void failed(String what, String of, Exception cause) {
      boolean gone = cause instanceof NoSuchFileException;
      miss(what, of, gone ? "it ended meanwhile" : String.valueOf(cause.getMessage()));
      done(what, of);
    }

    void process(int pid, ObjectNode node) {
      change(() -> processes.put(pid, node));
    }

    void environment(int pid, ArrayNode names) {
      change(() -> {
        ObjectNode process = processes.get(pid);
        if (process != null) {
          process.set("environment", names);
        }
      });
    }

    void sockets(String namespace, boolean host, List<ObjectNode> found) {
      change(() -> {
        found.forEach(socket -> socket.put("namespace", namespace).put("of_host", host));
        sockets.addAll(found);
      });
    }

    void openFiles(List<ObjectNode> found) {
      change(() -> files.addAll(found));
    }

    void map(String text) {
      change(() -> map = text);
    }

    synchronized void seal(String why) {
      if (!sealed) {
        pending.forEach(key -> {
          List<String> of = key.get(1).isEmpty() ? List.of() : List.of(key.get(1));
          missing.add(new Missing(key.get(0), of, why));
        });
        sealed = true;
      }
    }

    synchronized List<Missing> missing() {
      return Missing.grouped(missing);
    }

    synchronized SortedMap<String, String> files() {
      SortedMap<String, String> named = new TreeMap<>();
      named.put("processes.json", DeepEvidence.lines(processes.values()));
      named.put("files.json", DeepEvidence.lines(files));
      named.put("sockets.json", DeepEvidence.lines(owned()));
      if (map != null) {
        named.put("memory-map.txt", map);
      }
      return named;
    }

    /** Sockets with the processes that have them open; those of the host's namespace only so. */
    private List<ObjectNode> owned() {
      Map<Long, SortedSet<Integer>> owners = new LinkedHashMap<>();
      for (ObjectNode file : files) {
        String target = file.path("target").asText();
        if (target.startsWith("socket:[") && target.endsWith("]")) {
          owners
              .computeIfAbsent(
                  Long.valueOf(target.substring(8, target.length() - 1)), inode -> new TreeSet<>())
              .add(file.path("pid").asInt());
        }
      }
      List<ObjectNode> owned = new ArrayList<>();
      for (ObjectNode socket : sockets) {
        SortedSet<Integer> pids = owners.get(socket.path("inode").asLong());
        if (pids != null) {
          pids.forEach(socket.putArray("pids")::add);
        }
        if (pids != null || !socket.path("of_host").asBoolean()) {
          owned.add(socket);
        }
      }
      return owned;
    }
  }
}
