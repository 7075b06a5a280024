package io.leukocyte.events;

/**
 * What a container uses. Source: its control groups, or the engine's statistics. Totals are since
 * the container's start.
 *
 * @param time unix nanoseconds: when the engine read them
 * @param container always known
 * @param cpuNanos processor time of all its tasks, nanoseconds
 * @param cpuPercent processor time since the last report, in percent of one core: 250 is two and a
 *     half cores; kept to a thousandth; 0 in the first report
 * @param throttledNanos time for which its limit kept it from running, nanoseconds
 * @param memoryBytes memory in use, without the page cache that can be given back
 * @param memoryLimit bytes it may use; 0 without a limit
 * @param pids tasks; -1 when the engine does not say
 * @param pidsLimit tasks it may have; 0 without a limit
 * @param blockReadBytes bytes read from block devices; -1 when the engine does not say
 * @param blockWriteBytes bytes written to block devices; -1 when the engine does not say
 * @param networkReceivedBytes bytes received on all its interfaces; -1 when it has none of its own
 * @param networkSentBytes bytes sent on all its interfaces; -1 when it has none of its own
 * @param restarts how often the engine started it again
 * @param oomKills how often the kernel killed a task of it for want of memory
 */
public record ContainerStats(
    long time,
    ContainerRef container,
    long cpuNanos,
    double cpuPercent,
    long throttledNanos,
    long memoryBytes,
    long memoryLimit,
    long pids,
    long pidsLimit,
    long blockReadBytes,
    long blockWriteBytes,
    long networkReceivedBytes,
    long networkSentBytes,
    long restarts,
    long oomKills)
    implements Event {
  private static final double THOUSANDTHS = 1000;

  /** Keeps the percentage to a thousandth. */
  public ContainerStats {
    cpuPercent = percent(thousandths(cpuPercent));
  }

  /** The same figures of a container of which more is known by now. */
  public ContainerStats with(ContainerRef container) {
    return new ContainerStats(
        time,
        container,
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
        oomKills);
  }

  /** Thousandths of a percent of one core since the last report. */
  public long cpuThousandths() {
    return thousandths(cpuPercent);
  }

  private static long thousandths(double percent) {
    return Math.round(percent * THOUSANDTHS);
  }

  static double percent(long thousandths) {
    return thousandths / THOUSANDTHS;
  }
}
