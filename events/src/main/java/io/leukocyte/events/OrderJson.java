package io.leukocyte.events;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.time.format.DateTimeParseException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * An order as a JSON object, with the signature of who gave it. The signature is an HMAC-SHA256
 * over the order's canonical form, not over the JSON: each part as the number of its UTF-8 bytes in
 * decimal, a colon, and the bytes; the parts are, in this order, {@code leuko.commands/1}, id,
 * host, order, what, for, undo, author, reason, created, expires and the key's id, as they stand in
 * the JSON, absent ones empty.
 */
public final class OrderJson {
  private static final String VERSION = "leuko.commands/1";

  private OrderJson() {}

  /**
   * An order as it was read.
   *
   * @param order what it says
   * @param key the id of the key it says it is signed with; null when it is not signed
   * @param signature what it says the signature is; null when it is not signed
   */
  public record Signed(Order order, @Nullable String key, @Nullable String signature) {
    /** Whether one of the keys signed it. */
    public boolean isSignedBy(OrderKeys keys) {
      return key != null && signature != null && keys.verify(key, canonical(order, key), signature);
    }
  }

  /** The object in UTF-8, signed with the first of the keys. */
  public static byte[] write(Order order, OrderKeys keys) {
    ObjectNode node = node(order);
    node.put("key", keys.signer());
    node.put("signature", keys.sign(canonical(order, keys.signer())));
    return Json.bytes(node);
  }

  /** The object in UTF-8, not signed. */
  public static byte[] write(Order order) {
    return Json.bytes(node(order));
  }

  private static ObjectNode node(Order order) {
    ObjectNode node = Json.object();
    node.put("id", order.id().value());
    node.put("host", order.host());
    node.put("order", order.kind().text());
    if (!order.what().isEmpty()) {
      node.put("what", order.what());
    }
    Json.put(node, "for", order.length().map(Duration::toString).orElse(null));
    Json.put(node, "undo", order.undo());
    node.put("author", order.author());
    if (!order.reason().isEmpty()) {
      node.put("reason", order.reason());
    }
    node.put("created", Json.time(order.created()));
    node.put("expires", Json.time(order.expires()));
    return node;
  }

  /** What is signed. */
  static byte[] canonical(Order order, String key) {
    return SignedForm.of(
        VERSION,
        order.id().value(),
        order.host(),
        order.kind().text(),
        order.what(),
        order.length().map(Duration::toString).orElse(""),
        order.undo() ? "true" : "",
        order.author(),
        order.reason(),
        Json.time(order.created()),
        Json.time(order.expires()),
        key);
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
      Duration length = root.parsed("for", OrderJson::duration);
      Order order =
          new Order(
              root.requiredParsed("id", ActionId::new),
              root.required("host"),
              root.requiredParsed("order", Order.Kind::of),
              root.textOr("what", ""),
              Optional.ofNullable(length),
              root.flag("undo"),
              root.required("author"),
              root.textOr("reason", ""),
              root.requiredParsed("created", Json::nanos),
              root.requiredParsed("expires", Json::nanos));
      return new Signed(order, root.text("key"), root.text("signature"));
    } catch (IllegalArgumentException e) {
      throw new MalformedJsonException("Not an order: " + e.getMessage());
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
