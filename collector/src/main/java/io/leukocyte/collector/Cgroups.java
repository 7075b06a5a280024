package io.leukocyte.collector;

import io.leukocyte.events.ContainerId;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Where this host's kernel keeps the control groups of containers: version 1, version 2, or both
 * side by side, whatever names the engine gives them. Source: the mounts of the host's first
 * process, or of this one where that may not be read.
 */
final class Cgroups {
  private static final String UNIFIED = "";
  private static final List<String> CONTROLLERS =
      List.of("cpu", "cpuacct", "memory", "pids", "blkio");

  private final ProcFiles files;
  private final Map<String, Mount> mounts;

  private Cgroups(ProcFiles files, Map<String, Mount> mounts) {
    this.files = files;
    this.mounts = mounts;
  }

  /**
   * A mounted hierarchy.
   *
   * @param point where it can be read from here
   * @param root the group that lies there
   */
  private record Mount(Path point, String root) {
    /** The folder of a group; null when it lies outside of what is mounted. */
    @Nullable Path folder(String group) {
      String below;
      if (root.equals("/")) {
        below = group;
      } else if (group.equals(root) || group.startsWith(root + "/")) {
        below = group.substring(root.length());
      } else {
        return null;
      }
      return point.resolve(below.substring(below.startsWith("/") ? 1 : 0));
    }
  }

  /**
   * A container's group for one controller.
   *
   * @param unified whether it is of version 2
   */
  record Group(Path folder, boolean unified) {}

  /**
   * A container's groups; null where a controller is not mounted.
   *
   * @param cpu quota and throttling
   * @param cpuacct processor time
   */
  record Groups(
      @Nullable Group cpu,
      @Nullable Group cpuacct,
      @Nullable Group memory,
      @Nullable Group pids,
      @Nullable Group blkio) {}

  /** Reads what is mounted. */
  static Cgroups of(ProcFiles files) {
    Map<String, Mount> host = mounts(files.mounts(1), files.rootOf(1));
    Map<String, Mount> mounts = host;
    if (host.isEmpty() || host.values().stream().noneMatch(m -> files.isFolder(m.point()))) {
      mounts = mounts(files.ownMounts(), Path.of("/"));
    }
    return new Cgroups(files, mounts);
  }

  private static Map<String, Mount> mounts(List<String> lines, Path prefix) {
    Map<String, Mount> mounts = new HashMap<>();
    for (String line : lines) {
      int separator = line.indexOf(" - ");
      String[] head = line.split(" ", 6);
      String[] tail = separator < 0 ? new String[0] : line.substring(separator + 3).split(" ", 3);
      if (head.length < 6 || tail.length < 3) {
        continue;
      }
      Mount mount = new Mount(prefix.resolve(head[4].substring(1)), head[3]);
      if (tail[0].equals("cgroup2")) {
        mounts.putIfAbsent(UNIFIED, mount);
      } else if (tail[0].equals("cgroup")) {
        List<String> options = List.of(tail[2].split(",", -1));
        CONTROLLERS.stream().filter(options::contains).forEach(c -> mounts.putIfAbsent(c, mount));
      }
    }
    return mounts;
  }

  /**
   * The groups of a container.
   *
   * @param pid its first process
   * @return null when that process has ended, or lives in no group of that container
   */
  @Nullable Groups of(ContainerId container, int pid) {
    Map<String, String> groups = new HashMap<>();
    for (String line : files.cgroups(pid)) {
      String[] parts = line.split(":", 3);
      String group = parts.length < 3 ? null : own(parts[2], container);
      if (group != null) {
        for (String controller : parts[1].split(",", -1)) {
          groups.put(controller, group);
        }
      }
    }
    return groups.isEmpty()
        ? null
        : new Groups(
            group(groups, "cpu"),
            group(groups, "cpuacct"),
            group(groups, "memory"),
            group(groups, "pids"),
            group(groups, "blkio"));
  }

  private @Nullable Group group(Map<String, String> groups, String controller) {
    Group own = group(groups, controller, controller);
    return own == null ? group(groups, UNIFIED, controller) : own;
  }

  private @Nullable Group group(Map<String, String> groups, String hierarchy, String controller) {
    Mount mount = mounts.get(hierarchy);
    String group = groups.get(hierarchy);
    Path folder = mount == null || group == null ? null : mount.folder(group);
    if (folder == null || (hierarchy.equals(UNIFIED) && !isThere(folder, controller))) {
      return null;
    }
    return new Group(folder, hierarchy.equals(UNIFIED));
  }

  /** Beside version 1, version 2 may have a group of the container, but not the controller. */
  private boolean isThere(Path folder, String controller) {
    String file =
        switch (controller) {
          case "memory" -> "memory.current";
          case "pids" -> "pids.current";
          case "blkio" -> "io.stat";
          default -> "cpu.stat";
        };
    return files.isFile(folder.resolve(file));
  }

  /**
   * The part of a path up to the container's own group: its first process may live further down,
   * where the container has groups of its own.
   */
  private static @Nullable String own(String path, ContainerId container) {
    List<String> kept = new ArrayList<>();
    for (String name : path.split("/", -1)) {
      kept.add(name);
      if (container.value().equals(ProcFiles.containerIn(name))) {
        return String.join("/", kept);
      }
    }
    return null;
  }
}
