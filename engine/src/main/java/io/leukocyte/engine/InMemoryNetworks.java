package io.leukocyte.engine;

import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The networks of the {@link InMemoryEngine} and the addresses given away; its lock guards it. */
final class InMemoryNetworks {
  private final Map<String, Network> byName = new TreeMap<>();

  private static final class Network {
    final String id;
    final String prefix;
    final Set<Integer> taken = new HashSet<>();

    Network(String id, int number) {
      this.id = id;
      this.prefix = "172." + (17 + number) + ".0.";
    }
  }

  /** The id of the network, made when there was none of that name. */
  String create(String name) {
    return byName.computeIfAbsent(
            name, n -> new Network(InMemoryEngine.digest("network " + n), byName.size()))
        .id;
  }

  /** Whether there is one of that name or id. */
  boolean exists(String nameOrId) {
    return find(nameOrId) != null;
  }

  /**
   * An attachment with an address: the wanted one, or the lowest free one.
   *
   * @return null when the wanted address is taken or not of this network
   */
  @Nullable NetworkAttachment attach(NetworkAttachment wanted) {
    Network network = find(wanted.networkId());
    if (network == null) {
      return null;
    }
    int host = host(network, wanted.address());
    if (host < 2 || host > 254 || !network.taken.add(host)) {
      return null;
    }
    String mac = wanted.mac() != null ? wanted.mac() : "02:42:ac:00:00:%02x".formatted(host);
    return new NetworkAttachment(
        network.id,
        wanted.networkName(),
        network.prefix + host,
        wanted.address6(),
        mac,
        wanted.aliases(),
        wanted.links(),
        wanted.driverOptions());
  }

  /** The wish to be on a network of that name, with whatever address. */
  NetworkAttachment wish(String name, List<String> aliases) {
    return new NetworkAttachment(
        create(name), name, null, null, null, aliases, List.of(), new TreeMap<>());
  }

  /** The address is free again. */
  void release(NetworkAttachment attachment) {
    Network network = find(attachment.networkId());
    if (network != null && attachment.address() != null) {
      network.taken.remove(host(network, attachment.address()));
    }
  }

  private static int host(Network network, @Nullable String address) {
    if (address == null) {
      int lowest = 2;
      while (network.taken.contains(lowest)) {
        lowest++;
      }
      return lowest;
    }
    String end =
        address.startsWith(network.prefix) ? address.substring(network.prefix.length()) : "";
    return end.matches("[0-9]{1,3}") ? Integer.parseInt(end) : 0;
  }

  private @Nullable Network find(String nameOrId) {
    Network named = byName.get(nameOrId);
    if (named != null) {
      return named;
    }
    return byName.values().stream().filter(n -> n.id.equals(nameOrId)).findFirst().orElse(null);
  }
}
