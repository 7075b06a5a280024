package io.leukocyte.responder;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.leukocyte.events.Alert;
import io.leukocyte.events.AlertJson;
import io.leukocyte.events.Priority;
import io.leukocyte.events.config.Position;
import io.leukocyte.events.config.Problem;
import io.leukocyte.events.config.Suggestion;
import io.leukocyte.events.config.YamlNode;
import io.leukocyte.responder.Flow.End;
import io.leukocyte.rules.TestEvent;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/** Reads the tests that stand among policies; collects every problem. */
final class PolicyTestReader {
  private static final List<String> ITEM_KEYS = List.of("tests");
  private static final List<String> KEYS =
      List.of("title", "alert", "repeated", "outcomes", "actions");
  private static final List<String> ALERT_KEYS =
      List.of("rule", "priority", "tags", "correlation", "host", "container", "event");
  private static final List<String> CONTAINER_KEYS = List.of("name", "image", "labels");
  private static final List<String> REPEATED_KEYS = List.of("times", "every");
  private static final Map<String, End> ENDS =
      Map.of(
          "verified", End.VERIFIED,
          "failed", End.FAILED,
          "refused", End.REFUSED,
          "skipped", End.SKIPPED);
  private static final int MOST_TIMES = 1_000;

  private final List<Problem> problems;

  PolicyTestReader(List<Problem> problems) {
    this.problems = problems;
  }

  /** Whether an item of a policy file is a list of tests. */
  static boolean isOne(YamlNode item) {
    return item instanceof YamlNode.Mapping mapping
        && mapping.entries().stream().anyMatch(e -> e.key().text().equals("tests"));
  }

  /** Reads the tests of an item that have no problem. */
  List<PolicyTest> read(YamlNode item) {
    Optional<YamlNode> node =
        Fields.of(item, "an item of tests", ITEM_KEYS, problems).flatMap(f -> f.node("tests"));
    if (!(node.orElse(null) instanceof YamlNode.Sequence list)) {
      problem(node.orElse(item), "tests must be a list", "begin each test with '- title: …'");
      return List.of();
    }
    List<PolicyTest> tests = new ArrayList<>();
    for (YamlNode one : list.items()) {
      int before = problems.size();
      Optional<PolicyTest> test =
          Fields.of(one, "a test", KEYS, problems).flatMap(fields -> test(one.at(), fields));
      if (problems.size() == before) {
        test.ifPresent(tests::add);
      }
    }
    return tests;
  }

  private Optional<PolicyTest> test(Position at, Fields fields) {
    Optional<Fields> alert =
        fields.node("alert").flatMap(n -> Fields.of(n, "alert", ALERT_KEYS, problems));
    if (fields.node("alert").isEmpty()) {
      fields.missing("alert", "write alert: {rule: Terminal shell in container}");
    }
    if (fields.node("actions").isEmpty()) {
      fields.missing("actions", "write actions: [quarantine, notify], or [] for none");
    }
    List<PolicyTest.Sample> samples = new ArrayList<>();
    if (alert.isPresent()) {
      samples(fields, alert.get(), samples);
    }
    Optional<String> title = fields.text("title");
    if (fields.node("title").isEmpty()) {
      fields.missing("title", "say what it shows");
    }
    return title.map(text -> new PolicyTest(at, text, samples, outcomes(fields), expected(fields)));
  }

  private void samples(Fields test, Fields alert, List<PolicyTest.Sample> samples) {
    Optional<Fields> repeated =
        test.node("repeated").flatMap(n -> Fields.of(n, "repeated", REPEATED_KEYS, problems));
    int times = repeated.flatMap(r -> r.number("times", 1, MOST_TIMES)).orElse(1);
    Duration every =
        repeated
            .flatMap(r -> r.duration("every", Duration.ofSeconds(1), Duration.ofHours(1)))
            .orElse(Duration.ofMinutes(1));
    for (int i = 0; i < times; i++) {
      int before = problems.size();
      sample(alert, i, every.multipliedBy(i)).ifPresent(samples::add);
      if (problems.size() > before) {
        return;
      }
    }
  }

