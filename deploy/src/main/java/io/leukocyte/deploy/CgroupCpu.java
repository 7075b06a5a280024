package io.leukocyte.deploy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** CPU time of all processes of a container, by its control group, version 1 or 2. */
final class CgroupCpu {
  private static final Path ROOT = Path.of("/sys/fs/cgroup");
  private static final String USAGE = "usage_usec ";

  private final Path file;

  private CgroupCpu(Path file) {
    this.file = file;
  }

  /**
   * That of a container.
   *
   * @param pid any of its processes
   * @throws EnvironmentException when the kernel does not count it
   */
  static CgroupCpu of(long pid) throws IOException {
    return find(ROOT, Files.readAllLines(Path.of("/proc/" + pid + "/cgroup")));
  }

  /** Lines are {@code number:controllers:path}; without a controller it is version 2. */
  static CgroupCpu find(Path root, List<String> lines) {
    for (String line : lines) {
      String[] parts = line.split(":", 3);
      if (parts.length == 3 && List.of(parts[1].split(",")).contains("cpuacct")) {
        for (String mount : List.of(parts[1], "cpuacct", "cpu,cpuacct")) {
          Path file = root.resolve(mount).resolve(parts[2].substring(1)).resolve("cpuacct.usage");
          if (Files.isReadable(file)) {
            return new CgroupCpu(file);
          }
        }
      }
    }
    for (String line : lines) {
      Path file = root.resolve(line.replaceFirst("^[^:]*:[^:]*:/", "")).resolve("cpu.stat");
      if (line.startsWith("0::/") && Files.isReadable(file)) {
        return new CgroupCpu(file);
      }
    }
    throw new EnvironmentException(
        "This kernel does not count the CPU time of containers in %s; mount the cgroup controller cpuacct, or version 2."
            .formatted(root));
  }

  /** Nanoseconds until now. */
  long nanos() throws IOException {
    if (file.endsWith("cpuacct.usage")) {
      return Long.parseLong(Files.readString(file).strip());
    }
    for (String line : Files.readAllLines(file)) {
      if (line.startsWith(USAGE)) {
        return Long.parseLong(line.substring(USAGE.length()).strip()) * 1000;
      }
    }
    throw new IOException("There is no " + USAGE.strip() + " in " + file);
  }
}
