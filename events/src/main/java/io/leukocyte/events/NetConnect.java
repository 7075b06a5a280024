package io.leukocyte.events;

import org.jspecify.annotations.Nullable;

/**
 * An outbound connection was begun. Source: for TCP the kernel's inet_sock_set_state to SYN_SENT;
 * for other protocols the first packet to a destination that has had none for a while; for Unix
 * sockets, where a rule can mean them, a connect that was done.
 *
 * @param time unix nanoseconds
 * @param container null for a process of the host
 * @param process the process that called; null when it is not known (first packet of a flow)
 * @param protocol transport protocol; other of a Unix socket
 * @param source the local end; port 0 before one is bound
 * @param destination the remote end; a Unix socket's path, or {@code @} and its name, stands for
 *     the address, its port is 0
 * @param domain the name for which a DNS server had given the container that address, without the
 *     final dot; null when no such answer was seen. The container chooses whom it asks, hence what
 *     name is answered
 */
public record NetConnect(
    long time,
    @Nullable ContainerRef container,
    @Nullable ProcessInfo process,
    Protocol protocol,
    Endpoint source,
    Endpoint destination,
    @Nullable String domain)
    implements Event {

  /** A connection to an address of which no name is known. */
  public NetConnect(
      long time,
      @Nullable ContainerRef container,
      @Nullable ProcessInfo process,
      Protocol protocol,
      Endpoint source,
      Endpoint destination) {
    this(time, container, process, protocol, source, destination, null);
  }
}
