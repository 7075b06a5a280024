package io.leukocyte.responder;

import io.leukocyte.events.OrderKeys;
import io.leukocyte.events.config.Config;
import io.leukocyte.events.config.ConfigException;
import io.leukocyte.events.config.Key;
import io.leukocyte.events.config.ValueType;
import java.util.List;
import java.util.Optional;

/**
 * How the responders of several hosts keep together.
 *
 * @param budget over what the bounds of policies count
 * @param trust which orders over Kafka are carried out
 * @param keys what orders are signed with; empty: none can be checked
 */
public record FleetSettings(Scope budget, Trust trust, Optional<OrderKeys> keys) {
  /** Over what the bounds of policies count. */
  public enum Scope {
    /** Over all hosts that share the Kafka cluster. */
    FLEET,
    /** Over this host alone. */
    LOCAL
  }

  /** Which orders over Kafka are carried out. */
  public enum Trust {
    /** Those with a signature of a key of {@code commands.keys}. */
    HMAC,
    /** All: Kafka's access control lists let only operators write to the topic. */
    ACL
  }

  /** Over what bounds count. */
  public static final Key<Scope> BUDGET =
      Key.of(
          "responder.budget",
          ValueType.oneOf(Scope.class),
          Scope.FLEET,
          "Whether at-most counts over all hosts, by the topic of permits, or over this host alone;"
              + " leuko up always counts alone.");

  /** Whose orders are carried out. */
  public static final Key<Trust> TRUST =
      Key.of(
          "commands.trust",
          ValueType.oneOf(Trust.class),
          Trust.HMAC,
          "Which orders over Kafka are carried out: those with a signature (hmac), or all, because"
              + " only operators may write to leuko.commands (acl).");

  /** What orders are signed with. */
  public static final Key<Optional<String>> KEYS_OF_ORDERS =
      Key.secret(
          "commands.keys",
          "Keys that orders are signed with, id:secret with white space between; the first signs,"
              + " all are taken.");

  /** All of them. */
  public static final List<Key<?>> KEYS = List.of(BUDGET, TRUST, KEYS_OF_ORDERS);

  /**
   * The settings of a configuration.
   *
   * @throws ConfigException when the keys cannot be read
   */
  public static FleetSettings from(Config config) {
    return new FleetSettings(config.get(BUDGET), config.get(TRUST), keys(config));
  }

  private static Optional<OrderKeys> keys(Config config) {
    try {
      return config.get(KEYS_OF_ORDERS).map(OrderKeys::parse);
    } catch (IllegalArgumentException e) {
      throw new ConfigException(
          List.of(
              config.problem(
                  KEYS_OF_ORDERS,
                  String.valueOf(e.getMessage()),
                  "write id:secret, such as 2026-11:$(openssl rand -hex 32)")));
    }
  }

  /** Whether somebody vouches for orders over Kafka. */
  public boolean canTrustOrders() {
    return trust == Trust.ACL || keys.isPresent();
  }

  /** The same for one host with a Kafka of its own: its bounds are those of the host. */
  public FleetSettings alone() {
    return new FleetSettings(Scope.LOCAL, trust, keys);
  }
}
