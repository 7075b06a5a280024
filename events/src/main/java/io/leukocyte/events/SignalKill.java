package io.leukocyte.events;

import org.jspecify.annotations.Nullable;

/**
 * A signal was sent to a process, or could not be.
 *
 * @param time unix nanoseconds
 * @param container null for a process of the host
 * @param process the process that called
 * @param call kill, tkill, tgkill or pidfd_send_signal
 * @param signal number of the signal; 0 only asks whether the process is there
 * @param target the other process, on the host; where the kernel found none its start is 0 and its
 *     pid is what the caller gave, in its own pid namespace: a negative one is a process group, -1
 *     all processes
 * @param targetName the other process's comm; null when it is not known
 * @param result 0; negative: minus the errno
 */
public record SignalKill(
    long time,
    @Nullable ContainerRef container,
    ProcessInfo process,
    String call,
    int signal,
    ProcessRef target,
    @Nullable String targetName,
    long result)
    implements SystemCall {

  @Override
  public SignalKill with(@Nullable ContainerRef container) {
    return new SignalKill(time, container, process, call, signal, target, targetName, result);
  }

  @Override
  public SignalKill with(ProcessInfo process) {
    return new SignalKill(time, container, process, call, signal, target, targetName, result);
  }
}
