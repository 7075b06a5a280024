package io.leukocyte.events;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * An order about a profile as a JSON object, with the signature of who gave it. The signature is an
 * HMAC-SHA256 over the order's canonical form, as that of {@link OrderJson}; the parts are, in this
 * order, {@code leuko.profile-orders/1}, id, baseline, subject, order, for, document, author,
 * created, the key's id, and the items.
 */
public final class ProfileOrderJson {
  private static final String VERSION = "leuko.profile-orders/1";

  /** The field that tells these records of the topic of orders from others. */
  private static final String BASELINE = "baseline";

  private ProfileOrderJson() {}

  /**
   * An order as it was read.
   *
   * @param order what it says
   * @param key the id of the key it says it is signed with; null when it is not signed
   * @param signature what it says the signature is; null when it is not signed
   */
  public record Signed(ProfileOrder order, @Nullable String key, @Nullable String signature) {
    /** Whether one of the keys signed it. */
    public boolean isSignedBy(OrderKeys keys) {
      return key != null && signature != null && keys.verify(key, canonical(order, key), signature);
    }
  }

  /**
   * The key under which orders about a profile, what was observed for it and the profile itself are
   * on their topics: the same partition of each.
   */
  public static byte[] key(String baseline, String subject) {
    ArrayNode key = Json.object().putArray("key");
    key.add(baseline);
    key.add(subject);
    return key.toString().getBytes(UTF_8);
  }

  /** The object in UTF-8, signed with the first of the keys. */
  public static byte[] write(ProfileOrder order, OrderKeys keys) {
    ObjectNode node = node(order);
    node.put("key", keys.signer());
    node.put("signature", keys.sign(canonical(order, keys.signer())));
    return Json.bytes(node);
  }

  /** The object in UTF-8, not signed. */
  public static byte[] write(ProfileOrder order) {
    return Json.bytes(node(order));
  }

  private static ObjectNode node(ProfileOrder order) {
    ObjectNode node = Json.object();
    node.put(BASELINE, order.baseline());
    node.put("subject", order.subject());
    node.put("id", order.id().value());
    node.put("order", order.kind().text());
    if (!order.items().isEmpty()) {
      ArrayNode items = node.putArray("items");
      order.items().forEach(items::add);
    }
    Json.put(node, "for", order.length().map(Duration::toString).orElse(null));
    if (!order.document().isEmpty()) {
      node.put("document", order.document());
    }
    node.put("author", order.author());
    node.put("created", Json.time(order.created()));
    return node;
  }

  /** What is signed. */
  static byte[] canonical(ProfileOrder order, String key) {
    List<String> parts =
        new ArrayList<>(
            List.of(
                VERSION,
                order.id().value(),
                order.baseline(),
                order.subject(),
                order.kind().text(),
                order.length().map(Duration::toString).orElse(""),
                order.document(),
                order.author(),
                Json.time(order.created()),
                key));
    parts.addAll(order.items());
    return SignedForm.of(parts);
  }

  /** Whether a record of the topic of orders is one about a profile, going by its key. */
  public static boolean isKey(byte @Nullable [] key) {
    return key != null && key.length > 0 && key[0] == '[';
  }

  /**
   * Reads an order; whether its signature holds is another question.
   *
   * @param document one JSON object in UTF-8
   * @throws MalformedJsonException when it is no order; the message names the field
   */
  public static Signed read(byte[] document) throws MalformedJsonException {
    Fields root = Json.read(new String(document, UTF_8));
    try {
      ProfileOrder order =
          new ProfileOrder(
              root.requiredParsed("id", ActionId::new),
              root.required(BASELINE),
              root.required("subject"),
              root.requiredParsed("order", ProfileOrder.Kind::of),
              root.texts("items"),
              Optional.ofNullable(root.parsed("for", ProfileOrderJson::duration)),
              root.textOr("document", ""),
              root.required("author"),
              root.requiredParsed("created", Json::nanos));
      return new Signed(order, root.text("key"), root.text("signature"));
    } catch (IllegalArgumentException e) {
      throw new MalformedJsonException("Not an order about a profile: " + e.getMessage());
    }
  }

  private static Duration duration(String text) {
    try {
      return Duration.parse(text);
    } catch (DateTimeParseException e) {
      throw new IllegalArgumentException("a duration such as PT15M is expected", e);
    }
  }
}
