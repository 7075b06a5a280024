package io.leukocyte.events;

import org.jspecify.annotations.Nullable;

/**
 * A socket got a local address or waits for connections, or could not.
 *
 * @param time unix nanoseconds
 * @param container null for a process of the host
 * @param process the process that called
 * @param call bind or listen
 * @param protocol transport protocol
 * @param local the local end; the address 0.0.0.0 or :: is any of the container's; a Unix socket's
 *     path stands for the address, its port is 0
 * @param backlog of listen: connections that may wait; 0 of bind, and of a sensor that sees the
 *     socket and not the call
 * @param result 0; negative: minus the errno
 */
public record NetListen(
    long time,
    @Nullable ContainerRef container,
    ProcessInfo process,
    String call,
    Protocol protocol,
    Endpoint local,
    int backlog,
    long result)
    implements SystemCall {

  @Override
  public NetListen with(@Nullable ContainerRef container) {
    return new NetListen(time, container, process, call, protocol, local, backlog, result);
  }

  @Override
  public NetListen with(ProcessInfo process) {
    return new NetListen(time, container, process, call, protocol, local, backlog, result);
  }
}
