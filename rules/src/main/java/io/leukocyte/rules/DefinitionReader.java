package io.leukocyte.rules;

import io.leukocyte.events.Priority;
import io.leukocyte.events.config.Position;
import io.leukocyte.events.config.Problem;
import io.leukocyte.events.config.Suggestion;
import io.leukocyte.events.config.Yaml;
import io.leukocyte.events.config.YamlNode;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Reads the entries of rule files, in their order, into definitions. */
final class DefinitionReader {
  private static final Set<String> RULE_KEYS =
      Set.of(
          "rule",
          "condition",
          "output",
          "desc",
          "priority",
          "tags",
          "enabled",
          "source",
          "tests",
          "exceptions",
          "append",
          "override",
          "warn_evttypes",
          "skip-if-unknown-filter",
          "capture",
          "capture_duration");
  private static final Set<String> RULE_APPENDS =
      Set.of("condition", "output", "desc", "tags", "exceptions");
  private static final Set<String> RULE_REPLACES =
      Set.of(
          "condition",
          "output",
          "desc",
          "tags",
          "exceptions",
          "priority",
          "enabled",
          "warn_evttypes",
          "skip-if-unknown-filter");
  private static final Set<String> LIST_KEYS = Set.of("list", "items", "append", "override");
  private static final Set<String> MACRO_KEYS = Set.of("macro", "condition", "append", "override");
  private static final Set<String> ENTRIES =
      Set.of(
          "rule",
          "correlation",
          "baseline",
          "list",
          "macro",
          "required_engine_version",
          "required_plugin_versions");

  private final Definitions definitions = new Definitions();
  private final List<Problem> problems;
  private final List<Problem> warnings;

  /**
   * A reader of files.
   *
   * @param problems receives what is wrong
   * @param warnings receives what has no effect, or is an older form
   */
  DefinitionReader(List<Problem> problems, List<Problem> warnings) {
    this.problems = problems;
    this.warnings = warnings;
  }

  Definitions definitions() {
    return definitions;
  }

  void read(RuleFile file) {
    SourceFile source = new SourceFile(file);
    for (YamlNode document : Yaml.readAll(file.name(), file.text(), problems)) {
      read(document, source, file);
    }
  }

  private void read(YamlNode document, SourceFile source, RuleFile file) {
    if (document instanceof YamlNode.Scalar s && s.isNull()) {
      return;
    }
    if (!(document instanceof YamlNode.Sequence sequence)) {
      problems.add(
          new Problem(
              document.at(),
              "a rule file is a list, not " + document.description(),
              "begin each entry with '- rule:', '- correlation:', '- baseline:', '- macro:' or '-"
                  + " list:'"));
      return;
    }
    for (YamlNode item : sequence.items()) {
      if (item instanceof YamlNode.Mapping mapping) {
        read(new Entry(mapping, source, problems, warnings), mapping, file);
      } else {
        problems.add(new Problem(item.at(), item.description() + " is not an entry", ""));
      }
    }
  }

  private void read(Entry entry, YamlNode.Mapping mapping, RuleFile file) {
    if (entry.has("rule")) {
      rule(entry, file);
    } else if (entry.has("correlation")) {
      CorrelationReader.read(entry, file, definitions);
    } else if (entry.has("baseline")) {
      BaselineReader.read(entry, file, definitions);
    } else if (entry.has("macro")) {
      macro(entry);
    } else if (entry.has("list")) {
      list(entry);
    } else if (entry.has("required_engine_version")) {
      engineVersion(entry);
    } else if (entry.has("required_plugin_versions")) {
      Versions.checkPlugins(entry);
    } else {
      String first = mapping.entries().isEmpty() ? "" : mapping.entries().getFirst().key().text();
      entry.problem(
          entry.at(),
          "an entry is a rule, a correlation, a baseline, a macro or a list, not '" + first + "'",
          Suggestion.didYouMean(first, ENTRIES));
    }
  }

