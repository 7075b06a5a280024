package io.leukocyte.events;

import org.jspecify.annotations.Nullable;

/**
 * Egress from a container to one destination since the last report. Source: the kernel's
 * net_dev_queue, so bytes are of layer 2, headers included.
 *
 * @param time unix nanoseconds: the end of the interval
 * @param container null when the network namespace is not one container's
 * @param protocol transport protocol
 * @param destination the remote end
 * @param bytes bytes sent in the interval
 * @param packets packets sent in the interval
 * @param interval nanoseconds since the last report of this flow
 * @param inbound whether the container answers: the other end began. Its port is 0 then, as all
 *     connections of one client are one flow
 * @param domain as {@link NetConnect#domain}
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
    @Nullable String domain)
    implements Event {

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
}
