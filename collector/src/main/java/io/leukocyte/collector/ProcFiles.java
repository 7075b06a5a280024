package io.leukocyte.collector;

import io.leukocyte.events.ContainerId;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What {@code /proc} tells of a process: for those that began before the sensor, and for parents
 * outside of containers. A process that is gone, or ends while it is read, is null.
 */
final class ProcFiles {
  /** Nanoseconds of the unit of start times in {@code /proc}. */
  static final long TICK = 10_000_000;

  private static final Pattern CONTAINER =
      Pattern.compile("(?:/|(?<!-conmon)-)([0-9a-f]{64})(?:\\.scope)?(?=/|$)");
  private static final int MOST_ARGS = 4096;
  private static final int MOST_TEXT = 1 << 20;
  private static final int FIELD_STATE = 0;
  private static final int FIELD_PARENT = 1;
  private static final int FIELD_TTY = 4;
  private static final int FIELD_START = 19;

  /** The parent of all threads of the kernel's, where the host's processes are seen. */
  static final int KERNEL_THREAD = 2;

  private final Path root;

  ProcFiles(Path root) {
    this.root = root;
  }

  /**
   * One process.
   *
   * @param startTicks hundredths of a second from boot to its start
   * @param containerPid in the innermost pid namespace
   * @param name comm
   * @param executable null when it may not be read or it is a kernel thread
   * @param args empty for a kernel thread
   * @param loginUid -1 when unset
   */
  record Snapshot(
      int pid,
      long startTicks,
      int parentPid,
      int containerPid,
      String name,
      @Nullable String executable,
      List<String> args,
      boolean argsTruncated,
      @Nullable String workingDirectory,
      int tty,
      int uid,
      int gid,
      int loginUid,
      long capabilities) {}

