package io.leukocyte.events.config;

import io.leukocyte.events.Text;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Finds settings in a file and in the environment, and collects what is wrong with them. */
final class ConfigReader {
  private static final String PREFIX = "LEUKO_";

  /** The launcher's own, which are no settings. */
  private static final Set<String> LAUNCHER = Set.of("LEUKO_HOME", "LEUKO_JAVA_OPTS");

  /** What Kubernetes puts into the environment for a service whose name begins with leuko. */
  private static final Pattern SERVICE_LINK =
      Pattern.compile("LEUKO_.*_SERVICE_(HOST|PORT(_.*)?)|LEUKO_.*_PORT(_\\d+_(TCP|UDP|SCTP).*)?");

  private final List<Problem> problems;
  private final Map<String, Key<?>> keys = new TreeMap<>();
  private final Map<String, String> namesByVariable = new TreeMap<>();
  private final Set<String> names = new TreeSet<>();
  private final Set<String> sections = new TreeSet<>();
  private final Map<String, Given> fromFile = new HashMap<>();
  private final Map<String, Given> fromEnvironment = new HashMap<>();

  /**
   * A value as written.
   *
   * @param node the value
   * @param at where
   * @param label the setting's name there, for messages
   * @param origin where, for people
   */
  private record Given(YamlNode node, Position at, String label, String origin) {}

  ConfigReader(Collection<Key<?>> known, List<Problem> problems) {
    this.problems = problems;
    for (Key<?> key : known) {
      if (keys.put(key.name(), key) != null) {
        throw new IllegalArgumentException("Two settings have the name " + key.name());
      }
      register(key.name());
      if (key.secret()) {
        register(key.fileName());
      }
    }
  }

  private void register(String name) {
    names.add(name);
    String other = namesByVariable.put(Key.variable(name), name);
    if (other != null) {
      throw new IllegalArgumentException(
          "The settings " + other + " and " + name + " share a variable");
    }
    for (int dot = name.indexOf('.'); dot >= 0; dot = name.indexOf('.', dot + 1)) {
      sections.add(name.substring(0, dot));
    }
  }

  /** Takes the settings of a file. */
  void file(YamlNode root) {
    switch (root) {
      case YamlNode.Mapping mapping -> section("", mapping);
      case YamlNode.Scalar scalar when scalar.isNull() -> {}
      case YamlNode.Scalar scalar -> notSettings(scalar);
      case YamlNode.Sequence sequence -> notSettings(sequence);
    }
  }

  private void notSettings(YamlNode node) {
    problems.add(
        new Problem(
            node.at(), "settings are expected, not " + node.description(), "write 'name: value'"));
  }

  private void section(String prefix, YamlNode.Mapping mapping) {
    for (YamlNode.Entry entry : mapping.entries()) {
      String name = prefix + entry.key().text();
      boolean nothing = entry.value() instanceof YamlNode.Scalar scalar && scalar.isNull();
      if (names.contains(name)) {
        setting(name, entry, nothing);
      } else if (sections.contains(name) && entry.value() instanceof YamlNode.Mapping nested) {
        section(name + ".", nested);
      } else if (sections.contains(name)) {
        if (!nothing) {
          notSettings(entry.value());
        }
      } else {
        unknown(name, entry);
      }
    }
  }

  private void setting(String name, YamlNode.Entry entry, boolean nothing) {
    Position at = entry.key().at();
    if (nothing) {
      problems.add(new Problem(at, name + " has no value", "write one or remove the line"));
      return;
    }
    String origin = at.file() + ":" + at.line();
    Given first = fromFile.putIfAbsent(name, new Given(entry.value(), at, name, origin));
    if (first != null) {
      problems.add(
          new Problem(
              at, name + " is set twice, first in line " + first.at().line(), "remove one"));
    }
  }

  private void unknown(String name, YamlNode.Entry entry) {
    boolean isSection = entry.value() instanceof YamlNode.Mapping;
    Set<String> candidates = new TreeSet<>(names);
    candidates.addAll(sections);
    problems.add(
        new Problem(
            entry.key().at(),
            "unknown " + (isSection ? "section '" : "setting '") + shown(name) + "'",
            Suggestion.didYouMean(name, candidates)));
  }

  /** Takes the settings of the environment. */
  void environment(Map<String, String> env) {
    new TreeMap<>(env)
        .forEach((variable, text) -> {
          if (variable.startsWith(PREFIX) && !LAUNCHER.contains(variable)) {
            variable(variable, text);
          }
        });
  }

  private void variable(String variable, String text) {
    Position at = new Position("environment", 1, 1);
    String name = namesByVariable.get(variable);
    if (name != null) {
      YamlNode node = new YamlNode.Scalar(at, text, true);
      fromEnvironment.put(name, new Given(node, at, variable, "environment"));
    } else if (!SERVICE_LINK.matcher(variable).matches()) {
      problems.add(
          new Problem(
              at,
              "unknown setting " + shown(variable),
              Suggestion.didYouMean(variable, namesByVariable.keySet())));
    }
  }

  /** The value of a setting; its default also after a problem. */
  <T> Config.Value<T> value(Key<T> key) {
    Given given = find(key, fromEnvironment);
    if (given == null) {
      given = find(key, fromFile);
    }
    if (given == null) {
      return new Config.Value<>(
          key, key.fallback(), false, new Position("default", 1, 1), "default");
    }
    return new Config.Value<>(key, read(key, given), true, given.at(), given.origin());
  }

  private @Nullable Given find(Key<?> key, Map<String, Given> source) {
    Given plain = source.get(key.name());
    Given byFile = key.secret() ? source.get(key.fileName()) : null;
    if (byFile == null) {
      return plain;
    }
    if (plain != null) {
      problems.add(
          new Problem(
              byFile.at(),
              plain.label() + " and " + byFile.label() + " are both set",
              "remove one"));
      return plain;
    }
    return contentOf(byFile);
  }

  /** A secret by the name of its file: the content without the line's end. */
  private Given contentOf(Given byFile) {
    String path = byFile.node() instanceof YamlNode.Scalar scalar ? scalar.text() : "";
    String content = "";
    try {
      content = Files.readString(Path.of(path)).stripTrailing();
      if (content.isEmpty()) {
        badFile(byFile, "the file " + shown(path) + " is empty");
      }
    } catch (IOException | InvalidPathException e) {
      badFile(byFile, "cannot read the file " + shown(path) + " (" + reason(e) + ")");
    }
    YamlNode node = new YamlNode.Scalar(byFile.at(), content.isEmpty() ? "-" : content, true);
    return new Given(node, byFile.at(), byFile.label(), byFile.origin());
  }

  private static String reason(Exception e) {
    return e.getClass().getSimpleName().replace("Exception", "");
  }

  private void badFile(Given given, String what) {
    problems.add(
        new Problem(
            given.at(), given.label() + ": " + what, "write the secret into it, readable for us"));
  }

  private <T> T read(Key<T> key, Given given) {
    try {
      if (given.node() instanceof YamlNode.Mapping && !key.type().takesMapping()) {
        throw new IllegalArgumentException("a value is expected, not a mapping");
      }
      return key.type().read(given.node());
    } catch (IllegalArgumentException e) {
      String value =
          key.secret() || !(given.node() instanceof YamlNode.Scalar scalar)
              ? ""
              : " is '" + shown(scalar.text()) + "'";
      problems.add(
          new Problem(
              given.at(), given.label() + value + ": " + e.getMessage(), key.type().hint()));
      return key.fallback();
    }
  }

  private static String shown(String text) {
    return Text.clip(Text.printable(text), 200);
  }
}
