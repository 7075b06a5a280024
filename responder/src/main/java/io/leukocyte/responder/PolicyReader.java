package io.leukocyte.responder;

import io.leukocyte.events.config.Position;
import io.leukocyte.events.config.Problem;
import io.leukocyte.events.config.Suggestion;
import io.leukocyte.events.config.YamlNode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Makes policies of the files that people write. Collects every problem, and stops at none. */
final class PolicyReader {
  /** Longer than the journal remembers, a bound could not be kept. */
  static final Duration LONGEST_MEMORY = Duration.ofHours(24);

  private static final List<String> POLICY_KEYS =
      List.of(
          "policy",
          "description",
          "match",
          "actions",
          "else",
          "escalate",
          "guard",
          "services",
          "stop");
  private static final List<String> SERVICE_KEYS = List.of("actions", "else", "escalate", "guard");
  private static final List<String> ESCALATE_KEYS = List.of("after", "within", "actions", "else");
  private static final Pattern ALERTS = Pattern.compile("(\\d{1,4})( alerts?)?");
  private static final List<String> GUARD_KEYS =
      List.of("mode", "cooldown", "at-most", "approve-within");
  private static final List<String> AT_MOST_KEYS = List.of("containers", "per", "share-of-service");
  private static final Duration SECOND = Duration.ofSeconds(1);

  private final List<Problem> problems;
  private final CourseReader courses;
  private final List<Policy> policies = new ArrayList<>();
  private final Map<String, Position> names = new HashMap<>();
  private final List<Maintenance> windows = new ArrayList<>();
  private final MaintenanceReader maintenance;
  private final List<AgeLimit> ages = new ArrayList<>();
  private final List<PolicyTest> tests = new ArrayList<>();

  PolicyReader(Channels channels, List<Problem> problems) {
    this.problems = problems;
    courses = new CourseReader(channels, problems);
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

  /** The tests read so far that have no problem. */
  List<PolicyTest> tests() {
    return tests;
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
      if (PolicyTestReader.isOne(item)) {
        tests.addAll(new PolicyTestReader(problems).read(item));
        continue;
      }
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
    Optional<Policy.Match> match = new MatchReader(problems).read(fields);
    Course course = courses.read(fields, Optional.empty());
    Policy.Guard guard = guard(fields, Policy.Guard.NONE);
    Optional<Policy.Escalation> escalation = escalation(fields);
    Policy bare =
        new Policy(
            name.orElse(""),
            node.at(),
            match.orElse(MatchReader.ANY),
            course,
            guard,
            escalation,
            List.of(),
            fields.truth("stop"));
    List<Policy.Service> services = services(fields, bare);
    if (name.isEmpty() || match.isEmpty()) {
      return Optional.empty();
    }
    return Optional.of(
        new Policy(
            bare.name(),
            bare.at(),
            bare.match(),
            course,
            guard,
            escalation,
            services,
            bare.last()));
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

  private Optional<Policy.Escalation> escalation(Fields policy) {
    Optional<YamlNode> node = policy.node("escalate");
    return node.flatMap(n -> Fields.of(n, "escalate", ESCALATE_KEYS, problems))
        .map(fields ->
            new Policy.Escalation(
                node.get().at(),
                after(fields),
                fields.needed("within", SECOND, LONGEST_MEMORY, "write within: 10m"),
                courses.read(fields, Optional.empty())));
  }

  private int after(Fields fields) {
    Optional<String> text = fields.text("after");
    if (text.isEmpty()) {
      if (fields.node("after").isEmpty()) {
        fields.missing("after", "write after: 2 alerts");
      }
      return 2;
    }
    Matcher matcher = ALERTS.matcher(text.get());
    int alerts = matcher.matches() ? Integer.parseInt(matcher.group(1)) : 0;
    if (alerts < 2 || alerts > Tally.MOST_ALERTS) {
      problems.add(
          fields.problem(
              "after",
              "after in escalate is '" + Fields.shown(text.get()) + "': not such a number",
              "write 'after: 2 alerts', from 2 to "
                  + Tally.MOST_ALERTS
                  + ": the first is answered by 'actions'"));
    }
    return Math.max(alerts, 2);
  }

  private List<Policy.Service> services(Fields policy, Policy base) {
    Optional<YamlNode> node = policy.node("services");
    if (node.isEmpty()) {
      return List.of();
    }
    if (!(node.get() instanceof YamlNode.Mapping mapping) || mapping.entries().isEmpty()) {
      add(
          node.get().at(),
          "services must be a mapping of services to what is otherwise for them, not "
              + node.get().description(),
          "write services: {shop/web: {actions: [pause]}}");
      return List.of();
    }
    return mapping.entries().stream().flatMap(e -> service(e, base).stream()).toList();
  }

  private Optional<Policy.Service> service(YamlNode.Entry entry, Policy base) {
    String name = entry.key().text();
    Optional<Fields> found =
        Fields.of(entry.value(), "the service " + Fields.shown(name), SERVICE_KEYS, problems);
    if (found.isPresent() && SERVICE_KEYS.stream().allMatch(k -> found.get().node(k).isEmpty())) {
      add(
          entry.key().at(),
          "nothing is otherwise for the service '" + Fields.shown(name) + "'",
          "give it " + String.join(", ", SERVICE_KEYS) + ", or remove it");
    }
    return found.map(fields ->
        new Policy.Service(
            name,
            entry.key().at(),
            courses.read(fields, Optional.of(base.course())),
            guard(fields, base.guard()),
            escalation(fields).or(base::escalation)));
  }

  private Policy.Guard guard(Fields policy, Policy.Guard base) {
    return policy
        .node("guard")
        .flatMap(node -> Fields.of(node, "guard", GUARD_KEYS, problems))
        .map(fields ->
            new Policy.Guard(
                fields.node("mode").isPresent() ? mode(fields) : base.mode(),
                fields.duration("cooldown", Duration.ZERO, LONGEST_MEMORY).orElse(base.cooldown()),
                atMost(fields).or(base::atMost),
                fields
                    .duration("approve-within", SECOND, LONGEST_MEMORY)
                    .orElse(base.approveWithin())))
        .orElse(base);
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
