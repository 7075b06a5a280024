package io.leukocyte.responder;

import io.leukocyte.events.Priority;
import io.leukocyte.events.config.Position;
import io.leukocyte.events.config.Problem;
import io.leukocyte.events.config.Suggestion;
import io.leukocyte.events.config.YamlNode;
import io.leukocyte.rules.Condition;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Makes policies of the files that people write. Collects every problem, and stops at none. */
final class PolicyReader {
  /** Longer than the journal remembers, a bound could not be kept. */
  static final Duration LONGEST_MEMORY = Duration.ofHours(24);

  private static final List<String> POLICY_KEYS =
      List.of("policy", "description", "match", "actions", "guard");
  private static final List<String> MATCH_KEYS = List.of("rules", "priority", "tags", "condition");
  private static final List<String> GUARD_KEYS =
      List.of("mode", "cooldown", "at-most", "approve-within");
  private static final List<String> AT_MOST_KEYS = List.of("containers", "per", "share-of-service");
  private static final Duration SECOND = Duration.ofSeconds(1);

  private final Collection<String> webhooks;
  private final List<Problem> problems;
  private final List<Policy> policies = new ArrayList<>();
  private final Map<String, Position> names = new HashMap<>();
  private final List<Maintenance> windows = new ArrayList<>();
  private final MaintenanceReader maintenance;
  private final List<AgeLimit> ages = new ArrayList<>();

  PolicyReader(Collection<String> webhooks, List<Problem> problems) {
    this.webhooks = webhooks;
    this.problems = problems;
    maintenance = new MaintenanceReader(problems);
  }

  /** The bounds of age read so far that have no problem. */
  List<AgeLimit> ages() {
    return ages;
  }

  /** The maintenance windows read so far that have no problem. */
  List<Maintenance> windows() {
    return windows;
  }

  /** Those read so far that have no problem. */
  List<Policy> policies() {
    return policies;
  }

  /** Reads a file's content: a list of policies. */
  void file(YamlNode root) {
    if (root instanceof YamlNode.Scalar scalar && scalar.isNull()) {
      return;
    }
    if (!(root instanceof YamlNode.Sequence list)) {
      add(
          root.at(),
          "a list of policies is expected, not " + root.description(),
          "begin each policy with '- policy: its name'");
      return;
    }
    for (YamlNode item : list.items()) {
      if (MaintenanceReader.isOne(item)) {
        maintenance.read(item).ifPresent(windows::add);
        continue;
      }
      if (AgeReader.isOne(item)) {
        new AgeReader(problems, names).read(item).ifPresent(ages::add);
        continue;
      }
      int before = problems.size();
      Optional<Policy> policy = policy(item);
      if (problems.size() == before) {
        policy.ifPresent(policies::add);
      }
    }
  }

  private void add(Position at, String what, String todo) {
    problems.add(new Problem(at, what, todo));
  }

  private Optional<Policy> policy(YamlNode node) {
    Optional<Fields> found = Fields.of(node, "a policy", POLICY_KEYS, problems);
    if (found.isEmpty()) {
      return Optional.empty();
    }
    Fields fields = found.get();
    fields.text("description");
    Optional<String> name = name(fields);
    Optional<Policy.Match> match = match(fields);
    List<Response> responses = responses(fields);
    Optional<Policy.Guard> guard = guard(fields);
    if (name.isEmpty() || match.isEmpty() || guard.isEmpty()) {
      return Optional.empty();
    }
    return Optional.of(new Policy(name.get(), node.at(), match.get(), responses, guard.get()));
  }

  private Optional<String> name(Fields fields) {
    Optional<String> name = fields.text("policy");
    if (name.isEmpty()) {
      if (fields.node("policy").isEmpty()) {
        fields.missing("policy", "give it a name");
      }
      return name;
    }
    Problem twice = fields.problem("policy", "", "");
    Position first = names.putIfAbsent(name.get(), twice.at());
    if (first != null) {
      add(
          twice.at(),
          "the policy '" + Fields.shown(name.get()) + "' stands twice, first at " + first,
          "rename one: cooldowns and the audit go by the name");
    }
    return name;
  }