  private static void engineVersion(Entry entry) {
    entry.checkKeys(Set.of("required_engine_version"));
    entry.scalar("required_engine_version").ifPresent(s -> Versions.checkEngine(entry, s));
  }

  // Lists.

  private void list(Entry entry) {
    entry.checkKeys(LIST_KEYS);
    Optional<String> name = entry.text("list");
    if (name.isEmpty()) {
      return;
    }
    if (!entry.has("items")) {
      entry.problem(entry.at(), "the list '" + name.get() + "' has no items", "add 'items: […]'");
      return;
    }
    List<Expr.Value> items =
        new ArrayList<>(entry.scalars("items").stream().map(s -> item(entry, s)).toList());
    Definitions.ListDefinition before = definitions.lists.get(name.get());
    if (appends(entry, "items", before != null, "list '" + name.get() + "'") && before != null) {
      items.addAll(0, before.items());
    }
    int place = definitions.nextOrder();
    definitions.lists.put(
        name.get(),
        new Definitions.ListDefinition(items, before == null ? place : before.first(), place));
  }

  /** An item; quotes within the YAML text are the rule language's own. */
  private Expr.Value item(Entry entry, YamlNode.Scalar scalar) {
    String text = scalar.text();
    if (text.startsWith("\"") || text.startsWith("'")) {
      Scanner scanner = new Scanner(entry.locate(scalar));
      try {
        Expr.Value value = scanner.value("items");
        if (scanner.atEnd()) {
          return value;
        }
      } catch (SyntaxException e) {
        return new Expr.Value(text, scalar.at());
      }
    }
    return new Expr.Value(text, scalar.at());
  }

  /** Whether the entry adds to what was there, by override or by the older key append. */
  private boolean appends(Entry entry, String key, boolean exists, String what) {
    Map<String, String> overrides = entry.overrides(Set.of(key), Set.of(key));
    boolean older = olderAppend(entry, key);
    boolean append = older || "append".equals(overrides.get(key));
    if ((append || !overrides.isEmpty()) && !exists) {
      entry.problem(
          entry.at(), "nothing to change: the " + what + " is not defined before this", "");
    }
    return append;
  }

  /** Whether the older key append is set, which is a warning. */
  private static boolean olderAppend(Entry entry, String key) {
    boolean append = entry.truth("append").orElse(false);
    if (append) {
      entry.warning(
          entry.at(), "append is the older form", "write 'override: {" + key + ": append}'");
    }
    return append;
  }

  // Macros.

  private void macro(Entry entry) {
    entry.checkKeys(MACRO_KEYS);
    Optional<String> name = entry.text("macro");
    Optional<SourceText> condition = entry.located("condition");
    if (name.isEmpty()) {
      return;
    }
    if (condition.isEmpty()) {
      missing(entry, "macro '" + name.get() + "'", "condition");
      return;
    }
    Definitions.MacroDefinition before = definitions.macros.get(name.get());
    SourceText text = condition.get();
    if (appends(entry, "condition", before != null, "macro '" + name.get() + "'")
        && before != null) {
      text = before.condition().then(text);
    }
    int place = definitions.nextOrder();
    definitions.macros.put(
        name.get(),
        new Definitions.MacroDefinition(text, before == null ? place : before.first(), place));
  }

  private static void missing(Entry entry, String what, String key) {
    if (!entry.has(key)) {
      entry.problem(entry.at(), "the " + what + " has no " + key, "add '" + key + ":'");
    }
  }

  // Rules.

  private void rule(Entry entry, RuleFile file) {
    entry.checkKeys(RULE_KEYS);
    Optional<YamlNode.Scalar> name = entry.scalar("rule");
    if (name.isEmpty()) {
      return;
    }
    String text = name.get().text().strip();
    Definitions.RuleDefinition before = definitions.rules.get(text);
    boolean append = olderAppend(entry, "condition");
    boolean onlyEnabled = entry.has("enabled") && !entry.has("condition") && !entry.has("override");
    if (!append && !entry.has("override") && !onlyEnabled) {
      define(entry, text, name.get().at(), file);
    } else if (before == null) {
      entry.problem(
          entry.at(), "nothing to change: the rule '" + text + "' is not defined before this", "");
    } else if (append) {
      append(entry, before, RULE_APPENDS);
    } else if (onlyEnabled) {
      entry.warning(
          entry.at(), "enabled alone is the older form", "write 'override: {enabled: replace}'");
      entry.truth("enabled").ifPresent(e -> before.enabled = e);
    } else {
      override(entry, before);
    }
  }

