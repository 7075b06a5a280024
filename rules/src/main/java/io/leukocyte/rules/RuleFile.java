package io.leukocyte.rules;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * A file of rules, read but not yet understood.
 *
 * @param name the file's name as the user gave it, for messages
 * @param text its content
 */
public record RuleFile(String name, String text) {
  private static final List<String> SHIPPED =
      List.of(
          "leukocyte.yaml",
          "execution.yaml",
          "escape.yaml",
          "credentials.yaml",
          "persistence.yaml",
          "evasion.yaml",
          "network.yaml",
          "resources.yaml",
          "operations.yaml",
          "correlations.yaml",
          "baselines.yaml");

  /** The files that come with Leukocyte, in the order to load them. */
  public static List<RuleFile> shipped() {
    return SHIPPED.stream().map(RuleFile::resource).toList();
  }

  /** The name without folders. */
  public String baseName() {
    return name.substring(Math.max(name.lastIndexOf('/'), name.lastIndexOf('\\')) + 1);
  }

  private static RuleFile resource(String name) {
    try (InputStream in = RuleFile.class.getResourceAsStream("/rules/" + name)) {
      if (in == null) {
        throw new IllegalStateException("The jar lacks /rules/" + name + "; build it again");
      }
      return new RuleFile(name, new String(in.readAllBytes(), StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot read /rules/" + name + " from the jar", e);
    }
  }
}
