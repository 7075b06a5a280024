package io.leukocyte.events;

import org.jspecify.annotations.Nullable;

/**
 * A process changed something about itself: its name, its keeping of capabilities, who may trace
 * it.
 *
 * @param time unix nanoseconds
 * @param container null for a process of the host
 * @param process the process that called
 * @param call prctl
 * @param option the PR_ option
 * @param value the call's second argument; 0 where it is an address
 * @param text of PR_SET_NAME: the new name; else null
 * @param result 0 or what the option gives; negative: minus the errno
 */
public record ProcControl(
    long time,
    @Nullable ContainerRef container,
    ProcessInfo process,
    String call,
    int option,
    long value,
    @Nullable String text,
    long result)
    implements SystemCall {

  @Override
  public ProcControl with(@Nullable ContainerRef container) {
    return new ProcControl(time, container, process, call, option, value, text, result);
  }

  @Override
  public ProcControl with(ProcessInfo process) {
    return new ProcControl(time, container, process, call, option, value, text, result);
  }
}
