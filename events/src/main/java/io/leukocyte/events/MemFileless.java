package io.leukocyte.events;

import org.jspecify.annotations.Nullable;

/**
 * A file without a name in any file system was made in memory: what a program can be started from
 * without a trace on a disk.
 *
 * @param time unix nanoseconds
 * @param container null for a process of the host
 * @param process the process that called
 * @param call memfd_create or memfd_secret
 * @param name of memfd_create: the name it is shown by; null when it is not known, and of
 *     memfd_secret
 * @param flags the MFD_ bits; of memfd_secret its own
 * @param result the descriptor; negative: minus the errno
 */
public record MemFileless(
    long time,
    @Nullable ContainerRef container,
    ProcessInfo process,
    String call,
    @Nullable String name,
    long flags,
    long result)
    implements SystemCall {

  @Override
  public MemFileless with(@Nullable ContainerRef container) {
    return new MemFileless(time, container, process, call, name, flags, result);
  }

  @Override
  public MemFileless with(ProcessInfo process) {
    return new MemFileless(time, container, process, call, name, flags, result);
  }
}
