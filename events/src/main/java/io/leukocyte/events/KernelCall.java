package io.leukocyte.events;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A call into a part of the kernel that containers seldom need, told by its numbers.
 *
 * @param time unix nanoseconds
 * @param container null for a process of the host
 * @param process the process that called
 * @param call one of the calls of {@link Kind#KERNEL_CALL}, such as io_uring_setup or userfaultfd
 * @param args the call's arguments in their order, at most {@link #MAX_ARGS}; an address says
 *     nothing
 * @param result what the call gives; negative: minus the errno
 */
public record KernelCall(
    long time,
    @Nullable ContainerRef container,
    ProcessInfo process,
    String call,
    List<Long> args,
    long result)
    implements SystemCall {

  /** The most arguments that a call has. */
  public static final int MAX_ARGS = 6;

  /** Copies the list. */
  public KernelCall {
    args = List.copyOf(args);
    if (args.size() > MAX_ARGS) {
      throw new IllegalArgumentException("More arguments than a call has: " + args.size());
    }
  }

  @Override
  public KernelCall with(@Nullable ContainerRef container) {
    return new KernelCall(time, container, process, call, args, result);
  }

  @Override
  public KernelCall with(ProcessInfo process) {
    return new KernelCall(time, container, process, call, args, result);
  }
}
