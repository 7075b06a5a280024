package io.leukocyte.responder;

import io.leukocyte.events.ContainerId;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableSet;
import java.util.TreeSet;

/**
 * What the host's {@code /proc} and control groups say of processes. Sources: the kernel's proc(5)
 * and cgroups(7).
 */
final class HostProc {
  /** Nanoseconds of the unit of start times in {@code /proc}. */
  static final long TICK = 10_000_000;

  private static final int READINGS = 5;
  private static final int MOST_GROUPS = 1_000;
  private static final int BUFFER = 64 << 10;

  /** The least that the kernel makes of a table before it hands it over. */
  private static final int PAGE = 4 << 10;

  /** Of a table of sockets: a path of 108 bytes, and numbers. */
  private static final int LONGEST_LINE = 1 << 10;

  private static final int FIELD_START = 19;

  private final Path proc;
  private final Path groups;

  /** The host's own. */
  HostProc() {
    this(Path.of("/proc"), Path.of("/sys/fs/cgroup"));
  }

  HostProc(Path proc, Path groups) {
    this.proc = proc;
    this.groups = groups;
  }

  /** All packets in the network namespace of a process; moves the calling thread there. */
  PacketSource packets(ContainerProcess process) throws IOException {
    return new ContainerNamespaces(
            proc, Nft::ofThisHost, new Commands(ContainerNamespaces.DEADLINE))
        .packets(process);
  }

  /** A file or folder of a process. */
  Path path(int pid, String name) {
    return proc.resolve(pid + "/" + name);
  }

  /**
   * A file of a process.
   *
   * @param most bytes that are read of it
   */
  byte[] bytes(int pid, String name, int most) throws IOException {
    try (InputStream in = Files.newInputStream(path(pid, name))) {
      return in.readNBytes(most);
    }
  }

  /**
   * A table of a process's network namespace, such as {@code tcp}. To tell that a table is at its
   * end the kernel goes through the sockets of the whole host, and does so once more when it is
   * asked again: so what left room for another line in its page was the last.
   *
   * @param most bytes that are read of it
   */
  byte[] table(int pid, String name, int most) throws IOException {
    ByteArrayOutputStream table = new ByteArrayOutputStream();
    byte[] buffer = new byte[BUFFER];
    try (InputStream in = Files.newInputStream(path(pid, "net/" + name))) {
      int got;
      do {
        got = in.read(buffer, 0, Math.min(buffer.length, most - table.size()));
        table.write(buffer, 0, Math.max(0, got));
      } while (got > PAGE - LONGEST_LINE && table.size() < most);
    }
    return table.toByteArray();
  }

  /** A short file of a process. */
  String text(int pid, String name) throws IOException {
    return new String(bytes(pid, name, 1 << 20), StandardCharsets.UTF_8);
  }

  /** Where a link of a process leads, as the kernel writes it. */
  String link(int pid, String name) throws IOException {
    return Files.readSymbolicLink(path(pid, name)).toString();
  }

  /** The fields of {@code stat} behind the name of the process. */
  List<String> stat(int pid) throws IOException {
    String stat = text(pid, "stat");
    int name = stat.lastIndexOf(')');
    List<String> fields = List.of(stat.substring(name + 1).strip().split(" ", -1));
    if (name < 0 || fields.size() <= FIELD_START) {
      throw new IOException("the kernel's stat of process " + pid + " cannot be understood");
    }
    return fields;
  }

  /** When a process began, in ticks since the host's boot: with the pid it is its identity. */
  long startTicks(int pid) throws IOException {
    return Long.parseLong(stat(pid).get(FIELD_START));
  }

  /**
   * When the host booted, unix nanoseconds, to about 10 ms: of several readings the one between
   * whose begin and end the least time went by.
   */
  long bootTime(Clock clock) throws IOException {
    long best = Long.MAX_VALUE;
    long found = 0;
    for (int i = 0; i < READINGS && best > TICK / 10; i++) {
      long before = Nanos.now(clock);
      String uptime = Files.readString(proc.resolve("uptime"));
      long took = Nanos.now(clock) - before;
      if (took < best) {
        double seconds = Double.parseDouble(uptime.substring(0, uptime.indexOf(' ')));
        best = took;
        found = before + took / 2 - Math.round(seconds * 1e9);
      }
    }
    return found;
  }

  /**
   * The processes of a container: those in its control group and the groups below. Where that
   * cannot be seen, all processes whose group names the container.
   *
   * @param first its first process
   * @throws IOException when that one is gone, or the host's processes cannot be seen
   */
  NavigableSet<Integer> pids(ContainerId container, int first) throws IOException {
    NavigableSet<Integer> pids = new TreeSet<>();
    for (String line : text(first, "cgroup").split("\n", -1)) {
      if (line.contains(container.value())) {
        addGroup(line, pids);
      }
      if (!pids.isEmpty()) {
        return pids;
      }
    }
    return search(container);
  }

  /** A line is {@code number:controllers:path}; without controllers it is of version 2. */
  private void addGroup(String line, NavigableSet<Integer> pids) throws IOException {
    String[] parts = line.split(":", 3);
    String below = parts[2].startsWith("/") ? parts[2].substring(1) : parts[2];
    List<String> mounts =
        parts[1].isEmpty() ? List.of(".", "unified") : List.of(parts[1].replace("name=", ""));
    for (String mount : mounts) {
      Path folder = groups.resolve(mount).resolve(below);
      if (!below.contains("..") && Files.isReadable(folder.resolve("cgroup.procs"))) {
        addBelow(folder, pids);
        return;
      }
    }
  }

  private static void addBelow(Path top, NavigableSet<Integer> pids) throws IOException {
    List<Path> folders = new ArrayList<>(List.of(top));
    for (int i = 0; i < folders.size() && i < MOST_GROUPS; i++) {
      Files.readString(folders.get(i).resolve("cgroup.procs"))
          .lines()
          .map(Integer::valueOf)
          .filter(pid -> pid > 0) // 0: in a pid namespace that we cannot see
          .forEach(pids::add);
      try (DirectoryStream<Path> below =
          Files.newDirectoryStream(folders.get(i), Files::isDirectory)) {
        below.forEach(folders::add);
      }
    }
  }

  private NavigableSet<Integer> search(ContainerId container) throws IOException {
    NavigableSet<Integer> pids = new TreeSet<>();
    try (DirectoryStream<Path> all = Files.newDirectoryStream(proc, "[0-9]*")) {
      for (Path process : all) {
        int pid = Integer.parseInt(process.getFileName().toString());
        if (isOf(container, pid)) {
          pids.add(pid);
        }
      }
    }
    return pids;
  }

  private boolean isOf(ContainerId container, int pid) {
    try {
      return text(pid, "cgroup").contains(container.value());
    } catch (IOException e) {
      return false; // it ended
    }
  }

  /** The network namespace of the host, as links name it; empty when it cannot be seen. */
  String hostNetwork() {
    try {
      return link(1, "ns/net");
    } catch (IOException e) {
      return "";
    }
  }
}
