package io.leukocyte.responder;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.leukocyte.events.Capabilities;
import io.leukocyte.events.Secrets;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** What {@code /proc} tells of one process, as an object. Secrets in arguments are masked. */
final class ProcessReader {
  private static final int MOST_ARGS = 128 * 1024;
  private static final int MOST_ENVIRONMENT = 256 * 1024;
  private static final String DELETED = " (deleted)";
  private static final List<String> NAMESPACES =
      List.of("cgroup", "ipc", "mnt", "net", "pid", "user", "uts");
  private static final Map<String, String> CAPABILITIES =
      Map.of(
          "CapInh", "inheritable",
          "CapPrm", "permitted",
          "CapEff", "effective",
          "CapBnd", "bounding",
          "CapAmb", "ambient");

  private final HostProc proc;
  private final long bootTime;

  ProcessReader(HostProc proc, long bootTime) {
    this.proc = proc;
    this.bootTime = bootTime;
  }

  /** All but its open files and its environment. */
  ObjectNode read(int pid) throws IOException {
    ObjectNode node = JournalLines.MAPPER.createObjectNode().put("pid", pid);
    List<String> stat = proc.stat(pid);
    Map<String, String> status = status(pid);
    long ticks = proc.startTicks(pid);
    node.put("parent", Integer.parseInt(stat.get(1)))
        .put("name", status.getOrDefault("Name", ""))
        .put("started", Nanos.instant(bootTime + ticks * HostProc.TICK).toString())
        .put("start_ticks", ticks)
        .put("state", stat.getFirst())
        .put("session", Integer.parseInt(stat.get(3)))
        .put("tty", Integer.parseInt(stat.get(4)))
        .put("threads", number(status, "Threads"))
        .put("container_pid", last(status.getOrDefault("NSpid", String.valueOf(pid))));
    arguments(pid, node);
    executable(pid, node);
    link(pid, "cwd", "working_directory", node);
    link(pid, "root", "root", node);
    credentials(status, node);
    ObjectNode namespaces = node.putObject("namespaces");
    NAMESPACES.forEach(name -> link(pid, "ns/" + name, name, namespaces));
    ArrayNode groups = node.putArray("cgroup");
    proc.text(pid, "cgroup").lines().forEach(groups::add);
    return node;
  }

  private void arguments(int pid, ObjectNode node) throws IOException {
    byte[] bytes = proc.bytes(pid, "cmdline", MOST_ARGS + 1);
    List<String> args = words(bytes, Math.min(bytes.length, MOST_ARGS));
    ArrayNode array = node.putArray("args");
    Secrets.mask(args).forEach(array::add);
    if (bytes.length > MOST_ARGS) {
      node.put("args_truncated", true);
    }
  }

  private static List<String> words(byte[] bytes, int length) {
    List<String> words = new ArrayList<>();
    int start = 0;
    for (int i = 0; i < length; i++) {
      if (bytes[i] == 0) {
        words.add(new String(bytes, start, i - start, StandardCharsets.UTF_8));
        start = i + 1;
      }
    }
    if (start < length) {
      words.add(new String(bytes, start, length - start, StandardCharsets.UTF_8));
    }
    return words;
  }

  /** The kernel writes that it is gone behind the path, where a file's own name may end so too. */
  private void executable(int pid, ObjectNode node) {
    try {
      String link = proc.link(pid, "exe");
      boolean gone = link.endsWith(DELETED) && isUnlinked(pid);
      node.put("executable", gone ? link.substring(0, link.length() - DELETED.length()) : link)
          .put("executable_deleted", gone);
    } catch (IOException e) {
      node.putNull("executable"); // a kernel thread, or it is ending
    }
  }

  private boolean isUnlinked(int pid) {
    try {
      return Files.getAttribute(proc.path(pid, "exe"), "unix:nlink") instanceof Integer links
          && links == 0;
    } catch (IOException | UnsupportedOperationException | IllegalArgumentException e) {
      return true; // as the name says
    }
  }

  private void link(int pid, String name, String key, ObjectNode node) {
    try {
      node.put(key, proc.link(pid, name));
    } catch (IOException e) {
      node.putNull(key); // it is ending, or this kernel has none
    }
  }

  private static void credentials(Map<String, String> status, ObjectNode node) {
    ids(status.getOrDefault("Uid", ""), node.putObject("uid"));
    ids(status.getOrDefault("Gid", ""), node.putObject("gid"));
    ArrayNode groups = node.putArray("groups");
    for (String group : status.getOrDefault("Groups", "").split("\\s+", -1)) {
      if (!group.isEmpty()) {
        groups.add(Long.parseLong(group));
      }
    }
    ObjectNode capabilities = node.putObject("capabilities");
    CAPABILITIES.forEach((key, name) -> {
      long bits = Long.parseUnsignedLong(status.getOrDefault(key, "0"), 16);
      ArrayNode names = capabilities.putArray(name);
      Capabilities.names(bits).forEach(names::add);
    });
    node.put("no_new_privileges", number(status, "NoNewPrivs") == 1)
        .put("seccomp", number(status, "Seccomp"));
  }

  /** Real, effective, saved and of the file system. */
  private static void ids(String text, ObjectNode node) {
    String[] ids = text.split("\\s+", -1);
    if (ids.length >= 2) {
      node.put("real", Long.parseLong(ids[0])).put("effective", Long.parseLong(ids[1]));
    }
  }

  private static long number(Map<String, String> status, String key) {
    return Long.parseLong(status.getOrDefault(key, "0"));
  }

  private static int last(String numbers) {
    String[] all = numbers.split("\\s+", -1);
    return Integer.parseInt(all[all.length - 1]);
  }

  private Map<String, String> status(int pid) throws IOException {
    Map<String, String> status = new HashMap<>();
    proc.text(pid, "status")
        .lines()
        .forEach(line -> {
          int colon = line.indexOf(':');
          if (colon > 0) {
            status.put(line.substring(0, colon), line.substring(colon + 1).strip());
          }
        });
    return status;
  }

  /** The names of its environment, as it was when the program began; values are not read out. */
  ArrayNode environment(int pid) throws IOException {
    byte[] bytes = proc.bytes(pid, "environ", MOST_ENVIRONMENT);
    ArrayNode names = JournalLines.MAPPER.createArrayNode();
    for (String entry : words(bytes, bytes.length)) {
      int equals = entry.indexOf('=');
      if (equals > 0) {
        names.add(entry.substring(0, equals));
      }
    }
    return names;
  }
}
