package io.leukocyte.engine;

import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * How a container is attached to a network: what has to be given to attach it again in the same
 * way.
 *
 * @param networkId the network's id
 * @param networkName the network's name
 * @param address IPv4 that it has, or asked for; null when neither
 * @param address6 global IPv6 that it has, or asked for; null when neither
 * @param mac MAC address that it has; null when unknown. The engine derives it from the IPv4
 *     address unless one was asked for
 * @param aliases other names in this network, without those the engine adds itself
 * @param links legacy links, {@code container:alias}
 * @param driverOptions of the network's driver for this attachment
 */
public record NetworkAttachment(
    String networkId,
    String networkName,
    @Nullable String address,
    @Nullable String address6,
    @Nullable String mac,
    List<String> aliases,
    List<String> links,
    SortedMap<String, String> driverOptions) {
  /** Copies the collections. */
  public NetworkAttachment {
    aliases = List.copyOf(aliases);
    links = List.copyOf(links);
    driverOptions = Collections.unmodifiableSortedMap(new TreeMap<>(driverOptions));
  }

  /** The same with whatever addresses the engine chooses. */
  public NetworkAttachment anyAddress() {
    return new NetworkAttachment(
        networkId, networkName, null, null, null, aliases, links, driverOptions);
  }
}
