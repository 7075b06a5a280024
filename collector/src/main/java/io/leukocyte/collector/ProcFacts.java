package io.leukocyte.collector;

import io.leukocyte.events.ContainerId;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What {@code /proc} tells of the program that a process runs now, read at one go. A file of its
 * own beside {@link ProcFiles}, as it also has to tell one program of a process from the next.
 */
final class ProcFacts {
  private static final int MOST_ENVIRONMENT = 4096;
  private static final int FIELD_PARENT = 1;
  private static final int FIELD_GROUP = 2;
  private static final int FIELD_START = 19;
  private static final int FIELD_CODE = 23;
  private static final int FIELD_STACK = 25;
  private static final int FIELD_ARGUMENTS = 45;
  private static final int TRIES = 5;
  private static final String DELETED = " (deleted)";
  private static final Pattern UPPER = Pattern.compile("[,\\s]upperdir=([^,\\s]+)");
  private static final Pattern NUMBER = Pattern.compile("\\[(\\d+)]$");

  private final Path root;
  private final ProcFiles files;
  private final long hostMounts;
  private final String hostRoot;
  private final Map<ContainerId, String> upperFolders = new HashMap<>();

  /**
   * Reads from a mount of proc.
   *
   * @param root of the host's pid namespace
   */
  ProcFacts(Path root) {
    this.root = root;
    this.files = new ProcFiles(root);
    this.hostMounts = hostNamespace("mnt");
    long own = namespace("self", "mnt");
    this.hostRoot = own != 0 && own == hostMounts ? "" : root + "/1/root";
  }

  /**
   * The first line of a process.
   *
   * @param startTicks hundredths of a second from boot to its start
   * @param code where its program lies in memory; 0 when that may not be read
   * @param stack where its stack begins: with the next two, another one for each program it runs
   * @param arguments where its arguments lie
   */
  record Stat(
      String name,
      boolean zombie,
      int parent,
      int group,
      long startTicks,
      long code,
      long stack,
      long arguments) {
    boolean sameImage(Stat other) {
      return startTicks == other.startTicks
          && code == other.code
          && stack == other.stack
          && arguments == other.arguments;
    }
  }

  /**
   * A process and its program.
   *
   * @param container null for one of the host
   */
  record Facts(
      ProcFiles.Snapshot process,
      Stat stat,
      @Nullable ContainerId container,
      long permitted,
      List<String> environment,
      boolean environmentTruncated,
      boolean fileless,
      boolean upperLayer,
      boolean hostMounts) {}

  ProcFiles files() {
    return files;
  }

  /** The first line of a process; null when it is gone. */
  @Nullable Stat stat(int pid) {
    byte[] bytes = bytes(pid, "stat", 4096);
    if (bytes == null) {
      return null;
    }
    String text = new String(bytes, StandardCharsets.UTF_8);
    int open = text.indexOf('(');
    int close = text.lastIndexOf(')');
    String[] fields = close < 0 ? new String[0] : text.substring(close + 2).strip().split(" ", -1);
    if (fields.length <= FIELD_ARGUMENTS) {
      return null;
    }
    return new Stat(
        text.substring(open + 1, close),
        fields[0].equals("Z") || fields[0].equals("X"),
        Integer.parseInt(fields[FIELD_PARENT]),
        Integer.parseInt(fields[FIELD_GROUP]),
        Long.parseLong(fields[FIELD_START]),
        Long.parseUnsignedLong(fields[FIELD_CODE]),
        Long.parseUnsignedLong(fields[FIELD_STACK]),
        Long.parseUnsignedLong(fields[FIELD_ARGUMENTS]));
  }

  /**
   * All of one program of the process; null when it ended before its program and arguments were
   * read, or does not stay the same while it is read. Each program has a first argument: one
   * without is just being put in place of the one before.
   *
   * @param environment which variables are read
   * @param known the container it was in, when it ends before that is read
   */
  @Nullable Facts read(int pid, EnvironmentNames environment, @Nullable ContainerId known) {
    for (int i = 0; i < TRIES; i++) {
      Stat before = stat(pid);
      ProcFiles.Snapshot process = before == null || before.zombie() ? null : files.read(pid);
      if (before == null || process == null) {
        return null;
      }
      Stat after = stat(pid);
      if (after == null || after.zombie()) {
        return process.executable() == null || process.args().isEmpty()
            ? null
            : facts(pid, process, before, environment, known);
      }
      if (process.executable() == null && process.args().isEmpty()) {
        return null; // it is ending, and its memory is gone
      }
      boolean between = process.executable() != null && process.args().isEmpty();
      if (!between && before.sameImage(after) && process.startTicks() == after.startTicks()) {
        return facts(pid, process, after, environment, known);
      }
    }
    return null;
  }

