package io.leukocyte.rules;

import io.leukocyte.events.Alert;
import io.leukocyte.events.Priority;
import io.leukocyte.events.config.Position;
import io.leukocyte.events.config.Problem;
import io.leukocyte.events.config.Suggestion;
import io.leukocyte.events.config.YamlNode;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Makes correlations of definitions: looks up rules and fields, finds circles, tells what is wrong,
 * and picks the stage.
 */
final class CorrelationCompiler {
  /** Fields whose values are of one host: matches that share one come from one host. */
  static final Set<String> OF_ONE_HOST =
      Set.of("container.id", "container.full_id", "proc.pid", "proc.ppid", "proc.pid.ts");

  /** Correlations within each other. */
  private static final int MOST_LEVELS = 16;

  private static final Pattern FIELD = Pattern.compile("([^\\[\\]]+)(?:\\[([^\\]]*)\\])?");

  private final Definitions definitions;
  private final Map<String, Rule> rules = new HashMap<>();
  private final List<Problem> problems;
  private final List<Skipped> skipped;
  private final Map<String, Optional<Correlation>> compiled = new LinkedHashMap<>();
  private final Set<String> open = new LinkedHashSet<>();

  /**
   * A compiler.
   *
   * @param rules the rules in force
   * @param problems receives what is wrong
   * @param skipped the rules left out and why; receives correlations that are
   */
  CorrelationCompiler(
      Definitions definitions,
      Collection<Rule> rules,
      List<Problem> problems,
      List<Skipped> skipped) {
    this.definitions = definitions;
    this.problems = problems;
    this.skipped = skipped;
    rules.forEach(rule -> this.rules.put(rule.name(), rule));
  }

  /** The correlations that are right and can work here; each stands after those it is made of. */
  List<Correlation> correlations() {
    definitions.correlations.values().forEach(this::correlation);
    return compiled.values().stream().flatMap(Optional::stream).toList();
  }

  private void problem(Position at, String what, String todo) {
    problems.add(new Problem(at, what, todo));
  }

  private Optional<Correlation> correlation(CorrelationDefinition definition) {
    Optional<Correlation> known = compiled.get(definition.name);
    if (known != null) {
      return known;
    }
    open.add(definition.name);
    Optional<Correlation> made = compile(definition);
    open.remove(definition.name);
    compiled.put(definition.name, made);
    return made;
  }

  private Optional<Correlation> compile(CorrelationDefinition definition) {
    int before = problems.size();
    if (definitions.rules.containsKey(definition.name)) {
      problem(definition.at, "'" + definition.name + "' is also the name of a rule", "rename one");
    }
    Optional<OutputTemplate> output =
        definition.output == null
            ? Optional.empty()
            : OutputTemplate.parse(
                definition.output, Correlation.OWN_FIELDS, definition.aliases, problems);
    String lack = null;
    List<Correlation.Member> members = new ArrayList<>();
    for (YamlNode.Scalar name : definition.rules) {
      String reason = member(definition, name, members);
      lack = lack == null ? reason : lack;
    }
    Correlation.Timespan timespan = definition.timespan;
    String description = definition.description;
    Priority priority = definition.priority;
    if (problems.size() > before
        || !definition.sound
        || definition.type.isEmpty()
        || output.isEmpty()
        || timespan == null
        || description == null
        || priority == null) {
      return Optional.empty();
    }
    if (!definition.enabled) {
      lack = "not enabled";
    }
    if (lack != null) {
      skipped.add(new Skipped(definition.name, lack, definition.at));
      return Optional.empty();
    }
    if (members.size() < definition.rules.size()) {
      return Optional.empty(); // one it is made of has a problem, which is told there
    }
    Alert.RuleInfo info =
        new Alert.RuleInfo(
            definition.name, description, priority, definition.tags, definition.file);
    return Optional.of(
        new Correlation(
            info,
            definition.at,
            definition.type.get(),
            members,
            definition.groupBy.stream().map(YamlNode.Scalar::text).toList(),
            timespan,
            definition.bounds,
            definition.regular,
            definition.field == null ? null : definition.field.text(),
            output.get(),
            definition.generate,
            stage(definition.groupBy.size(), members)));
  }

  /** Adds a member; returns why the correlation cannot work without it, null when it can. */
  private @Nullable String member(
      CorrelationDefinition definition, YamlNode.Scalar name, List<Correlation.Member> to) {
    CorrelationDefinition inner = definitions.correlations.get(name.text());
    if (inner != null) {
      return inner(definition, name, inner, to);
    }
    Rule rule = rules.get(name.text());
    if (rule != null) {
      Parts parts = new Parts(definition, name.text(), rule, null);
      parts.addTo(to);
      return parts.lack;
    }
    Definitions.RuleDefinition defined = definitions.rules.get(name.text());
    if (defined != null) {
      return skipped.stream().anyMatch(s -> s.rule().equals(defined.name))
          ? "needs the rule '" + name.text() + "', which is skipped"
          : null;
    }
    Set<String> known = new TreeSet<>(definitions.rules.keySet());
    known.addAll(definitions.correlations.keySet());
    problem(
        name.at(),
        "there is no rule or correlation '" + name.text() + "'",
        Suggestion.didYouMean(name.text(), known));
    return null;
  }

