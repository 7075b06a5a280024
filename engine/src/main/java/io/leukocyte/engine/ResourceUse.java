package io.leukocyte.engine;

/**
 * What a running container uses, as the engine tells it. Totals are since its start.
 *
 * @param cpuNanos processor time of all its tasks, nanoseconds
 * @param throttledNanos time for which its limit kept it from running, nanoseconds
 * @param memoryBytes memory in use, without the page cache that can be given back
 * @param pids tasks; -1 when the engine does not say
 * @param blockReadBytes bytes read from block devices; -1 when the engine does not say
 * @param blockWriteBytes bytes written to block devices; -1 when the engine does not say
 * @param networkReceivedBytes bytes received on all its interfaces; -1 when it has none of its own
 * @param networkSentBytes bytes sent on all its interfaces; -1 when it has none of its own
 */
public record ResourceUse(
    long cpuNanos,
    long throttledNanos,
    long memoryBytes,
    long pids,
    long blockReadBytes,
    long blockWriteBytes,
    long networkReceivedBytes,
    long networkSentBytes) {}
