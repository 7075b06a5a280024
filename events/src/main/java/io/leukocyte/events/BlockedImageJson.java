package io.leukocyte.events;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.node.ObjectNode;
import org.jspecify.annotations.Nullable;

/**
 * What is said of an image as a JSON object, with the signature of who says it. The signature is an
 * HMAC-SHA256 over the canonical form: each part as the number of its UTF-8 bytes in decimal, a
 * colon, and the bytes; the parts are, in this order, {@code leuko.blocked/1}, digest, image,
 * blocked, running, reason, author, policy, alert, since, expires and the key's id, as they stand
 * in the JSON, absent ones empty.
 */
public final class BlockedImageJson {
  private static final String VERSION = "leuko.blocked/1";

  private BlockedImageJson() {}

  /**
   * A word about an image as it was read.
   *
   * @param image what it says
   * @param key the id of the key it says it is signed with; null when it is not signed
   * @param signature what it says the signature is; null when it is not signed
   */
  public record Signed(BlockedImage image, @Nullable String key, @Nullable String signature) {
    /** Whether one of the keys signed it. */
    public boolean isSignedBy(OrderKeys keys) {
      return key != null && signature != null && keys.verify(key, canonical(image, key), signature);
    }
  }

  /** The object in UTF-8, signed with the first of the keys. */
  public static byte[] write(BlockedImage image, OrderKeys keys) {
    ObjectNode node = node(image);
    node.put("key", keys.signer());
    node.put("signature", keys.sign(canonical(image, keys.signer())));
    return Json.bytes(node);
  }

  /** The object in UTF-8, not signed. */
  public static byte[] write(BlockedImage image) {
    return Json.bytes(node(image));
  }

  private static ObjectNode node(BlockedImage image) {
    ObjectNode node = Json.object();
    node.put("digest", image.digest());
    node.put("image", image.image());
    node.put("blocked", image.blocked());
    node.put("running", image.running().text());
    node.put("reason", image.reason());
    node.put("author", image.author());
    Json.put(node, "policy", image.policy());
    Json.put(node, "alert", image.alert() == null ? null : image.alert().value());
    node.put("since", Json.time(image.since()));
    Json.put(node, "expires", image.expires() == 0 ? null : Json.time(image.expires()));
    return node;
  }

  private static byte[] canonical(BlockedImage image, String key) {
    return SignedForm.of(
        VERSION,
        image.digest(),
        image.image(),
        String.valueOf(image.blocked()),
        image.running().text(),
        image.reason(),
        image.author(),
        image.policy() == null ? "" : image.policy(),
        image.alert() == null ? "" : image.alert().value(),
        Json.time(image.since()),
        image.expires() == 0 ? "" : Json.time(image.expires()),
        key);
  }

  /**
   * Reads it; whether its signature holds is another question.
   *
   * @param document one JSON object in UTF-8
   * @throws MalformedJsonException when it is none; the message names the field
   */
  public static Signed read(byte[] document) throws MalformedJsonException {
    Fields root = Json.read(new String(document, UTF_8));
    try {
      BlockedImage image =
          new BlockedImage(
              root.required("digest"),
              root.textOr("image", ""),
              root.flag("blocked"),
              root.requiredParsed("running", BlockedImage.Running::of),
              root.textOr("reason", ""),
              root.required("author"),
              root.text("policy"),
              root.parsed("alert", AlertId::new),
              root.requiredParsed("since", Json::nanos),
              root.time("expires", 0));
      return new Signed(image, root.text("key"), root.text("signature"));
    } catch (IllegalArgumentException e) {
      throw new MalformedJsonException("Not a word about an image: " + e.getMessage());
    }
  }
}
