package io.leukocyte.events;

import org.jspecify.annotations.Nullable;

/**
 * What went between a container and one other end since the last report, both ways. Source: the
 * packets of the container's network as the kernel queues and takes them in, so bytes are of layer
 * 2, headers included. Of a container in the host's network: its sockets, for TCP without headers.
 *
 * @param time unix nanoseconds: the end of the interval
 * @param container null when the network namespace is not one container's
 * @param protocol transport protocol
 * @param destination the remote end
 * @param bytes bytes sent in the interval
 * @param packets packets sent in the interval; 0 when all came from the other end
 * @param interval nanoseconds since the last report of this flow
 * @param inbound whether the container answers: the other end began. Its port is 0 then, as all
 *     connections of one client are one flow
 * @param domain as {@link NetConnect#domain}
 * @param receivedBytes bytes received in the interval; 0 also when the sensor did not tell
 * @param receivedPackets packets received in the interval; 0 also when the sensor did not tell
 */
public record NetFlow(
    long time,
    @Nullable ContainerRef container,
    Protocol protocol,
    Endpoint destination,
    long bytes,
    long packets,
    long interval,
    boolean inbound,
    @Nullable String domain,
    long receivedBytes,
    long receivedPackets)
    implements Event {

  /** A flow of which only what was sent is known. */
  public NetFlow(
      long time,
      @Nullable ContainerRef container,
      Protocol protocol,
      Endpoint destination,
      long bytes,
      long packets,
      long interval,
      boolean inbound,
      @Nullable String domain) {
    this(time, container, protocol, destination, bytes, packets, interval, inbound, domain, 0, 0);
  }

  /** A flow that the container began, to an address of which no name is known. */
  public NetFlow(
      long time,
      @Nullable ContainerRef container,
      Protocol protocol,
      Endpoint destination,
      long bytes,
      long packets,
      long interval) {
    this(time, container, protocol, destination, bytes, packets, interval, false, null);
  }

  /** The same flow of a container of which more is known by now. */
  public NetFlow with(@Nullable ContainerRef container) {
    return new NetFlow(
        time,
        container,
        protocol,
        destination,
        bytes,
        packets,
        interval,
        inbound,
        domain,
        receivedBytes,
        receivedPackets);
  }
}
