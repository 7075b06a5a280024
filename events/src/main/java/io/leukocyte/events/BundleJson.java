package io.leukocyte.events;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * A bundle as a JSON object, with the signature of who made it. The signature is an HMAC-SHA256
 * over these parts, each as the number of its UTF-8 bytes in decimal, a colon, and the bytes:
 * {@code leuko.config/1}, author, created, of each file use, name and text, and the key's id.
 */
public final class BundleJson {
  /** The key of a bundle's record. */
  public static final String KEY = "rules";

  private static final String VERSION = "leuko.config/1";

  private BundleJson() {}

  /**
   * A bundle as it was read.
   *
   * @param bundle what it says
   * @param key the id of the key it says it is signed with; null when it is not signed
   * @param signature what it says the signature is; null when it is not signed
   */
  public record Signed(Bundle bundle, @Nullable String key, @Nullable String signature) {
    /** Whether one of the keys signed it. */
    public boolean isSignedBy(OrderKeys keys) {
      return key != null
          && signature != null
          && keys.verify(key, canonical(bundle, key), signature);
    }
  }

  /** The object in UTF-8, signed with the first of the keys. */
  public static byte[] write(Bundle bundle, OrderKeys keys) {
    ObjectNode node = node(bundle);
    node.put("key", keys.signer());
    node.put("signature", keys.sign(canonical(bundle, keys.signer())));
    return Json.bytes(node);
  }

  /** The object in UTF-8, not signed. */
  public static byte[] write(Bundle bundle) {
    return Json.bytes(node(bundle));
  }

  private static ObjectNode node(Bundle bundle) {
    ObjectNode node = Json.object();
    node.put("author", bundle.author());
    node.put("created", Json.time(bundle.created()));
    node.put("hash", bundle.hash());
    ArrayNode files = node.putArray("files");
    for (Bundle.File file : bundle.files()) {
      ObjectNode entry = files.addObject();
      entry.put("use", text(file.use()));
      entry.put("name", file.name());
      entry.put("text", file.text());
    }
    return node;
  }

  private static byte[] canonical(Bundle bundle, String key) {
    List<String> parts = new ArrayList<>(List.of(VERSION, bundle.author()));
    parts.add(Json.time(bundle.created()));
    for (Bundle.File file : bundle.files()) {
      parts.addAll(List.of(text(file.use()), file.name(), file.text()));
    }
    parts.add(key);
    return SignedForm.of(parts);
  }

  private static String text(Bundle.Use use) {
    return use.name().toLowerCase(Locale.ROOT);
  }

  /**
   * Reads a bundle; whether its signature holds is another question.
   *
   * @param document one JSON object in UTF-8
   * @throws MalformedJsonException when it is no bundle; the message names the field
   */
  public static Signed read(byte[] document) throws MalformedJsonException {
    Fields root = Json.read(new String(document, UTF_8));
    try {
      List<Bundle.File> files = new ArrayList<>();
      for (Fields file : root.objects("files")) {
        files.add(
            new Bundle.File(
                file.requiredParsed("use", BundleJson::use),
                file.required("name"),
                file.textOr("text", "")));
      }
      Bundle bundle =
          new Bundle(root.required("author"), root.requiredParsed("created", Json::nanos), files);
      return new Signed(bundle, root.text("key"), root.text("signature"));
    } catch (IllegalArgumentException e) {
      throw new MalformedJsonException("Not a bundle: " + e.getMessage());
    }
  }

  private static Bundle.Use use(String text) {
    for (Bundle.Use use : Bundle.Use.values()) {
      if (text(use).equals(text)) {
        return use;
      }
    }
    throw new IllegalArgumentException("rules or policies is expected");
  }
}