  private Facts facts(
      int pid,
      ProcFiles.Snapshot given,
      Stat stat,
      EnvironmentNames environment,
      @Nullable ContainerId known) {
    boolean fileless = isFileless(pid, given.executable());
    ProcFiles.Snapshot process = fileless ? withoutMark(given) : given;
    ContainerId read = files.container(pid);
    ContainerId container = read == null && stat(pid) == null ? known : read;
    byte[] variables =
        environment.names().isEmpty() ? null : bytes(pid, "environ", MOST_ENVIRONMENT + 1);
    return new Facts(
        process,
        stat,
        container,
        permitted(pid),
        variables == null
            ? List.of()
            : environment.of(
                Arguments.split(variables, Math.min(variables.length, MOST_ENVIRONMENT))),
        variables != null && variables.length > MOST_ENVIRONMENT,
        fileless,
        container != null && !fileless && isUpper(pid, container, process.executable()),
        container != null
            && hostMounts != 0
            && namespace(Integer.toString(pid), "mnt") == hostMounts);
  }

  /** No file system has a name for its program. */
  private boolean isFileless(int pid, @Nullable String executable) {
    if (executable == null || !executable.endsWith(DELETED)) {
      return false;
    }
    try {
      return ((Number) Files.getAttribute(root.resolve(pid + "/exe"), "unix:nlink")).intValue()
          == 0;
    } catch (IOException | UnsupportedOperationException | IllegalArgumentException e) {
      return true; // the link itself says it
    }
  }

  private static ProcFiles.Snapshot withoutMark(ProcFiles.Snapshot p) {
    String path = String.valueOf(p.executable());
    return new ProcFiles.Snapshot(
        p.pid(),
        p.startTicks(),
        p.parentPid(),
        p.containerPid(),
        p.name(),
        path.endsWith(DELETED) ? path.substring(0, path.length() - DELETED.length()) : path,
        p.args(),
        p.argsTruncated(),
        p.workingDirectory(),
        p.tty(),
        p.uid(),
        p.gid(),
        p.loginUid(),
        p.capabilities());
  }

  /** Whether the container's own layer has the program: it is not from the image, or changed. */
  private boolean isUpper(int pid, ContainerId container, @Nullable String executable) {
    if (executable == null) {
      return false;
    }
    if (upperFolders.size() > 10_000) {
      upperFolders.clear();
    }
    String upper = upperFolders.computeIfAbsent(container, c -> upperFolder(pid));
    return !upper.isEmpty() && Files.exists(Path.of(hostRoot + upper + executable));
  }

  private String upperFolder(int pid) {
    byte[] bytes = bytes(pid, "mountinfo", 1 << 20);
    if (bytes == null) {
      return "";
    }
    for (String line : new String(bytes, StandardCharsets.UTF_8).split("\n", -1)) {
      String[] words = line.split(" ", 6);
      if (words.length == 6 && words[4].equals("/") && line.contains(" - overlay ")) {
        Matcher upper = UPPER.matcher(line);
        return upper.find() ? upper.group(1) : "";
      }
    }
    return "";
  }

  private long permitted(int pid) {
    byte[] bytes = bytes(pid, "status", 8192);
    if (bytes == null) {
      return 0;
    }
    String text = new String(bytes, StandardCharsets.UTF_8);
    int at = text.indexOf("\nCapPrm:");
    if (at < 0) {
      return 0;
    }
    int end = text.indexOf('\n', at + 1);
    return Long.parseUnsignedLong(
        text.substring(at + 8, end < 0 ? text.length() : end).strip(), 16);
  }

  /** Number of the host's namespace of a kind; 0 when it cannot be read. */
  long hostNamespace(String kind) {
    long first = namespace("1", kind);
    if (first != 0) {
      return first;
    }
    Stat second = stat(2);
    return second != null && second.name().equals("kthreadd") ? namespace("2", kind) : 0;
  }

  private long namespace(String process, String kind) {
    try {
      String link = Files.readSymbolicLink(root.resolve(process + "/ns/" + kind)).toString();
      Matcher number = NUMBER.matcher(link);
      return number.find() ? Long.parseLong(number.group(1)) : 0;
    } catch (IOException e) {
      return 0;
    }
  }

  private byte @Nullable [] bytes(int pid, String file, int most) {
    try (InputStream in = Files.newInputStream(root.resolve(pid + "/" + file))) {
      return in.readNBytes(most);
    } catch (IOException e) {
      return null; // it has ended
    }
  }
}
