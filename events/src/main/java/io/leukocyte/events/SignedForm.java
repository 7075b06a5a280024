package io.leukocyte.events;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.util.List;

/**
 * The bytes that a signature is over: each part as the number of its UTF-8 bytes in decimal, a
 * colon, and the bytes.
 */
final class SignedForm {
  private SignedForm() {}

  static byte[] of(String... parts) {
    return of(List.of(parts));
  }

  static byte[] of(List<String> parts) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    for (String part : parts) {
      byte[] bytes = part.getBytes(UTF_8);
      out.writeBytes((bytes.length + ":").getBytes(UTF_8));
      out.writeBytes(bytes);
    }
    return out.toByteArray();
  }
}
