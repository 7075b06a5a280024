package io.leukocyte.events;

import org.jspecify.annotations.Nullable;

/**
 * A program or a map of BPF was loaded or used, or could not be.
 *
 * @param time unix nanoseconds
 * @param container null for a process of the host
 * @param process the process that called
 * @param call bpf
 * @param command the BPF_ command: 0 MAP_CREATE, 5 PROG_LOAD …
 * @param programType of PROG_LOAD: the BPF_PROG_TYPE_ number; 0 of other commands
 * @param result a descriptor or 0; negative: minus the errno
 */
public record BpfLoad(
    long time,
    @Nullable ContainerRef container,
    ProcessInfo process,
    String call,
    int command,
    int programType,
    long result)
    implements SystemCall {

  @Override
  public BpfLoad with(@Nullable ContainerRef container) {
    return new BpfLoad(time, container, process, call, command, programType, result);
  }

  @Override
  public BpfLoad with(ProcessInfo process) {
    return new BpfLoad(time, container, process, call, command, programType, result);
  }
}
