package io.leukocyte.events;

import org.jspecify.annotations.Nullable;

/**
 * A program was started (execve succeeded). Source: the kernel's sched_process_exec.
 *
 * @param time unix nanoseconds
 * @param container null for a process of the host
 * @param process the process as it is after the call
 */
public record ProcessExec(long time, @Nullable ContainerRef container, ProcessInfo process)
    implements Event {}