  private void define(Entry entry, String name, Position at, RuleFile file) {
    Definitions.RuleDefinition rule = new Definitions.RuleDefinition(name, at, file.baseName());
    for (String key : List.of("condition", "output", "desc", "priority")) {
      missing(entry, "rule '" + name + "'", key);
    }
    RULE_KEYS.forEach(key -> replace(entry, rule, key));
    entry.text("source").ifPresent(s -> rule.source = s);
    rule.tests = entry.node("tests").orElse(null);
    definitions.rules.put(name, rule);
  }

  private static void override(Entry entry, Definitions.RuleDefinition rule) {
    Map<String, String> overrides = entry.overrides(RULE_APPENDS, RULE_REPLACES);
    for (String key : RULE_REPLACES) {
      if (!entry.has(key)) {
        continue;
      }
      switch (overrides.getOrDefault(key, "")) {
        case "append" -> append(entry, rule, Set.of(key));
        case "replace" -> replace(entry, rule, key);
        default ->
            entry.problem(
                entry.at(), "the key '" + key + "' is not named under override", "name it there");
      }
    }
  }

  private static void append(Entry entry, Definitions.RuleDefinition rule, Set<String> keys) {
    if (keys.contains("condition")) {
      SourceText before = rule.condition;
      entry
          .located("condition")
          .ifPresent(c -> rule.condition = before == null ? c : before.then(c));
    }
    if (keys.contains("output")) {
      SourceText before = rule.output;
      entry.located("output").ifPresent(o -> rule.output = before == null ? o : before.then(o));
    }
    if (keys.contains("desc")) {
      String before = rule.description;
      entry.text("desc").ifPresent(d -> rule.description = before == null ? d : before + " " + d);
    }
    if (keys.contains("tags")) {
      entry.scalars("tags").forEach(t -> rule.tags.add(t.text()));
    }
    if (keys.contains("exceptions")) {
      ExceptionReader.read(entry, rule);
    }
  }

  private static void replace(Entry entry, Definitions.RuleDefinition rule, String key) {
    switch (key) {
      case "condition" -> entry.located(key).ifPresent(c -> rule.condition = c);
      case "output" -> entry.located(key).ifPresent(o -> rule.output = o);
      case "desc" -> entry.text(key).ifPresent(d -> rule.description = d);
      case "priority" -> priority(entry, rule);
      case "enabled" -> entry.truth(key).ifPresent(e -> rule.enabled = e);
      case "skip-if-unknown-filter" -> entry.truth(key).ifPresent(e -> rule.skipIfUnknown = e);
      case "tags" -> {
        rule.tags = new ArrayList<>();
        entry.scalars(key).forEach(t -> rule.tags.add(t.text()));
      }
      case "exceptions" -> {
        rule.exceptions = new ArrayList<>();
        ExceptionReader.read(entry, rule);
      }
      default -> {}
    }
  }

  private static void priority(Entry entry, Definitions.RuleDefinition rule) {
    Optional<YamlNode.Scalar> scalar = entry.scalar("priority");
    if (scalar.isEmpty()) {
      return;
    }
    Optional<Priority> priority = Priority.parse(scalar.get().text());
    if (priority.isEmpty()) {
      List<String> known = Arrays.stream(Priority.values()).map(Priority::text).toList();
      String near = Suggestion.didYouMean(scalar.get().text(), known);
      entry.problem(
          scalar.get().at(),
          "unknown priority '" + scalar.get().text() + "'",
          near.isEmpty() ? "use one of " + String.join(", ", known) : near);
    }
    priority.ifPresent(p -> rule.priority = p);
  }
}