  private Optional<Policy.Match> match(Fields policy) {
    Optional<YamlNode> node = policy.node("match");
    if (node.isEmpty()) {
      policy.missing("match", "say which alerts it answers: rules, priority, tags or condition");
      return Optional.empty();
    }
    Optional<Fields> found = Fields.of(node.get(), "match", MATCH_KEYS, problems);
    if (found.isEmpty()) {
      return Optional.empty();
    }
    Fields fields = found.get();
    if (MATCH_KEYS.stream().allMatch(key -> fields.node(key).isEmpty())) {
      add(
          node.get().at(),
          "match is empty: every alert would be answered",
          "name rules, or write 'priority: \">= debug\"' if you mean it");
    }
    return Optional.of(
        new Policy.Match(
            Set.copyOf(fields.texts("rules")),
            priority(fields),
            Set.copyOf(fields.texts("tags")),
            condition(fields)));
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

  private Optional<Condition> condition(Fields fields) {
    Optional<String> text = fields.text("condition");
    Position at = fields.problem("condition", "", "").at();
    return text.flatMap(t -> Condition.parse(t, at, problems));
  }

  private List<Response> responses(Fields policy) {
    Optional<YamlNode> node = policy.node("actions");
    if (node.isEmpty()) {
      policy.missing("actions", "say what it does, such as '- quarantine: {for: 15m}'");
      return List.of();
    }
    if (!(node.get() instanceof YamlNode.Sequence list)) {
      add(
          node.get().at(),
          "actions must be a list, not " + node.get().description(),
          "begin each action with '- '");
      return List.of();
    }
    if (list.items().isEmpty()) {
      add(list.at(), "actions is empty", "say what it does, such as '- quarantine: {for: 15m}'");
    }
    ResponseReader reader = new ResponseReader(webhooks, problems);
    return list.items().stream().flatMap(item -> reader.read(item).stream()).toList();
  }

  private Optional<Policy.Guard> guard(Fields policy) {
    Optional<YamlNode> node = policy.node("guard");
    if (node.isEmpty()) {
      return Optional.of(Policy.Guard.NONE);
    }
    return Fields.of(node.get(), "guard", GUARD_KEYS, problems)
        .map(fields ->
            new Policy.Guard(
                mode(fields),
                fields.duration("cooldown", Duration.ZERO, LONGEST_MEMORY).orElse(Duration.ZERO),
                atMost(fields),
                fields
                    .duration("approve-within", SECOND, LONGEST_MEMORY)
                    .orElse(Policy.Guard.PATIENCE)));
  }

  private Policy.Mode mode(Fields fields) {
    String word = fields.text("mode").orElse("dry-run");
    return switch (word) {
      case "enforce" -> Policy.Mode.ENFORCE;
      case "dry-run" -> Policy.Mode.DRY_RUN;
      case "approve" -> Policy.Mode.APPROVE;
      default -> {
        String hint = Suggestion.didYouMean(word, List.of("enforce", "approve", "dry-run"));
        problems.add(
            fields.problem(
                "mode",
                "unknown mode '" + Fields.shown(word) + "'",
                hint.isEmpty() ? "write enforce, approve or dry-run" : hint));
        yield Policy.Mode.DRY_RUN;
      }
    };
  }

  private Optional<Policy.AtMost> atMost(Fields guard) {
    Optional<YamlNode> node = guard.node("at-most");
    if (node.isEmpty()) {
      return Optional.empty();
    }
    Optional<Fields> found = Fields.of(node.get(), "at-most", AT_MOST_KEYS, problems);
    if (found.isEmpty()) {
      return Optional.empty();
    }
    Fields fields = found.get();
    if (fields.node("containers").isPresent() != fields.node("per").isPresent()) {
      add(
          node.get().at(),
          "at-most needs both 'containers' and 'per'",
          "write {containers: 3, per: 10m}");
    } else if (fields.node("containers").isEmpty() && fields.node("share-of-service").isEmpty()) {
      add(node.get().at(), "at-most has no bound", "write {containers: 3, per: 10m}");
    }
    return Optional.of(
        new Policy.AtMost(
            fields.number("containers", 1, 1_000_000).orElse(Integer.MAX_VALUE),
            fields.duration("per", SECOND, LONGEST_MEMORY).orElse(LONGEST_MEMORY),
            fields.percent("share-of-service").orElse(100)));
  }
}
