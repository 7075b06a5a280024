package io.leukocyte.events.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * What was measured on.
 *
 * @param cores processors that this process may use
 * @param processor its model; "unknown" where the system does not tell
 * @param memoryMegabytes of the machine; 0 where the system does not tell
 * @param kernel the system and its release
 * @param jdk the Java runtime
 * @param load mean number of running tasks in the last minute; -1 where the system does not tell
 */
public record Machine(
    int cores, String processor, long memoryMegabytes, String kernel, String jdk, double load) {
  /** Running tasks for each core from which figures are doubtful. */
  private static final double HIGH = 0.5;

  /** This machine, now. */
  public static Machine now() {
    return new Machine(
        Runtime.getRuntime().availableProcessors(),
        field("/proc/cpuinfo", "model name").orElse("unknown"),
        field("/proc/meminfo", "MemTotal").map(Machine::megabytes).orElse(0L),
        System.getProperty("os.name") + " " + System.getProperty("os.version"),
        System.getProperty("java.vendor.version", Runtime.version().toString()),
        lines("/proc/loadavg").stream()
            .findFirst()
            .map(line -> Double.parseDouble(line.split(" ", 2)[0]))
            .orElse(-1.0));
  }

  private static long megabytes(String kilobytes) {
    return Long.parseLong(kilobytes.split(" ", 2)[0]) / 1024;
  }

  private static Optional<String> field(String file, String name) {
    return lines(file).stream()
        .filter(line -> line.startsWith(name))
        .map(line -> line.substring(line.indexOf(':') + 1).strip())
        .findFirst();
  }

  private static List<String> lines(String file) {
    try {
      return Files.readAllLines(Path.of(file));
    } catch (IOException e) {
      return List.of(); // no Linux: the report then says less
    }
  }

  /** Why figures taken now are doubtful; empty when the machine is idle enough. */
  public Optional<String> warning() {
    return load <= cores * HIGH
        ? Optional.empty()
        : Optional.of(
            String.format(
                Locale.ROOT,
                "The machine is busy: load %.1f on %d cores. Compare ratios only, or measure again"
                    + " when it is idle.",
                load,
                cores));
  }

  /** One line. */
  @Override
  public String toString() {
    return String.format(
        Locale.ROOT,
        "%d cores (%s), %,d MB, %s, Java %s, load %.2f at the start",
        cores,
        processor,
        memoryMegabytes,
        kernel,
        jdk,
        load);
  }
}
