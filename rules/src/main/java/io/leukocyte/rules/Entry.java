package io.leukocyte.rules;

import io.leukocyte.events.config.Position;
import io.leukocyte.events.config.Problem;
import io.leukocyte.events.config.Suggestion;
import io.leukocyte.events.config.YamlNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/** One entry of a rule file, a mapping, with helpers that report what has the wrong shape. */
final class Entry {
  /** What YAML 1.1 takes for true, as readers of existing files do. */
  private static final Set<String> TRUE = Set.of("true", "yes", "on", "y");

  private static final Set<String> FALSE = Set.of("false", "no", "off", "n");

  private final YamlNode.Mapping mapping;
  private final SourceFile source;
  private final List<Problem> problems;
  private final List<Problem> warnings;

  Entry(
      YamlNode.Mapping mapping, SourceFile source, List<Problem> problems, List<Problem> warnings) {
    this.mapping = mapping;
    this.source = source;
    this.problems = problems;
    this.warnings = warnings;
  }

  /** A mapping within this entry. */
  Entry within(YamlNode.Mapping inner) {
    return new Entry(inner, source, problems, warnings);
  }

  Position at() {
    return mapping.at();
  }

  boolean has(String key) {
    return mapping.get(key).isPresent();
  }

  Optional<YamlNode> node(String key) {
    return mapping.get(key);
  }

  /**
   * Reports keys that are not among these: one that is like a known one is a problem; another,
   * which a newer version of the language may have, a warning.
   */
  void checkKeys(Set<String> known) {
    for (YamlNode.Entry entry : mapping.entries()) {
      String key = entry.key().text();
      if (known.contains(key)) {
        continue;
      }
      String near = Suggestion.didYouMean(key, known);
      if (near.isEmpty()) {
        warning(entry.key().at(), "unknown key '" + key + "', which has no effect", "");
      } else {
        problem(entry.key().at(), "unknown key '" + key + "'", near);
      }
    }
  }

  /** The single value of a key; empty, and reported, when it is something else. */
  Optional<YamlNode.Scalar> scalar(String key) {
    Optional<YamlNode> node = mapping.get(key);
    if (node.isEmpty()) {
      return Optional.empty();
    }
    if (node.get() instanceof YamlNode.Scalar scalar && !scalar.isNull()) {
      return Optional.of(scalar);
    }
    problem(node.get().at(), key + " must be text, not " + node.get().description(), "");
    return Optional.empty();
  }

  Optional<String> text(String key) {
    return scalar(key).map(s -> s.text().strip());
  }

  /** The text of a key with the place of each character. */
  Optional<SourceText> located(String key) {
    return scalar(key).map(source::locate);
  }

  Optional<Boolean> truth(String key) {
    Optional<YamlNode.Scalar> scalar = scalar(key);
    if (scalar.isEmpty()) {
      return Optional.empty();
    }
    String text = scalar.get().text();
    String lower = text.toLowerCase(Locale.ROOT);
    if (TRUE.contains(lower) || FALSE.contains(lower)) {
      return Optional.of(TRUE.contains(lower));
    }
    problem(scalar.get().at(), key + " is true or false, not '" + text + "'", "");
    return Optional.empty();
  }

  /** The single values of a list; empty when the key is absent. */
  List<YamlNode.Scalar> scalars(String key) {
    Optional<YamlNode> node = mapping.get(key);
    if (node.isEmpty()) {
      return List.of();
    }
    if (!(node.get() instanceof YamlNode.Sequence sequence)) {
      problem(node.get().at(), key + " must be a list, not " + node.get().description(), "");
      return List.of();
    }
    List<YamlNode.Scalar> scalars = new ArrayList<>();
    for (YamlNode item : sequence.items()) {
      if (item instanceof YamlNode.Scalar scalar) {
        scalars.add(scalar);
      } else {
        problem(item.at(), key + " holds " + item.description() + " where text belongs", "");
      }
    }
    return scalars;
  }

  /** What the key override says of each key: append or replace. */
  Map<String, String> overrides(Set<String> appendable, Set<String> replaceable) {
    Map<String, String> overrides = new TreeMap<>();
    Optional<YamlNode> node = mapping.get("override");
    if (node.isEmpty()) {
      return overrides;
    }
    if (!(node.get() instanceof YamlNode.Mapping map)) {
      problem(node.get().at(), "override must be a mapping of keys to append or replace", "");
      return overrides;
    }
    for (YamlNode.Entry entry : map.entries()) {
      String key = entry.key().text();
      String how = entry.value() instanceof YamlNode.Scalar s ? s.text() : "";
      boolean known =
          (how.equals("append") && appendable.contains(key))
              || (how.equals("replace") && replaceable.contains(key));
      if (!known) {
        problem(entry.key().at(), "'" + key + "' cannot be overridden with '" + how + "'", "");
      } else if (!has(key)) {
        problem(entry.key().at(), "override names '" + key + "', which the entry lacks", "");
      } else {
        overrides.put(key, how);
      }
    }
    return overrides;
  }

  SourceText locate(YamlNode.Scalar scalar) {
    return source.locate(scalar);
  }

  void problem(Position at, String what, String todo) {
    problems.add(new Problem(at, what, todo));
  }

  void warning(Position at, String what, String todo) {
    warnings.add(new Problem(at, what, todo));
  }
}
