package io.leukocyte.events;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.regex.Pattern;

/** Ids that are derived: 128 bits of a SHA-256 over length-prefixed parts. */
final class Digests {
  private static final Pattern FORM = Pattern.compile("[0-9a-f]{32}");

  private Digests() {}

  static String of(String... parts) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      for (String part : parts) {
        byte[] bytes = part.getBytes(StandardCharsets.UTF_8);
        digest.update((bytes.length + ":").getBytes(StandardCharsets.US_ASCII));
        digest.update(bytes);
      }
      return HexFormat.of().formatHex(digest.digest(), 0, 16);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("Every Java platform has SHA-256", e);
    }
  }

  static void requireForm(String type, String value) {
    if (!FORM.matcher(value).matches()) {
      throw new IllegalArgumentException(
          "Not an "
              + type
              + ": '"
              + Text.clip(Text.printable(value), 80)
              + "'; it has 32 hex digits");
    }
  }
}
