package io.leukocyte.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The board asks only for metrics and labels that the roles have. */
class GrafanaBoardTest {
  private static final Path BOARD = Path.of("grafana/leukocyte.json");
  private static final Pattern METRIC = Pattern.compile("\\b(?:leuko|jvm|process)_[a-z0-9_]+");
  private static final Pattern SAMPLE = Pattern.compile("(?m)^([a-z0-9_]+)(?:\\{([^}]*)\\})? ");
  private static final Pattern LABEL = Pattern.compile("([a-z_]+)=");
  private static final Pattern SELECTED = Pattern.compile("([a-z_]+)=~?\"");
  private static final Pattern GROUPED = Pattern.compile("by \\(([^)]*)\\)");

  /** What Prometheus adds to each sample, and what a loss alone has. */
  private static final Set<String> OF_EVERY_SAMPLE = Set.of("instance", "job");

  /** Where what is registered when there is the first of it is named in the sources. */
  private static final List<Path> LATE =
      List.of(
          Path.of("../collector/src/main/java"),
          Path.of("../analyzer/src/main/java"),
          Path.of("../responder/src/main/java"));

  private static final Map<String, Set<String>> SCRAPED = new TreeMap<>();
  private static final Set<String> LATE_NAMES = new HashSet<>();
  private static final Set<String> LATE_LABELS = new HashSet<>();

  @BeforeAll
  static void scrape() throws Exception {
    SAMPLE
        .matcher(Scrapes.ofAllRoles())
        .results()
        .forEach(sample -> {
          Set<String> labels = SCRAPED.computeIfAbsent(sample.group(1), n -> new TreeSet<>());
          if (sample.group(2) != null) {
            LABEL.matcher(sample.group(2)).results().forEach(l -> labels.add(l.group(1)));
          }
        });
    for (Path folder : LATE) {
      try (Stream<Path> files = Files.walk(folder)) {
        for (Path file : files.filter(f -> f.toString().endsWith(".java")).toList()) {
          String source = Files.readString(file);
          collect(source, "\"(leuko\\.(?:collector|analyzer|responder)\\.[a-z.]+)\"", LATE_NAMES);
          collect(source, "\"([a-z_]+)\"", LATE_LABELS);
        }
      }
    }
  }

  private static void collect(String source, String pattern, Set<String> to) {
    Pattern.compile(pattern)
        .matcher(source)
        .results()
        .forEach(found -> to.add(found.group(1).replace('.', '_')));
  }

  @Test
  void everyMetricAndLabelOfEachExpressionExists() throws IOException {
    List<String> expressions = expressions();
    assertThat(expressions).hasSizeGreaterThan(40);
    for (String expression : expressions) {
      for (String metric : found(METRIC, expression)) {
        Set<String> labels = SCRAPED.get(metric);
        if (labels == null && metric.startsWith("jvm_gc_pause")) {
          continue; // there from the first collection on
        }
        boolean late = labels == null;
        assertThat(late ? LATE_NAMES : SCRAPED.keySet())
            .as(expression)
            .contains(late ? meterOf(metric) : metric);
        assertThat(late ? LATE_LABELS : labels)
            .as(expression)
            .containsAll(
                labels(expression).stream()
                    .filter(l -> !OF_EVERY_SAMPLE.contains(l))
                    .toList()
                    .stream()
                    .filter(l -> !late || !l.equals("le"))
                    .toList());
      }
    }
  }

  @Test
  void everyPanelHasATitleAUnitAndAnInstance() throws IOException {
    for (JsonNode panel : new ObjectMapper().readTree(Files.readString(BOARD)).path("panels")) {
      assertThat(panel.path("title").asText()).isNotBlank();
      if (!panel.path("type").asText().equals("row")) {
        assertThat(panel.at("/fieldConfig/defaults/unit").asText()).isNotBlank();
        assertThat(panel.at("/datasource/uid").asText()).isEqualTo("${datasource}");
        panel
            .path("targets")
            .forEach(t -> assertThat(t.path("expr").asText()).contains("instance=~\"$instance\""));
      }
    }
  }

  @Test
  void everyMetricOfOursFollowsTheConventions() throws Exception {
    String scrape = Scrapes.ofAllRoles();
    for (String line : scrape.lines().filter(l -> l.startsWith("# TYPE leuko_")).toList()) {
      String[] words = line.split(" ", -1);
      assertThat(scrape).containsPattern("# HELP " + words[2] + " \\S+");
      assertThat(words[2].endsWith("_total")).as(line).isEqualTo(words[3].equals("counter"));
      assertThat(words[2]).doesNotContainPattern("_(millis|ms|ns|kb|kib|mib|minutes)(_|$)");
    }
    assertThat(SCRAPED.values().stream().mapToInt(Set::size).max().orElse(0)).isLessThan(6);
  }

  @Test
  void theDocumentHasExactlyTheMetricsThatThereAre() throws Exception {
    String document = Files.readString(Path.of("../docs/metrics.md"));
    String scrape = Scrapes.ofAllRoles();
    for (String line : scrape.lines().filter(l -> l.startsWith("# TYPE leuko_")).toList()) {
      String[] words = line.split(" ", -1);
      if (!words[2].endsWith("_max")) {
        assertThat(document).contains("| `" + words[2] + "` | " + words[3] + " |");
      }
    }
    for (String metric : found(Pattern.compile("\\| `(leuko_[a-z_]+)`"), document)) {
      assertThat(
              scrape.contains("# TYPE " + metric + " ")
                  || LATE_NAMES.contains(metric.replaceFirst("(_seconds|_total)$", "")))
          .as(metric)
          .isTrue();
    }
  }

  private static String meterOf(String metric) {
    return metric.replaceFirst("(_seconds_bucket|_total)$", "");
  }

  private static List<String> labels(String expression) {
    Set<String> labels = new TreeSet<>(found(SELECTED, expression));
    for (String group : found(GROUPED, expression)) {
      labels.addAll(List.of(group.split(", ", -1)));
    }
    return List.copyOf(labels);
  }

  private static Set<String> found(Pattern pattern, String text) {
    return pattern
        .matcher(text)
        .results()
        .map(GrafanaBoardTest::lastGroup)
        .collect(Collectors.toSet());
  }

  private static String lastGroup(MatchResult result) {
    return result.group(result.groupCount());
  }

  private static List<String> expressions() throws IOException {
    return new ObjectMapper()
        .readTree(Files.readString(BOARD)).findValues("expr").stream()
            .map(JsonNode::asText)
            .toList();
  }
}
