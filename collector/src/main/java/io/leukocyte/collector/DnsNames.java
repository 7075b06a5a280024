package io.leukocyte.collector;

import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * By which name each network knows an address, as name servers answered there: a network is the
 * number of a namespace or, in the host's, a container. None learns from another: what a container
 * makes up about an address concerns its own connections alone. A name holds as long as the answer
 * says, within bounds, and while it is in use. For one thread.
 */
final class DnsNames {
  private static final int MOST_NETWORKS = 4096;
  private static final int MOST_ADDRESSES = 512;
  private static final long SECOND = 1_000_000_000L;
  private static final long LEAST_SECONDS = 120;
  private static final long MOST_SECONDS = 86_400;

  private final Map<Object, Map<String, Name>> networks = new Bounded<>(MOST_NETWORKS);

  /**
   * A name.
   *
   * @param until nanoseconds since boot
   */
  private record Name(String text, long until) {}

  /** What has not been used for longest makes room. */
  private static final class Bounded<K, V> extends LinkedHashMap<K, V> {
    private static final long serialVersionUID = 1;
    private final int most;

    Bounded(int most) {
      super(16, 0.75f, true);
      this.most = most;
    }

    @Override
    protected boolean removeEldestEntry(Map.Entry<K, V> eldest) {
      return size() > most;
    }
  }

  /**
   * Takes an answer; a later one for the same address wins.
   *
   * @param now nanoseconds since boot
   */
  void learn(Object network, DnsAnswer answer, long now) {
    Map<String, Name> names = networks.computeIfAbsent(network, n -> new Bounded<>(MOST_ADDRESSES));
    for (DnsAnswer.Address address : answer.addresses()) {
      long seconds = Math.clamp(address.seconds(), LEAST_SECONDS, MOST_SECONDS);
      names.put(address.text(), new Name(answer.name(), now + seconds * SECOND));
    }
  }

  /** The name of an address; null when there is none, or none that still holds. */
  @Nullable String of(Object network, String address, long now) {
    Map<String, Name> names = networks.get(network);
    Name name = names == null ? null : names.get(address);
    if (names == null || name == null) {
      return null;
    }
    if (name.until() < now) {
      names.remove(address);
      return null;
    }
    if (name.until() < now + LEAST_SECONDS * SECOND) {
      names.put(address, new Name(name.text(), now + LEAST_SECONDS * SECOND));
    }
    return name.text();
  }

  /** The network is another one now. */
  void forget(Object network) {
    networks.remove(network);
  }
}