  private Optional<PolicyTest.Sample> sample(Fields fields, int index, Duration at) {
    Optional<String> rule = fields.text("rule");
    if (fields.node("rule").isEmpty()) {
      fields.missing("rule", "name the rule that matched");
    }
    Priority priority = priority(fields);
    List<String> tags = fields.texts("tags");
    Optional<String> hostname = fields.text("host");
    Optional<String> correlation = fields.text("correlation");
    Optional<TestEvent> event = TestEvent.read(event(fields, at), index, problems);
    return rule.isEmpty() || event.isEmpty()
        ? Optional.empty()
        : Optional.of(
            sample(
                new Alert(
                    Alert.idOf(rule.get(), List.of(), event.get().observed().id()),
                    new Alert.RuleInfo(rule.get(), "", priority, tags, ""),
                    rule.get(),
                    rule.get(),
                    List.of(),
                    event.get().observed(),
                    labels(event.get()),
                    hostname.orElse(null),
                    ""),
                correlation,
                event.get()));
  }

  private static SortedMap<String, String> labels(TestEvent event) {
    return event.facts() == null ? new TreeMap<>() : new TreeMap<>(event.facts().labels());
  }

  private static PolicyTest.Sample sample(
      Alert alert, Optional<String> correlation, TestEvent event) {
    String document = new String(AlertJson.write(alert), StandardCharsets.UTF_8);
    if (correlation.isPresent()) {
      try {
        ObjectNode tree = (ObjectNode) JournalLines.MAPPER.readTree(document);
        tree.withObject("/leukocyte/alert").put("correlation", correlation.get());
        document = tree.toString();
      } catch (JsonProcessingException e) {
        throw new IllegalStateException("An alert that was just written cannot be read", e);
      }
    }
    return new PolicyTest.Sample(alert, document, event.facts());
  }

  private Priority priority(Fields fields) {
    Optional<String> text = fields.text("priority");
    Optional<Priority> priority = text.flatMap(Priority::parse);
    if (text.isPresent() && priority.isEmpty()) {
      List<String> known = Arrays.stream(Priority.values()).map(Priority::text).toList();
      String hint = Suggestion.didYouMean(text.get(), known);
      problems.add(
          fields.problem(
              "priority",
              "unknown priority '" + Fields.shown(text.get()) + "'",
              hint.isEmpty() ? "write one of " + String.join(", ", known) : hint));
    }
    return priority.orElse(Priority.WARNING);
  }

  /** The event's fields, with the container's among them. */
  private YamlNode.Mapping event(Fields alert, Duration at) {
    List<YamlNode.Entry> entries = new ArrayList<>();
    Position place = alert.problem("event", "", "").at();
    Optional<YamlNode> given = alert.node("event");
    if (given.isPresent() && given.get() instanceof YamlNode.Mapping mapping) {
      entries.addAll(mapping.entries());
    } else if (given.isPresent()) {
      problem(
          given.get(),
          "event must be a mapping of fields to values, not " + given.get().description(),
          "write event: {evt.type: execve, proc.name: bash}");
    }
    if (entries.stream().noneMatch(e -> e.key().text().equals("evt.type"))) {
      entries.add(entry(place, "evt.type", "execve"));
    }
    entries.add(entry(place, "at", at.toSeconds() + "s"));
    container(alert, entries);
    return new YamlNode.Mapping(place, entries);
  }

