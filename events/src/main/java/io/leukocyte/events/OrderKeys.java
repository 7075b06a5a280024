package io.leukocyte.events;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.security.InvalidKeyException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * The keys that orders are signed with, by their ids. The first signs, all are taken: so a new key
 * is added behind the old one everywhere, then put first, then the old one is removed.
 */
public final class OrderKeys {
  private static final String ALGORITHM = "HmacSHA256";
  private static final Pattern ID = Pattern.compile("[A-Za-z0-9._-]{1,64}");
  private static final int SHORTEST_SECRET = 32;

  private final Map<String, byte[]> secrets;
  private final String first;

  private OrderKeys(Map<String, byte[]> secrets, String first) {
    this.secrets = secrets;
    this.first = first;
  }

  /**
   * Reads keys: {@code id:secret} with white space between. An id has 1 to 64 letters, digits,
   * dots, dashes and underscores, a secret at least 32 characters, of which the UTF-8 bytes are the
   * key.
   *
   * @throws IllegalArgumentException when there is none, or one has another form; without a secret
   *     in the message
   */
  public static OrderKeys parse(String text) {
    Map<String, byte[]> secrets = new LinkedHashMap<>();
    String first = "";
    for (String key : text.strip().split("\\s+", -1)) {
      int colon = key.indexOf(':');
      String id = colon < 0 ? "" : key.substring(0, colon);
      if (!ID.matcher(id).matches()) {
        throw new IllegalArgumentException("a key is not id:secret");
      }
      if (key.length() - colon - 1 < SHORTEST_SECRET) {
        throw new IllegalArgumentException(
            "the secret of the key " + id + " has less than " + SHORTEST_SECRET + " characters");
      }
      if (secrets.put(id, key.substring(colon + 1).getBytes(UTF_8)) != null) {
        throw new IllegalArgumentException("two keys have the id " + id);
      }
      first = first.isEmpty() ? id : first;
    }
    return new OrderKeys(secrets, first);
  }

  /** The id of the key that signs. */
  public String signer() {
    return first;
  }

  /**
   * Signs with the first key.
   *
   * @return the HMAC-SHA256 in 64 lower-case hexadecimal digits
   */
  String sign(byte[] canonical) {
    return HexFormat.of().formatHex(hmac(secret(first).orElseThrow(), canonical));
  }

  /** Whether the signature is that of a key of ours; takes as long whatever is wrong with it. */
  boolean verify(String key, byte[] canonical, String signature) {
    Optional<byte[]> secret = secret(key);
    return secret.isPresent()
        && MessageDigest.isEqual(
            HexFormat.of().formatHex(hmac(secret.get(), canonical)).getBytes(UTF_8),
            signature.getBytes(UTF_8));
  }

  private Optional<byte[]> secret(String key) {
    return Optional.ofNullable(secrets.get(key));
  }

  private static byte[] hmac(byte[] secret, byte[] canonical) {
    try {
      Mac mac = Mac.getInstance(ALGORITHM);
      mac.init(new SecretKeySpec(secret, ALGORITHM));
      return mac.doFinal(canonical);
    } catch (NoSuchAlgorithmException | InvalidKeyException e) {
      throw new IllegalStateException("Every Java platform has " + ALGORITHM, e);
    }
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof OrderKeys keys
        && keys.first.equals(first)
        && keys.secrets.keySet().equals(secrets.keySet())
        && secrets.entrySet().stream()
            .allMatch(e -> MessageDigest.isEqual(e.getValue(), keys.secrets.get(e.getKey())));
  }

  @Override
  public int hashCode() {
    return secrets.keySet().hashCode();
  }

  /** The ids, without the secrets. */
  @Override
  public String toString() {
    return "OrderKeys" + secrets.keySet();
  }
}
