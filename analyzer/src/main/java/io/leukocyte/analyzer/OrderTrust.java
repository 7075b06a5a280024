package io.leukocyte.analyzer;

import io.leukocyte.events.OrderKeys;
import io.leukocyte.events.ProfileOrderJson;
import java.util.Optional;

/**
 * Whose orders about profiles are carried out.
 *
 * @param all whether all are: Kafka lets only operators write to the topic
 * @param keys what orders are signed with; empty: none can be checked
 */
public record OrderTrust(boolean all, Optional<OrderKeys> keys) {
  /** Nobody's. */
  public static final OrderTrust NONE = new OrderTrust(false, Optional.empty());

  /** Everybody's who may write to the topic. */
  public static final OrderTrust ALL = new OrderTrust(true, Optional.empty());

  /** Why an order is not trusted; empty when it is. */
  Optional<String> distrust(ProfileOrderJson.Signed signed) {
    if (all) {
      return Optional.empty();
    }
    if (keys.isEmpty()) {
      return Optional.of("it cannot be checked: commands.keys is not set for the analyzer");
    }
    if (signed.key() == null || signed.signature() == null) {
      return Optional.of("it is not signed");
    }
    return signed.isSignedBy(keys.get())
        ? Optional.empty()
        : Optional.of("its signature is not of a key in commands.keys");
  }
}
