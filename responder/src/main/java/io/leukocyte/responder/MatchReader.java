package io.leukocyte.responder;

import io.leukocyte.events.Priority;
import io.leukocyte.events.config.Position;
import io.leukocyte.events.config.Problem;
import io.leukocyte.events.config.Suggestion;
import io.leukocyte.events.config.YamlNode;
import io.leukocyte.rules.Condition;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Reads which alerts a policy answers. */
final class MatchReader {
  /** Every alert; stands for what could not be read. */
  static final Policy.Match ANY =
      new Policy.Match(
          Set.of(),
          Optional.empty(),
          Set.of(),
          Optional.empty(),
          Policy.Containers.ANY,
          List.of(),
          Optional.empty(),
          Optional.empty());

  private static final List<String> KEYS =
      List.of(
          "rules",
          "priority",
          "tags",
          "correlation",
          "containers",
          "images",
          "labels",
          "hosts",
          "incident",
          "condition");
  private static final List<String> INCIDENT_KEYS = List.of("alerts", "within");
  private static final Duration SECOND = Duration.ofSeconds(1);
  private static final Duration HOUR = Duration.ofHours(1);

  private final List<Problem> problems;

  MatchReader(List<Problem> problems) {
    this.problems = problems;
  }

  /** Reads the key {@code match} of a policy; empty when there is none that is a mapping. */
  Optional<Policy.Match> read(Fields policy) {
    Optional<YamlNode> node = policy.node("match");
    if (node.isEmpty()) {
      policy.missing("match", "say which alerts it answers: rules, priority, tags or condition");
      return Optional.empty();
    }
    Optional<Fields> found = Fields.of(node.get(), "match", KEYS, problems);
    if (found.isPresent() && KEYS.stream().allMatch(key -> found.get().node(key).isEmpty())) {
      problems.add(
          new Problem(
              node.get().at(),
              "match is empty: every alert would be answered",
              "name rules, or write 'priority: \">= debug\"' if you mean it"));
    }
    return found.map(this::match);
  }

  private Policy.Match match(Fields fields) {
    return new Policy.Match(
        Set.copyOf(fields.texts("rules")),
        priority(fields),
        Set.copyOf(fields.texts("tags")),
        correlation(fields),
        new Policy.Containers(
            fields.texts("containers"), fields.texts("images"), fields.texts("labels")),
        fields.texts("hosts"),
        incident(fields),
        condition(fields));
  }

  private Optional<Priority> priority(Fields fields) {
    Optional<String> text = fields.text("priority");
    if (text.isEmpty()) {
      return Optional.empty();
    }
    boolean comparison = text.get().startsWith(">=");
    String word = (comparison ? text.get().substring(2) : text.get()).strip();
    Optional<Priority> priority = Priority.parse(word);
    if (priority.isEmpty()) {
      List<String> known = Arrays.stream(Priority.values()).map(Priority::text).toList();
      String hint = Suggestion.didYouMean(word, known);
      problems.add(
          fields.problem(
              "priority",
              "unknown priority '" + Fields.shown(word) + "'",
              hint.isEmpty() ? "write '>= ' and one of " + String.join(", ", known) : hint));
    } else if (!comparison) {
      problems.add(
          fields.problem(
              "priority",
              "priority must be a least one",
              "write \">= " + priority.get().text() + "\""));
    }
    return priority;
  }

  /** True, false, or names. */
  private static Optional<Policy.Correlation> correlation(Fields fields) {
    List<String> names = fields.texts("correlation");
    if (names.isEmpty()) {
      return Optional.empty();
    }
    boolean yes = names.equals(List.of("true"));
    boolean no = names.equals(List.of("false"));
    return Optional.of(new Policy.Correlation(!no, yes || no ? Set.of() : Set.copyOf(names)));
  }

  private Optional<Policy.Incident> incident(Fields match) {
    return match
        .node("incident")
        .flatMap(node -> Fields.of(node, "incident", INCIDENT_KEYS, problems))
        .map(fields -> {
          if (fields.node("alerts").isEmpty()) {
            fields.missing("alerts", "write incident: {alerts: 3, within: 10m}");
          }
          return new Policy.Incident(
              fields.number("alerts", 2, Tally.MOST_ALERTS).orElse(2),
              fields.duration("within", SECOND, PolicyReader.LONGEST_MEMORY).orElse(HOUR));
        });
  }

  private Optional<Condition> condition(Fields fields) {
    Optional<String> text = fields.text("condition");
    Position at = fields.problem("condition", "", "").at();
    return text.flatMap(t -> Condition.parse(t, at, problems));
  }
}
