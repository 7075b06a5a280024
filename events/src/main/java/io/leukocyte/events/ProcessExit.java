package io.leukocyte.events;

import org.jspecify.annotations.Nullable;

/**
 * A process ended (its last thread did). Source: the kernel's sched_process_exit.
 *
 * @param time unix nanoseconds
 * @param container null for a process of the host
 * @param process the process as it was last known
 * @param exitCode 0 to 255; 0 when a signal ended it
 * @param signal the signal that ended it; 0 when it exited
 */
public record ProcessExit(
    long time, @Nullable ContainerRef container, ProcessInfo process, int exitCode, int signal)
    implements Event {}