  private @Nullable String inner(
      CorrelationDefinition definition,
      YamlNode.Scalar name,
      CorrelationDefinition inner,
      List<Correlation.Member> to) {
    if (open.contains(inner.name)) {
      List<String> circle = new ArrayList<>(open);
      circle = circle.subList(circle.indexOf(inner.name), circle.size());
      problem(
          name.at(),
          "the correlation '%s' is made of itself: %s, %s"
              .formatted(inner.name, String.join(", ", circle), inner.name),
          "");
      return null;
    }
    if (open.size() >= MOST_LEVELS) {
      problem(name.at(), "correlations of correlations go deeper than " + MOST_LEVELS, "");
      return null;
    }
    Optional<Correlation> made = correlation(inner);
    if (made.isEmpty()) {
      return skipped.stream().anyMatch(s -> s.rule().equals(inner.name))
          ? "needs the correlation '" + inner.name + "', which is skipped"
          : null;
    }
    Parts parts = new Parts(definition, name.text(), null, made.get());
    parts.addTo(to);
    return parts.lack;
  }

  /** Finds the parts of one member. */
  private final class Parts {
    private final CorrelationDefinition definition;
    private final String member;
    private final @Nullable Rule rule;
    private final @Nullable Correlation inner;
    private @Nullable String lack;

    Parts(
        CorrelationDefinition definition,
        String member,
        @Nullable Rule rule,
        @Nullable Correlation inner) {
      this.definition = definition;
      this.member = member;
      this.rule = rule;
      this.inner = inner;
    }

    void addTo(List<Correlation.Member> members) {
      List<Correlation.Part> group = new ArrayList<>();
      definition.groupBy.forEach(field -> part(field, false).ifPresent(group::add));
      YamlNode.Scalar value = definition.field;
      Correlation.Part counted = value == null ? null : part(value, true).orElse(null);
      boolean whole =
          group.size() == definition.groupBy.size() && (value == null) == (counted == null);
      if (whole) {
        members.add(new Correlation.Member(member, inner, group, counted));
      }
    }

    private Optional<Correlation.Part> part(YamlNode.Scalar name, boolean isValue) {
      Map<String, YamlNode.Scalar> alias = definition.aliases.get(name.text());
      if (alias == null) {
        return part(name.text(), name.at(), isValue);
      }
      YamlNode.Scalar field = alias.get(member);
      if (field == null) {
        problem(
            name.at(),
            "the alias '%s' lacks '%s'".formatted(name.text(), member),
            "add '" + member + ": FIELD' to it");
        return Optional.empty();
      }
      return part(field.text(), field.at(), isValue);
    }

    private Optional<Correlation.Part> part(String text, Position at, boolean isValue) {
      return rule != null ? ofEvent(rule, text, at, isValue) : ofGroup(text, at, isValue);
    }

    private Optional<Correlation.Part> ofGroup(String text, Position at, boolean isValue) {
      List<String> values = inner == null ? List.of() : inner.groupBy();
      int index = values.indexOf(text);
      if (isValue && definition.type.filter(t -> t == Correlation.Type.VALUE_SUM).isPresent()) {
        problem(at, "'" + member + "' is a correlation: it has no field to add up", "");
        return Optional.empty();
      }
      if (index < 0) {
        problem(
            at,
            "the correlation '%s' is not grouped by '%s'".formatted(member, text),
            values.isEmpty() ? "" : "it has " + String.join(", ", values));
        return Optional.empty();
      }
      return Optional.of(new Correlation.Part.OfGroup(text, index));
    }

    private Optional<Correlation.Part> ofEvent(Rule of, String text, Position at, boolean isValue) {
      Matcher matcher = FIELD.matcher(text);
      String name = matcher.matches() ? matcher.group(1) : text;
      String argument = matcher.matches() ? matcher.group(2) : null;
      Field field = Fields.find(name);
      if (field == null) {
        unknown(name, at);
        return Optional.empty();
      }
      String wrong = misfit(of, field, argument, isValue);
      if (!wrong.isEmpty()) {
        problem(at, wrong, "");
        return Optional.empty();
      }
      return Optional.of(new Correlation.Part.OfEvent(text, field, argument));
    }

    private void unknown(String name, Position at) {
      if (ForeignFields.has(name)) {
        lack = "needs the field " + name;
        return;
      }
      Set<String> known = new TreeSet<>(Fields.names());
      known.addAll(definition.aliases.keySet());
      problem(at, "unknown field or alias '" + name + "'", Suggestion.didYouMean(name, known));
    }

    private String misfit(Rule of, Field field, @Nullable String argument, boolean isValue) {
      String name = field.name();
      String misfit = field.misfit(argument);
      if (!misfit.isEmpty()) {
        return "the field " + name + " " + misfit;
      }
      if (field.bothEnds() || (field.argument() == Field.Argument.INDEX && argument == null)) {
        return "the field " + name + " has several values: name one of them";
      }
      if (of.kinds().stream().allMatch(kind -> field.sources(kind, argument).isEmpty())) {
        return "no event that the rule '%s' matches has the field %s".formatted(of.name(), name);
      }
      boolean number = field.type() == Field.Type.NUMBER;
      boolean sum = definition.type.filter(t -> t == Correlation.Type.VALUE_SUM).isPresent();
      return isValue && sum && !number
          ? "the field " + name + " is no number: it cannot be added up"
          : "";
    }
  }

  /** Stage 1 where one of the values that make a group is of one host in all members. */
  private static Correlation.Stage stage(int fields, List<Correlation.Member> members) {
    for (int i = 0; i < fields; i++) {
      int field = i;
      if (members.stream().allMatch(m -> isOfOneHost(m, field))) {
        return Correlation.Stage.HOST;
      }
    }
    return Correlation.Stage.FLEET;
  }

  private static boolean isOfOneHost(Correlation.Member member, int field) {
    return switch (member.group().get(field)) {
      case Correlation.Part.OfEvent part -> OF_ONE_HOST.contains(part.field().name());
      case Correlation.Part.OfGroup part -> {
        Correlation inner = member.inner();
        yield inner != null
            && inner.stage() == Correlation.Stage.HOST
            && inner.members().stream().allMatch(m -> isOfOneHost(m, part.index()));
      }
    };
  }
}