  /** The pids of all processes that are alive. */
  List<Integer> pids() {
    List<Integer> pids = new ArrayList<>();
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(root, "[0-9]*")) {
      for (Path entry : entries) {
        pids.add(Integer.valueOf(entry.getFileName().toString()));
      }
    } catch (IOException | NumberFormatException e) {
      return pids;
    }
    return pids;
  }

  /**
   * The container whose cgroup the process is in; null for none. Of several it is the outermost, as
   * all others may have been made within it; but not the one that the host itself is.
   */
  @Nullable ContainerId container(int pid) {
    ContainerId host = hostContainer();
    return outermost(pid, id -> !id.equals(host));
  }

  /** The container that the host is, with an engine of its own in it; null on other hosts. */
  @Nullable ContainerId hostContainer() {
    return outermost(1, id -> true);
  }

  private @Nullable ContainerId outermost(int pid, Predicate<ContainerId> which) {
    String cgroups = text(pid, "cgroup");
    if (cgroups == null) {
      return null;
    }
    Matcher id = CONTAINER.matcher("");
    for (String line : cgroups.split("\n", -1)) {
      if (line.contains(":pids:") || line.startsWith("0::")) {
        id.reset(line);
        while (id.find()) {
          ContainerId found = new ContainerId(id.group(1));
          if (which.test(found)) {
            return found;
          }
        }
      }
    }
    return null;
  }

  /** The id in the name of one control group, as engines name them; null when there is none. */
  static @Nullable String containerIn(String group) {
    Matcher id = CONTAINER.matcher("/" + group);
    return id.find() ? id.group(1) : null;
  }

  /** The lines of the process's {@code cgroup}; none when it has ended. */
  List<String> cgroups(int pid) {
    return lines(text(pid, "cgroup"));
  }

  /** The lines of the process's {@code mountinfo}; none when they may not be read. */
  List<String> mounts(int pid) {
    return lines(text(pid, "mountinfo"));
  }

  /** The lines of this process's own {@code mountinfo}. */
  List<String> ownMounts() {
    return lines(text(root.resolve("self/mountinfo")));
  }

  private static List<String> lines(@Nullable String text) {
    return text == null ? List.of() : text.lines().toList();
  }

  /** The pid of the process's parent; 0 when it has none or is gone. */
  int parent(int pid) {
    String stat = text(pid, "stat");
    String[] fields = stat == null ? new String[0] : afterName(stat);
    return fields.length <= FIELD_PARENT ? 0 : Integer.parseInt(fields[FIELD_PARENT]);
  }

  /** Whether the process is the kernel's own: it has the host's root folder. */
  boolean isKernelThread(int pid) {
    String name = text(pid, "comm");
    return pid == KERNEL_THREAD && name != null && name.strip().equals("kthreadd");
  }

  /** How the process's user namespace numbers users; null when that cannot be read. */
  @Nullable IdMap userIds(int pid) {
    String text = text(pid, "uid_map");
    return text == null ? null : IdMap.parse(text);
  }

  /** The same of groups. */
  @Nullable IdMap groupIds(int pid) {
    String text = text(pid, "gid_map");
    return text == null ? null : IdMap.parse(text);
  }

  /** The process's audit login user; -1 when unset, or the process is gone. */
  int loginUser(int pid) {
    String text = text(pid, "loginuid");
    return text == null || text.isBlank() ? -1 : (int) Long.parseLong(text.strip());
  }

  /** The process's root folder, as it can be read from here. */
  Path rootOf(int pid) {
    return root.resolve(pid + "/root");
  }

  /** The network devices that the process sees, as the kernel lists them; null when it ended. */
  @Nullable String networkDevices(int pid) {
    return text(pid, "net/dev");
  }

  /** Whether there is such a process. */
  boolean isAlive(int pid) {
    return Files.exists(root.resolve(Integer.toString(pid)));
  }

  boolean isFolder(Path path) {
    return Files.isDirectory(path);
  }

  boolean isFile(Path path) {
    return Files.isRegularFile(path);
  }

  /** A small file of the kernel's; null when it is not there any more, or may not be read. */
  @Nullable String text(Path file) {
    try (InputStream in = Files.newInputStream(file)) {
      return new String(in.readNBytes(MOST_TEXT), StandardCharsets.UTF_8);
    } catch (IOException e) {
      return null;
    }
  }

  /** The number of the process's network namespace; 0 when it cannot be read. */
  int networkNamespace(int pid) {
    String link = link(pid, "ns/net");
    if (link == null || !link.startsWith("net:[") || !link.endsWith("]")) {
      return 0;
    }
    return Integer.parseUnsignedInt(link.substring(5, link.length() - 1));
  }

  /** All that is told of the process; null when it is gone. */
  @Nullable Snapshot read(int pid) {
    String stat = text(pid, "stat");
    if (stat == null) {
      return null;
    }
    int open = stat.indexOf('(');
    int close = stat.lastIndexOf(')');
    String[] fields = afterName(stat);
    Map<String, String> status = status(pid);
    byte[] args = bytes(pid, "cmdline", MOST_ARGS + 1);
    if (fields.length <= FIELD_START || fields[FIELD_STATE].isEmpty() || args == null) {
      return null;
    }
    boolean cut = args.length > MOST_ARGS;
    return new Snapshot(
        pid,
        Long.parseLong(fields[FIELD_START]),
        Integer.parseInt(fields[FIELD_PARENT]),
        lastNumber(status.get("NSpid"), pid),
        stat.substring(open + 1, close),
        link(pid, "exe"),
        Arguments.split(args, Math.min(args.length, MOST_ARGS)),
        cut,
        link(pid, "cwd"),
        Integer.parseInt(fields[FIELD_TTY]),
        firstNumber(status.get("Uid"), -1),
        firstNumber(status.get("Gid"), -1),
        loginUser(pid),
        capabilities(status.get("CapEff")));
  }

  /** The fields of a stat file behind the name, which may hold anything. */
  private static String[] afterName(String stat) {
    int close = stat.lastIndexOf(')');
    return close < 0 ? new String[0] : stat.substring(close + 2).split(" ", -1);
  }

  private static long capabilities(@Nullable String hexadecimal) {
    return hexadecimal == null ? 0 : Long.parseUnsignedLong(hexadecimal.strip(), 16);
  }

  private static int firstNumber(@Nullable String numbers, int otherwise) {
    return numbers == null ? otherwise : (int) Long.parseLong(numbers.strip().split("\\s+", -1)[0]);
  }

  private static int lastNumber(@Nullable String numbers, int otherwise) {
    if (numbers == null) {
      return otherwise;
    }
    String[] all = numbers.strip().split("\\s+", -1);
    return Integer.parseInt(all[all.length - 1]);
  }

  private Map<String, String> status(int pid) {
    Map<String, String> fields = new HashMap<>();
    String text = text(pid, "status");
    if (text != null) {
      for (String line : text.split("\n", -1)) {
        int colon = line.indexOf(':');
        if (colon > 0) {
          fields.put(line.substring(0, colon), line.substring(colon + 1));
        }
      }
    }
    return fields;
  }

  private @Nullable String text(int pid, String file) {
    byte[] bytes = bytes(pid, file, Integer.MAX_VALUE);
    return bytes == null ? null : new String(bytes, StandardCharsets.UTF_8);
  }

  private byte @Nullable [] bytes(int pid, String file, int most) {
    try (InputStream in = Files.newInputStream(root.resolve(pid + "/" + file))) {
      return in.readNBytes(most);
    } catch (IOException e) {
      return null; // it has ended
    }
  }

  private @Nullable String link(int pid, String name) {
    try {
      return Files.readSymbolicLink(root.resolve(pid + "/" + name)).toString();
    } catch (IOException e) {
      return null; // it has ended, or is a kernel thread
    }
  }
}
