package io.leukocyte.rules;

import io.leukocyte.events.config.YamlNode;
import java.util.Arrays;
import java.util.Optional;
import java.util.regex.Pattern;

/** What files say they need of the engine that reads them. */
final class Versions {
  /** The version of the language that is read here; a number alone counts as the middle part. */
  static final String ENGINE = "0.63.0";

  private static final Pattern VERSION = Pattern.compile("\\d{1,9}(\\.\\d{1,9}\\.\\d{1,9}\\S*)?");

  private Versions() {}

  /** A file for a newer engine is read: what it has that is not known is reported where it is. */
  static void checkEngine(Entry entry, YamlNode.Scalar version) {
    String text = version.text();
    if (!VERSION.matcher(text).matches()) {
      entry.problem(version.at(), "a version is a number or x.y.z, not '" + text + "'", "");
    } else if (Arrays.compare(numbers(text), numbers(ENGINE)) > 0) {
      entry.warning(
          version.at(),
          "the file is for version " + text + " of the language; this is " + ENGINE,
          "what is newer in it is reported where it stands");
    }
  }

  private static int[] numbers(String version) {
    String[] parts = version.split("[^0-9]+", -1);
    return parts.length < 3
        ? new int[] {0, Integer.parseInt(parts[0]), 0}
        : new int[] {
          Integer.parseInt(parts[0]), Integer.parseInt(parts[1]), Integer.parseInt(parts[2])
        };
  }

  /** Plugins are other event sources: their rules are skipped, so only the form matters. */
  static void checkPlugins(Entry entry) {
    Optional<YamlNode> node = entry.node("required_plugin_versions");
    if (!(node.orElse(null) instanceof YamlNode.Sequence sequence)) {
      node.ifPresent(n ->
          entry.problem(
              n.at(), "required_plugin_versions must be a list, not " + n.description(), ""));
      return;
    }
    for (YamlNode item : sequence.items()) {
      if (!(item instanceof YamlNode.Mapping mapping)
          || mapping.get("name").isEmpty()
          || mapping.get("version").isEmpty()) {
        entry.problem(item.at(), "a plugin is a mapping with name and version", "");
      }
    }
  }
}
