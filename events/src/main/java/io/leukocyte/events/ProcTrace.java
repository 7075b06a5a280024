package io.leukocyte.events;

import org.jspecify.annotations.Nullable;

/**
 * A process looked into another one, or took hold of it, or could not.
 *
 * @param time unix nanoseconds
 * @param container null for a process of the host
 * @param process the process that called
 * @param call ptrace, process_vm_readv or process_vm_writev
 * @param request of ptrace: the PTRACE_ request; 0 of others
 * @param target the other process, on the host; where the kernel found none its start is 0 and its
 *     pid is what the caller gave, in its own pid namespace; pid 0 where the request has none
 *     (PTRACE_TRACEME)
 * @param targetName the other process's comm; null when it is not known
 * @param result 0, of process_vm_readv and process_vm_writev bytes; negative: minus the errno
 */
public record ProcTrace(
    long time,
    @Nullable ContainerRef container,
    ProcessInfo process,
    String call,
    long request,
    ProcessRef target,
    @Nullable String targetName,
    long result)
    implements SystemCall {

  @Override
  public ProcTrace with(@Nullable ContainerRef container) {
    return new ProcTrace(time, container, process, call, request, target, targetName, result);
  }

  @Override
  public ProcTrace with(ProcessInfo process) {
    return new ProcTrace(time, container, process, call, request, target, targetName, result);
  }
}
