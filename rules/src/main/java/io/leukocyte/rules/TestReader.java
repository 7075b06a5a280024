package io.leukocyte.rules;

import io.leukocyte.events.config.Problem;
import io.leukocyte.events.config.Suggestion;
import io.leukocyte.events.config.YamlNode;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reads the tests that stand under rules. */
final class TestReader {
  private static final Set<String> KEYS = Set.of("title", "events", "matches");

  private static final String REPEAT = "repeat";

  /** Events of a test, repeated ones included. */
  private static final int MOST_EVENTS = 10_000;

  private final List<Problem> problems;
  private final List<RuleTest> tests = new ArrayList<>();

  private TestReader(List<Problem> problems) {
    this.problems = problems;
  }

  static List<RuleTest> read(Collection<Definitions.RuleDefinition> rules, List<Problem> problems) {
    TestReader reader = new TestReader(problems);
    for (Definitions.RuleDefinition rule : rules) {
      if (rule.tests != null) {
        reader.tests(rule.name, rule.tests);
      }
    }
    return reader.tests;
  }

  static List<RuleTest> ofCorrelations(
      Collection<CorrelationDefinition> correlations, List<Problem> problems) {
    TestReader reader = new TestReader(problems);
    for (CorrelationDefinition correlation : correlations) {
      if (correlation.tests != null) {
        reader.tests(correlation.name, correlation.tests);
      }
    }
    return reader.tests;
  }

  static List<RuleTest> ofBaselines(
      Collection<BaselineDefinition> baselines, List<Problem> problems) {
    TestReader reader = new TestReader(problems);
    for (BaselineDefinition baseline : baselines) {
      if (baseline.tests != null) {
        reader.tests(baseline.name, baseline.tests);
      }
    }
    return reader.tests;
  }

  private void tests(String rule, YamlNode node) {
    if (!(node instanceof YamlNode.Sequence sequence)) {
      problem(node, "tests is a list, not " + node.description());
      return;
    }
    for (YamlNode item : sequence.items()) {
      if (item instanceof YamlNode.Mapping mapping) {
        test(rule, mapping);
      } else {
        problem(item, "a test is a mapping, not " + item.description());
      }
    }
  }

  private void test(String rule, YamlNode.Mapping test) {
    for (YamlNode.Entry entry : test.entries()) {
      if (!KEYS.contains(entry.key().text())) {
        problems.add(
            new Problem(
                entry.key().at(),
                "unknown key '" + entry.key().text() + "' in a test",
                Suggestion.didYouMean(entry.key().text(), KEYS)));
      }
    }
    String title = test.get("title").orElse(null) instanceof YamlNode.Scalar s ? s.text() : rule;
    Optional<YamlNode> events = test.get("events");
    Integer matches = matches(test);
    if (matches == null) {
      return;
    }
    if (!(events.orElse(null) instanceof YamlNode.Sequence sequence)
        || sequence.items().isEmpty()) {
      problem(events.orElse(test), "a test needs a list of events");
      return;
    }
    List<RuleTest.Sample> samples = new ArrayList<>();
    for (YamlNode item : sequence.items()) {
      samples(item, samples);
    }
    tests.add(new RuleTest(rule, title, samples, matches, test.at()));
  }

  private @Nullable Integer matches(YamlNode.Mapping test) {
    YamlNode node = test.get("matches").orElse(null);
    if (node instanceof YamlNode.Scalar scalar && scalar.text().matches("\\d{1,6}")) {
      return Integer.valueOf(scalar.text());
    }
    problem(node == null ? test : node, "a test needs 'matches', how many of its events match");
    return null;
  }

  /** Adds an event, or as many of it as {@code repeat} says, until one is wrong. */
  private void samples(YamlNode node, List<RuleTest.Sample> to) {
    if (!(node instanceof YamlNode.Mapping mapping)) {
      problem(node, "an event is a mapping of fields to values, not " + node.description());
      return;
    }
    YamlNode repeat = mapping.get(REPEAT).orElse(null);
    int times = 1;
    if (repeat instanceof YamlNode.Scalar scalar && scalar.text().matches("[1-9]\\d{0,3}")) {
      times = Integer.parseInt(scalar.text());
    } else if (repeat != null) {
      problem(repeat, "repeat is a number from 1 to 9999");
    }
    YamlNode.Mapping event =
        new YamlNode.Mapping(
            mapping.at(),
            mapping.entries().stream().filter(e -> !e.key().text().equals(REPEAT)).toList());
    if (to.size() + times > MOST_EVENTS) {
      problem(node, "a test has at most " + MOST_EVENTS + " events");
      return;
    }
    for (int i = 0; i < times; i++) {
      Optional<TestEvent> read = TestEvent.read(event, to.size(), problems);
      if (read.isEmpty()) {
        return;
      }
      to.add(new RuleTest.Sample(read.get().observed(), read.get().facts()));
    }
  }

  private void problem(YamlNode node, String what) {
    problems.add(new Problem(node.at(), what, ""));
  }
}
