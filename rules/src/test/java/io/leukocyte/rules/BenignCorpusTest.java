package io.leukocyte.rules;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.leukocyte.events.BatchCursor;
import io.leukocyte.events.Priority;
import io.leukocyte.events.config.Problem;
import io.leukocyte.events.config.Yaml;
import io.leukocyte.events.config.YamlNode;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Ordinary work of containers against the shipped rules: nothing at warning or above. */
class BenignCorpusTest {
  private static final String FILE = "/benign.yaml";

  private final RuleSet rules = RuleSet.load(RuleFile.shipped()).rules();
  private final List<Problem> problems = new ArrayList<>();

  /** A kind of work and what it does. */
  private record Workload(String name, List<TestEvent> events) {}

  private List<Workload> corpus() throws IOException {
    try (InputStream in = BenignCorpusTest.class.getResourceAsStream(FILE)) {
      String text = new String(Objects.requireNonNull(in).readAllBytes(), UTF_8);
      YamlNode root = Yaml.read(FILE, text, problems).orElseThrow();
      return ((YamlNode.Sequence) root).items().stream().map(this::workload).toList();
    }
  }

  private Workload workload(YamlNode node) {
    YamlNode.Mapping mapping = (YamlNode.Mapping) node;
    YamlNode.Scalar name = (YamlNode.Scalar) mapping.get("workload").orElseThrow();
    List<TestEvent> events = new ArrayList<>();
    for (YamlNode event : ((YamlNode.Sequence) mapping.get("events").orElseThrow()).items()) {
      TestEvent.read((YamlNode.Mapping) event, events.size(), problems).ifPresent(events::add);
    }
    return new Workload(name.text(), events);
  }

  /** What matches, each with the number of the event. */
  private List<String> matches(Workload workload, Priority atLeast) {
    List<String> matches = new ArrayList<>();
    for (int i = 0; i < workload.events().size(); i++) {
      TestEvent event = workload.events().get(i);
      Matcher matcher = new Matcher(rules, id -> event.facts());
      BatchCursor row = Rows.of(event.observed());
      matcher.open(row);
      String place = "event " + (i + 1) + ": ";
      matcher.match(
          row,
          rule -> {
            if (rule.info().priority().compareTo(atLeast) <= 0) {
              matches.add(place + rule.name());
            }
          });
    }
    return matches;
  }

  @TestFactory
  Stream<DynamicTest> ordinaryWorkIsQuiet() throws IOException {
    return corpus().stream()
        .map(workload ->
            DynamicTest.dynamicTest(
                workload.name(), () -> assertThat(matches(workload, Priority.WARNING)).isEmpty()));
  }

  @Test
  void theCorpusCanBeReadWhole() throws IOException {
    assertThat(corpus()).hasSizeGreaterThanOrEqualTo(10);
    assertThat(problems).isEmpty();
  }

  /** Rules below warning do match some of it: what is read here is what rules see. */
  @Test
  void whatIsWorthANoticeIsNoticed() throws IOException {
    List<String> matches = new ArrayList<>();
    corpus().forEach(workload -> matches.addAll(matches(workload, Priority.DEBUG)));

    assertThat(matches)
        .anyMatch(m -> m.endsWith("Command run in a container from outside"))
        .anyMatch(m -> m.endsWith("Compiler or debugger in a container"))
        .anyMatch(m -> m.endsWith("Download or package tool in a container"));
  }
}
