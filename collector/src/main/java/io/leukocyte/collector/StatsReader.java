package io.leukocyte.collector;

import io.leukocyte.events.ContainerFacts;
import io.leukocyte.events.ContainerStats;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * What a container uses, by the files of its control groups and the network devices that its first
 * process sees. Each call reads about a dozen small files. For one thread at a time.
 */
final class StatsReader {
  private static final long MICROSECOND = 1000;

  /** Version 1 says "no limit" by the largest number of pages. */
  private static final long NO_LIMIT = 1L << 62;

  private final ProcFiles files;

  StatsReader(ProcFiles files) {
    this.files = files;
  }

  /**
   * The totals of a container.
   *
   * @param cpuNanos processor time
   * @param oomKills in this run of the container
   */
  record Reading(
      long cpuNanos,
      long throttledNanos,
      long memoryBytes,
      long memoryLimit,
      long pids,
      long pidsLimit,
      long blockReadBytes,
      long blockWriteBytes,
      long networkReceivedBytes,
      long networkSentBytes,
      long oomKills) {

    /** The event of it. */
    ContainerStats stats(
        long time, ContainerFacts facts, double cpuPercent, long restarts, long allOomKills) {
      return new ContainerStats(
          time,
          facts.container(),
          cpuNanos,
          cpuPercent,
          throttledNanos,
          memoryBytes,
          memoryLimit,
          pids,
          pidsLimit,
          blockReadBytes,
          blockWriteBytes,
          networkReceivedBytes,
          networkSentBytes,
          restarts,
          allOomKills);
    }
  }

  /** Reads a running container; null when it has ended, or its processor time is not told. */
  @Nullable Reading read(ContainerFacts facts, Cgroups.Groups groups) {
    Cpu cpu = cpu(groups);
    if (cpu == null) {
      return null;
    }
    Memory memory = memory(groups.memory());
    Traffic blocks = blocks(groups.blkio());
    Traffic network = hasOwnNetwork(facts) ? network(facts.pid()) : Traffic.UNKNOWN;
    Cgroups.Group pids = groups.pids();
    return new Reading(
        cpu.used(),
        cpu.throttled(),
        memory.used(),
        memory.limit(),
        pids == null ? -1 : number(pids.folder().resolve("pids.current"), -1),
        pids == null ? 0 : number(pids.folder().resolve("pids.max"), 0),
        blocks.in(),
        blocks.out(),
        network.in(),
        network.out(),
        memory.oomKills());
  }

  /** In nanoseconds. */
  private record Cpu(long used, long throttled) {}

  private record Memory(long used, long limit, long oomKills) {}

  /** Bytes in and out; -1 when nobody says. */
  private record Traffic(long in, long out) {
    static final Traffic UNKNOWN = new Traffic(-1, -1);
  }

  private @Nullable Cpu cpu(Cgroups.Groups groups) {
    Cgroups.Group used = groups.cpuacct();
    Cgroups.Group limited = groups.cpu();
    if (used == null) {
      return null;
    }
    if (used.unified()) {
      String stat = files.text(used.folder().resolve("cpu.stat"));
      return stat == null
          ? null
          : new Cpu(
              value(stat, "usage_usec") * MICROSECOND, value(stat, "throttled_usec") * MICROSECOND);
    }
    long nanos = number(used.folder().resolve("cpuacct.usage"), -1);
    String stat = limited == null ? null : files.text(limited.folder().resolve("cpu.stat"));
    return nanos < 0 ? null : new Cpu(nanos, stat == null ? 0 : value(stat, "throttled_time"));
  }

  private Memory memory(Cgroups.@Nullable Group group) {
    if (group == null) {
      return new Memory(0, 0, 0);
    }
    Path folder = group.folder();
    boolean unified = group.unified();
    String stat = files.text(folder.resolve("memory.stat"));
    long cache = stat == null ? 0 : value(stat, unified ? "inactive_file" : "total_inactive_file");
    long used = number(folder.resolve(unified ? "memory.current" : "memory.usage_in_bytes"), 0);
    long limit = number(folder.resolve(unified ? "memory.max" : "memory.limit_in_bytes"), 0);
    String events = files.text(folder.resolve(unified ? "memory.events" : "memory.oom_control"));
    return new Memory(
        Math.max(0, used - cache),
        limit >= NO_LIMIT ? 0 : limit,
        events == null ? 0 : value(events, "oom_kill"));
  }

  private Traffic blocks(Cgroups.@Nullable Group group) {
    if (group == null) {
      return Traffic.UNKNOWN;
    }
    return group.unified()
        ? unifiedBlocks(files.text(group.folder().resolve("io.stat")))
        : blocks(group.folder());
  }

  private Traffic blocks(Path folder) {
    String bytes = files.text(folder.resolve("blkio.throttle.io_service_bytes_recursive"));
    if (bytes == null) {
      bytes = files.text(folder.resolve("blkio.throttle.io_service_bytes"));
    }
    if (bytes == null) {
      return Traffic.UNKNOWN;
    }
    long read = 0;
    long written = 0;
    for (String line : bytes.split("\n", -1)) {
      String[] words = line.split(" ", -1);
      if (words.length == 3 && words[1].equals("Read")) {
        read += parse(words[2], 0);
      } else if (words.length == 3 && words[1].equals("Write")) {
        written += parse(words[2], 0);
      }
    }
    return new Traffic(read, written);
  }

  private static Traffic unifiedBlocks(@Nullable String stat) {
    if (stat == null) {
      return Traffic.UNKNOWN;
    }
    long read = 0;
    long written = 0;
    for (String word : stat.split("[ \n]", -1)) {
      if (word.startsWith("rbytes=")) {
        read += parse(word.substring(7), 0);
      } else if (word.startsWith("wbytes=")) {
        written += parse(word.substring(7), 0);
      }
    }
    return new Traffic(read, written);
  }

  /** One that shares another's network, in a pod for instance, leaves the figures to that one. */
  private static boolean hasOwnNetwork(ContainerFacts facts) {
    String mode = facts.networkMode();
    return !mode.equals("host") && !mode.startsWith("container:") && !mode.startsWith("ns:");
  }

  private Traffic network(int pid) {
    String devices = files.networkDevices(pid);
    if (devices == null) {
      return Traffic.UNKNOWN;
    }
    long in = 0;
    long out = 0;
    for (String line : devices.split("\n", -1)) {
      int colon = line.indexOf(':');
      if (colon > 0 && !line.substring(0, colon).strip().equals("lo")) {
        String[] words = line.substring(colon + 1).strip().split(" +", -1);
        if (words.length > 8) {
          in += parse(words[0], 0);
          out += parse(words[8], 0);
        }
      }
    }
    return new Traffic(in, out);
  }

  /** The number after a word at the start of a line; 0 when there is none. */
  private static long value(String lines, String word) {
    int at = lines.startsWith(word + " ") ? 0 : lines.indexOf("\n" + word + " ") + 1;
    if (at == 0 && !lines.startsWith(word + " ")) {
      return 0;
    }
    int begin = at + word.length() + 1;
    int end = lines.indexOf('\n', begin);
    return parse(lines.substring(begin, end < 0 ? lines.length() : end), 0);
  }

  private long number(Path file, long otherwise) {
    String text = files.text(file);
    return text == null ? otherwise : parse(text.strip(), otherwise);
  }

  /** What is no number is max, which is no limit. */
  private static long parse(String text, long otherwise) {
    try {
      return Long.parseLong(text.strip());
    } catch (NumberFormatException e) {
      return otherwise;
    }
  }
}