  private void container(Fields alert, List<YamlNode.Entry> entries) {
    Optional<YamlNode> node = alert.node("container");
    if (node.isEmpty()) {
      return;
    }
    Position at = node.get().at();
    if (node.get() instanceof YamlNode.Scalar scalar && scalar.text().equals("host")) {
      entries.add(entry(at, "container.id", "host"));
      return;
    }
    Optional<Fields> found = Fields.of(node.get(), "container", CONTAINER_KEYS, problems);
    if (found.isEmpty()) {
      return;
    }
    Fields fields = found.get();
    fields.text("name").ifPresent(name -> entries.add(entry(at, "container.name", name)));
    fields
        .text("image")
        .ifPresent(image -> {
          int colon = image.lastIndexOf(':');
          boolean tagged = colon > image.lastIndexOf('/');
          String repository = tagged ? image.substring(0, colon) : image;
          entries.add(entry(at, "container.image.repository", repository));
          entries.add(
              entry(at, "container.image.tag", tagged ? image.substring(colon + 1) : "latest"));
        });
    for (String label : fields.texts("labels")) {
      int equals = label.indexOf('=');
      String key = equals < 0 ? label : label.substring(0, equals);
      String value = equals < 0 ? "" : label.substring(equals + 1);
      entries.add(entry(at, "container.label[" + key + "]", value));
    }
  }

  private static YamlNode.Entry entry(Position at, String key, String value) {
    return new YamlNode.Entry(
        new YamlNode.Scalar(at, key, true), new YamlNode.Scalar(at, value, true));
  }

  private Map<String, End> outcomes(Fields test) {
    Map<String, End> ends = new TreeMap<>();
    Optional<YamlNode> node = test.node("outcomes");
    if (node.isEmpty()) {
      return ends;
    }
    if (!(node.get() instanceof YamlNode.Mapping mapping)) {
      problem(
          node.get(),
          "outcomes must be a mapping of actions to how they end, not " + node.get().description(),
          "write outcomes: {quarantine: failed}");
      return ends;
    }
    for (YamlNode.Entry entry : mapping.entries()) {
      boolean known = ResponseReader.TYPES.contains(entry.key().text());
      if (!known) {
        unknown(entry.key(), "action", ResponseReader.TYPES);
      }
      String word = entry.value() instanceof YamlNode.Scalar scalar ? scalar.text() : "";
      Optional<End> end = Optional.ofNullable(ENDS.get(word));
      if (end.isEmpty()) {
        unknown(entry.value(), "end of an action", List.copyOf(ENDS.keySet()));
      }
      end.ifPresent(e -> ends.put(entry.key().text(), e));
    }
    return ends;
  }

  /** {@code quarantine}, which is verified, or {@code quarantine failed}. */
  private List<String> expected(Fields test) {
    List<String> expected = new ArrayList<>();
    if (!(test.node("actions").orElse(null) instanceof YamlNode.Sequence list)) {
      test.node("actions")
          .ifPresent(n -> problem(n, "actions of a test must be a list", "write [quarantine]"));
      return expected;
    }
    for (YamlNode item : list.items()) {
      String text = item instanceof YamlNode.Scalar scalar ? scalar.text().strip() : "";
      String[] words = text.split("\\s+", -1);
      if (!ResponseReader.TYPES.contains(words[0])) {
        unknown(item, "action", ResponseReader.TYPES);
      } else if (words.length > 2 || (words.length == 2 && !ENDS.containsKey(words[1]))) {
        unknown(item, "end of an action", List.copyOf(ENDS.keySet()));
      }
      expected.add(words.length == 1 ? words[0] + " verified" : text);
    }
    return expected;
  }

  private void unknown(YamlNode node, String what, List<String> known) {
    String word = node instanceof YamlNode.Scalar scalar ? scalar.text() : node.description();
    String hint = Suggestion.didYouMean(word, known);
    List<String> sorted = known.stream().sorted().toList();
    problem(
        node,
        "unknown " + what + " '" + Fields.shown(word) + "' in a test",
        hint.isEmpty() ? "there are " + String.join(", ", sorted) : hint);
  }

  private void problem(YamlNode node, String what, String todo) {
    problems.add(new Problem(node.at(), what, todo));
  }
}
