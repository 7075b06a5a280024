package io.leukocyte.events;

import org.jspecify.annotations.Nullable;

/**
 * A connection was accepted, or could not be.
 *
 * @param time unix nanoseconds
 * @param container null for a process of the host
 * @param process the process that called
 * @param call accept or accept4
 * @param protocol transport protocol
 * @param client the remote end; without address when it is not known, and of sockets that are not
 *     of the internet
 * @param server the local end
 * @param result the descriptor of the connection; negative: minus the errno
 * @param domain name of the client's address, by the DNS answers that the container had; null when
 *     there was none
 */
public record NetAccept(
    long time,
    @Nullable ContainerRef container,
    ProcessInfo process,
    String call,
    Protocol protocol,
    Endpoint client,
    Endpoint server,
    long result,
    @Nullable String domain)
    implements SystemCall {

  /** A connection from an address of which no name is known. */
  public NetAccept(
      long time,
      @Nullable ContainerRef container,
      ProcessInfo process,
      String call,
      Protocol protocol,
      Endpoint client,
      Endpoint server,
      long result) {
    this(time, container, process, call, protocol, client, server, result, null);
  }

  @Override
  public NetAccept with(@Nullable ContainerRef container) {
    return new NetAccept(time, container, process, call, protocol, client, server, result, domain);
  }

  @Override
  public NetAccept with(ProcessInfo process) {
    return new NetAccept(time, container, process, call, protocol, client, server, result, domain);
  }
}
