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
 */
public record NetFlow(
    long time,
    @Nullable ContainerRef container,
    Protocol protocol,
    Endpoint destination,
    long bytes,
    long packets,
    long interval)
    implements Event {}
