package io.leukocyte.events;

import org.jspecify.annotations.Nullable;

/**
 * A socket was made, or could not be.
 *
 * @param time unix nanoseconds
 * @param container null for a process of the host
 * @param process the process that called
 * @param call socket or socketpair
 * @param domain address family, AF_: 1 unix, 2 inet, 10 inet6, 16 netlink, 17 packet, 38 alg, 40
 *     vsock
 * @param type type as the call has it, with the bits SOCK_NONBLOCK and SOCK_CLOEXEC: 1 stream, 2
 *     dgram, 3 raw, 5 seqpacket, 10 packet
 * @param protocol protocol of the family; 0 is its usual one
 * @param result the descriptor, of socketpair 0; negative: minus the errno
 */
public record NetSocket(
    long time,
    @Nullable ContainerRef container,
    ProcessInfo process,
    String call,
    int domain,
    int type,
    int protocol,
    long result)
    implements SystemCall {

  @Override
  public NetSocket with(@Nullable ContainerRef container) {
    return new NetSocket(time, container, process, call, domain, type, protocol, result);
  }

  @Override
  public NetSocket with(ProcessInfo process) {
    return new NetSocket(time, container, process, call, domain, type, protocol, result);
  }
}
