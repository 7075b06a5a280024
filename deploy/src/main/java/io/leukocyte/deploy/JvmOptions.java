package io.leukocyte.deploy;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * The options with which {@code bin/leuko} starts the JVM of a role: the file {@code jvm/ROLE}
 * beside this class, {@code jvm/server} for roles without one of their own. The build copies the
 * files to where {@code bin/leuko} reads them.
 */
final class JvmOptions {
  private JvmOptions() {}

  /** The options of a role, in their order. */
  static List<String> of(String role) throws IOException {
    return text(role)
        .lines()
        .map(line -> line.replaceAll("#.*", "").strip())
        .filter(line -> !line.isEmpty())
        .toList();
  }

  /**
   * The options by which a role starts from what the build's {@link Rehearsal} left in {@code aot},
   * as {@code bin/leuko} gives them; none where it left nothing.
   *
   * @param distribution the folder with {@code lib} and {@code aot}
   */
  static List<String> cache(Path distribution, String role) {
    Path cache = distribution.resolve("aot").resolve(role.equals("collect") ? "collect" : "server");
    return Files.isRegularFile(cache)
        ? List.of("-XX:AOTCache=" + cache, "-Xlog:aot*=off") // no word when it does not fit
        : List.of();
  }

  /** Variables of the environment that belong to the options. */
  static Map<String, String> environment(String role) {
    return role.equals("collect") ? Map.of("MALLOC_ARENA_MAX", "2") : Map.of();
  }

  private static String text(String role) throws IOException {
    try (InputStream own = JvmOptions.class.getResourceAsStream("jvm/" + role)) {
      if (own != null) {
        return new String(own.readAllBytes(), StandardCharsets.UTF_8);
      }
    }
    try (InputStream shared = JvmOptions.class.getResourceAsStream("jvm/server")) {
      if (shared == null) {
        throw new IOException("The options of the JVM are missing in this build: jvm/server");
      }
      return new String(shared.readAllBytes(), StandardCharsets.UTF_8);
    }
  }
}
