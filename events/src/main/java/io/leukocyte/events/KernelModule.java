package io.leukocyte.events;

import org.jspecify.annotations.Nullable;

/**
 * A kernel module was loaded or removed, or could not be.
 *
 * @param time unix nanoseconds
 * @param container null for a process of the host
 * @param process the process that called
 * @param call init_module, finit_module or delete_module
 * @param name the module's name; null when it is not known
 * @param path of finit_module: the file; null when it is not known, and of others
 * @param result 0; negative: minus the errno
 */
public record KernelModule(
    long time,
    @Nullable ContainerRef container,
    ProcessInfo process,
    String call,
    @Nullable String name,
    @Nullable String path,
    long result)
    implements SystemCall {

  @Override
  public KernelModule with(@Nullable ContainerRef container) {
    return new KernelModule(time, container, process, call, name, path, result);
  }

  @Override
  public KernelModule with(ProcessInfo process) {
    return new KernelModule(time, container, process, call, name, path, result);
  }
}
