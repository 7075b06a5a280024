package io.leukocyte.events;

import org.jspecify.annotations.Nullable;

/**
 * A process went into other namespaces, or made new ones for itself or a child.
 *
 * @param time unix nanoseconds
 * @param container null for a process of the host
 * @param process the process that called
 * @param call setns, unshare, clone or clone3
 * @param flags the CLONE_ bits; of setns 0 stands for the descriptor's own type
 * @param result 0, of clone the child's pid; negative: minus the errno
 */
public record NsChange(
    long time,
    @Nullable ContainerRef container,
    ProcessInfo process,
    String call,
    long flags,
    long result)
    implements SystemCall {

  @Override
  public NsChange with(@Nullable ContainerRef container) {
    return new NsChange(time, container, process, call, flags, result);
  }

  @Override
  public NsChange with(ProcessInfo process) {
    return new NsChange(time, container, process, call, flags, result);
  }
}
