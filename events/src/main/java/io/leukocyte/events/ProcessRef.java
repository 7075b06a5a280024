package io.leukocyte.events;

/**
 * A process of a host, for good: the kernel gives a pid away again, never with the same start.
 *
 * @param pid thread-group id in the host's pid namespace
 * @param startTime unix nanoseconds; 0 when it could not be read
 */
public record ProcessRef(int pid, long startTime) {}
