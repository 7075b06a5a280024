package io.leukocyte.engine;

/**
 * What can be changed of a container while it runs. In all of the limits 0 is none.
 *
 * @param nanoCpus billionths of a processor; an engine that was given some takes them away no more,
 *     and takes no quota beside
 * @param cpuPeriod microseconds; 0 is the engine's 100,000
 * @param cpuQuota microseconds in each period
 * @param memory bytes
 * @param memorySwap bytes of memory and swap together; -1 is as much swap as there is
 * @param pids processes and threads
 * @param restartPolicy no, always, unless-stopped or on-failure
 * @param restartRetries for on-failure; 0 is any number
 */
public record ContainerSettings(
    long nanoCpus,
    long cpuPeriod,
    long cpuQuota,
    long memory,
    long memorySwap,
    long pids,
    String restartPolicy,
    int restartRetries) {
  /** The engine's period when none is set, microseconds. */
  public static final long PERIOD = 100_000;

  private static final long BILLION = 1_000_000_000L;

  /** No limit, and no restart. */
  public static final ContainerSettings NONE = new ContainerSettings(0, 0, 0, 0, 0, 0, "no", 0);

  /** Checks the bounds. */
  public ContainerSettings {
    if (nanoCpus < 0
        || cpuPeriod < 0
        || cpuQuota < 0
        || memory < 0
        || memorySwap < -1
        || pids < 0
        || restartRetries < 0) {
      throw new IllegalArgumentException(
          "Limits of a container cannot be negative; 0 is none: "
              + nanoCpus
              + " "
              + cpuPeriod
              + " "
              + cpuQuota
              + " "
              + memory
              + " "
              + memorySwap
              + " "
              + pids
              + " "
              + restartRetries);
    }
  }

  /** Processor time in billionths of a processor, however it is limited; 0 is no limit. */
  public long cpus() {
    return nanoCpus > 0 ? nanoCpus : cpuQuota * BILLION / (cpuPeriod > 0 ? cpuPeriod : PERIOD);
  }

  /** The same with so many billionths of a processor, limited in the way that it is by now. */
  public ContainerSettings withCpus(long nanos) {
    long period = cpuPeriod > 0 ? cpuPeriod : PERIOD;
    return nanoCpus > 0
        ? with(nanos, cpuQuota, memory, memorySwap, pids)
        : with(0, Math.max(1_000, nanos * period / BILLION), memory, memorySwap, pids);
  }

  /** The same with so much memory, and no swap beside. */
  public ContainerSettings withMemory(long bytes) {
    return with(nanoCpus, cpuQuota, bytes, bytes, pids);
  }

  /** The same with so many processes and threads. */
  public ContainerSettings withPids(long most) {
    return with(nanoCpus, cpuQuota, memory, memorySwap, most);
  }

  private ContainerSettings with(
      long newNanos, long newQuota, long newMemory, long newSwap, long newPids) {
    return new ContainerSettings(
        newNanos, cpuPeriod, newQuota, newMemory, newSwap, newPids, restartPolicy, restartRetries);
  }

  /** The same with another restart policy. */
  public ContainerSettings restarting(String policy, int retries) {
    return new ContainerSettings(
        nanoCpus, cpuPeriod, cpuQuota, memory, memorySwap, pids, policy, retries);
  }
}
