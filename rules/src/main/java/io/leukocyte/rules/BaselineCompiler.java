package io.leukocyte.rules;

import io.leukocyte.events.Kind;
import io.leukocyte.events.Priority;
import io.leukocyte.events.config.Position;
import io.leukocyte.events.config.Problem;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * Makes baselines of definitions, and the rules that observe for them: one for each aspect, whose
 * condition says which events have a value of it in which containers. They are evaluated like other
 * rules and tell the collector what is needed.
 */
final class BaselineCompiler {
  /** Where files are watched when a baseline does not say. */
  static final List<String> PATHS =
      List.of("/bin", "/boot", "/etc", "/home", "/lib", "/lib64", "/opt", "/root", "/sbin", "/usr");

  private final Definitions definitions;
  private final RuleCompiler compiler;
  private final List<Problem> problems;
  private final List<Skipped> skipped;
  private final List<Baseline> baselines = new ArrayList<>();
  private final List<Rule> observers = new ArrayList<>();

  BaselineCompiler(
      Definitions definitions,
      RuleCompiler compiler,
      List<Problem> problems,
      List<Skipped> skipped) {
    this.definitions = definitions;
    this.compiler = compiler;
    this.problems = problems;
    this.skipped = skipped;
    definitions.baselines.values().forEach(this::compile);
  }

  List<Baseline> baselines() {
    return baselines;
  }

  List<Rule> observers() {
    return observers;
  }

  private void compile(BaselineDefinition definition) {
    names(definition);
    SourceText text = definition.condition;
    Optional<Node> condition = text == null ? Optional.empty() : compiler.condition(text);
    Set<String> foreign = new TreeSet<>();
    condition.ifPresent(node -> collect(node, foreign));
    if (text != null && !foreign.isEmpty()) {
      problems.add(
          new Problem(
              text.at(0),
              "the condition of a baseline is about containers, not " + String.join(", ", foreign),
              "use fields that begin with container., and exceptions for the rest"));
      return;
    }
    String description = definition.description;
    Priority priority = definition.priority;
    Baseline.Period learn = definition.learn;
    if (condition.isEmpty()
        || !definition.sound
        || description == null
        || priority == null
        || learn == null) {
      return;
    }
    if (!definition.enabled) {
      skipped.add(new Skipped(definition.name, "not enabled", definition.at));
      return;
    }
    Baseline baseline =
        new Baseline(
            new Baseline.Text(
                definition.name, description, priority, definition.tags, definition.file),
            definition.at,
            definition.subject,
            learn,
            EnumSet.copyOf(definition.watch),
            definition.exceptions);
    List<Rule> rules = new ArrayList<>();
    rules.add(observer(baseline, Aspect.STARTS, condition.get(), definition));
    baseline.watch().forEach(a -> rules.add(observer(baseline, a, condition.get(), definition)));
    Optional<Node.Needs> needs =
        rules.stream()
            .flatMap(r -> r.conditions().values().stream())
            .flatMap(n -> Folding.needs(n).stream())
            .findFirst();
    if (needs.isPresent()) {
      skipped.add(new Skipped(definition.name, "needs " + needs.get().what(), needs.get().at()));
      return;
    }
    baselines.add(baseline);
    observers.addAll(rules);
  }

  /** A name is of one thing alone, also those that its alerts go by. */
  private void names(BaselineDefinition definition) {
    List<String> names = new ArrayList<>(List.of(definition.name));
    definition.watch.forEach(a -> names.add(Baseline.ruleName(definition.name, a)));
    for (String name : names) {
      if (definitions.rules.containsKey(name) || definitions.correlations.containsKey(name)) {
        problems.add(
            new Problem(
                definition.at,
                "'" + name + "' is also the name of a rule or correlation",
                "rename one"));
        definition.sound = false;
      }
    }
  }

  private Rule observer(
      Baseline baseline, Aspect aspect, Node condition, BaselineDefinition definition) {
    String text = aspect.condition();
    if (aspect == Aspect.FILES_WRITTEN) {
      List<String> paths =
          definition.paths.isEmpty()
              ? PATHS
              : definition.paths.stream().map(p -> p.text()).toList();
      text +=
          paths.contains("/") ? " and fd.name startswith /" : " and fd.name pmatch " + list(paths);
    }
    List<Problem> own = new ArrayList<>();
    Optional<OutputTemplate> details =
        OutputTemplate.parse(SourceText.startingAt(definition.at, aspect.details()), own);
    Optional<Node> about = plain(text, definition.at);
    if (details.isEmpty() || about.isEmpty()) {
      throw new IllegalStateException("The aspect " + aspect + " cannot be read: " + own);
    }
    Map<Kind, Node> kinds = Folding.byKind(Node.all(List.of(about.get(), condition)));
    return new Rule(
        baseline.info(aspect),
        definition.at,
        details.get(),
        kinds,
        Set.of(),
        new Baseline.Watch(baseline, aspect));
  }

  /** A condition of our own: it uses no macro and no list that a file could change. */
  private static Optional<Node> plain(String text, Position at) {
    List<Problem> own = new ArrayList<>();
    return new RuleCompiler(new Definitions(), own).condition(SourceText.startingAt(at, text));
  }

  private static String list(List<String> paths) {
    return paths.stream()
        .map(p -> '"' + p.replace("\\", "\\\\") + '"')
        .collect(Collectors.joining(", ", "(", ")"));
  }

  /** Fields that are not of the container. */
  private static void collect(Node node, Set<String> foreign) {
    switch (node) {
      case Node.All all -> all.parts().forEach(p -> collect(p, foreign));
      case Node.Any any -> any.parts().forEach(p -> collect(p, foreign));
      case Node.Not not -> collect(not.part(), foreign);
      case Node.Test test -> add(test.field().name(), foreign);
      case Node.Compare compare ->
          compare.comparison().fields().forEach(f -> add(f.name(), foreign));
      case Node.TypeTest t -> foreign.add(Fields.EVENT_TYPE);
      case Node.Needs n -> {}
      case Node.Literal l -> {}
      case Node.Read r -> {}
    }
  }

  private static void add(String field, Set<String> foreign) {
    if (!field.startsWith("container.")) {
      foreign.add(field);
    }
  }
}
