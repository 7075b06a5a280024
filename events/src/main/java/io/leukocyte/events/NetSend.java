package io.leukocyte.events;

import org.jspecify.annotations.Nullable;

/**
 * A datagram or a message was sent, or, where that is asked for, received.
 *
 * @param time unix nanoseconds
 * @param container null for a process of the host
 * @param process the process that called
 * @param call sendto, sendmsg, sendmmsg, recvfrom, recvmsg or recvmmsg
 * @param protocol transport protocol
 * @param local the local end; without address when it is not known
 * @param remote the other end; without address when it is not known
 * @param bytes bytes sent or received; of sendmmsg those of the first message; 0 when the call
 *     failed
 * @param dnsName the name that is asked for, where the datagram is a DNS query; without the final
 *     dot; else null
 * @param dnsType the query's type: A, AAAA, TXT …, TYPE and the number for one without a name; else
 *     null
 * @param result bytes, of sendmmsg and recvmmsg messages; negative: minus the errno
 * @param domain name of the remote address, by the DNS answers that the container had; null when
 *     there was none
 */
public record NetSend(
    long time,
    @Nullable ContainerRef container,
    ProcessInfo process,
    String call,
    Protocol protocol,
    Endpoint local,
    Endpoint remote,
    long bytes,
    @Nullable String dnsName,
    @Nullable String dnsType,
    long result,
    @Nullable String domain)
    implements SystemCall {

  /** A message to or from an address of which no name is known. */
  public NetSend(
      long time,
      @Nullable ContainerRef container,
      ProcessInfo process,
      String call,
      Protocol protocol,
      Endpoint local,
      Endpoint remote,
      long bytes,
      @Nullable String dnsName,
      @Nullable String dnsType,
      long result) {
    this(
        time, container, process, call, protocol, local, remote, bytes, dnsName, dnsType, result,
        null);
  }

  /** Whether the datagram came in: the remote end is its source then. */
  public boolean received() {
    return isReceived(call);
  }

  static boolean isReceived(String call) {
    return call.startsWith("recv");
  }

  @Override
  public NetSend with(@Nullable ContainerRef container) {
    return new NetSend(
        time, container, process, call, protocol, local, remote, bytes, dnsName, dnsType, result,
        domain);
  }

  @Override
  public NetSend with(ProcessInfo process) {
    return new NetSend(
        time, container, process, call, protocol, local, remote, bytes, dnsName, dnsType, result,
        domain);
  }
}
