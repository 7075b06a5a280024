package io.leukocyte.deploy;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.util.Base64;
import java.util.Map;
import java.util.TreeMap;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.PBEKeySpec;

/**
 * Users and roles of an Elasticsearch in files of its configuration, as a node has them that cannot
 * keep them in an index.
 */
final class FileRealm {
  private static final int ROUNDS = 1000;
  private static final int KEY_BITS = 256;

  private FileRealm() {}

  /**
   * Writes them, for a node that has not been started yet.
   *
   * @param config its folder
   * @param roles JSON of each role by its name; a user of the same name has it
   */
  static void write(Path config, Map<String, String> roles, String password) throws IOException {
    Map<String, String> files = new TreeMap<>();
    files.put("users", "");
    files.put("users_roles", "");
    files.put("roles.yml", "");
    roles.forEach((name, json) -> {
      files.merge("users", name + ":" + hash(name, password) + "\n", String::concat);
      files.merge("users_roles", name + ":" + name + "\n", String::concat);
      files.merge("roles.yml", name + ": " + json.replaceAll("\\s+", " ") + "\n", String::concat);
    });
    Files.createDirectories(config);
    for (Map.Entry<String, String> file : files.entrySet()) {
      Path path = Files.writeString(config.resolve(file.getKey()), file.getValue());
      Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rw-r--r--"));
    }
  }

  private static String hash(String name, String password) {
    byte[] salt = (name + "-".repeat(32)).substring(0, 32).getBytes(UTF_8);
    try {
      PBEKeySpec key = new PBEKeySpec(password.toCharArray(), salt, ROUNDS, KEY_BITS);
      byte[] hash =
          SecretKeyFactory.getInstance("PBKDF2withHMACSHA512").generateSecret(key).getEncoded();
      Base64.Encoder base64 = Base64.getEncoder();
      return "{PBKDF2}%d$%s$%s"
          .formatted(ROUNDS, base64.encodeToString(salt), base64.encodeToString(hash));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("Every JVM has PBKDF2", e);
    }
  }
}
