package io.leukocyte.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import io.leukocyte.events.Alert;
import io.leukocyte.rules.Correlation;
import io.leukocyte.rules.Rule;
import io.leukocyte.rules.RuleFile;
import io.leukocyte.rules.RuleSet;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/**
 * docs/detection.md shows the shipped rules with their techniques and what raises them for real;
 * {@code -Dgolden=write} writes the tables anew.
 */
class CatalogueDocumentTest {
  private static final Path DOCUMENT = Path.of("../docs/detection.md");
  private static final String CORRELATIONS = "correlations.yaml";

  private final RuleSet loaded = RuleSet.load(RuleFile.shipped()).rules();
  private final List<Rule> rules =
      loaded.rules().stream().filter(rule -> !rule.info().ruleset().equals(CORRELATIONS)).toList();

  @Test
  void theTablesAreThoseOfTheRules() throws IOException {
    if ("write".equals(System.getProperty("golden"))) {
      String document = Files.readString(DOCUMENT);
      document = replaced(document, "catalogue", catalogue());
      document = replaced(document, "correlations", correlations());
      Files.writeString(DOCUMENT, replaced(document, "techniques", techniques()));
    }
    assertThat(Files.readString(DOCUMENT))
        .contains(catalogue())
        .contains(correlations())
        .contains(techniques());
  }

  private static String replaced(String document, String name, String table) {
    int begin = document.indexOf("<!-- " + name + " -->");
    String end = "<!-- /" + name + " -->";
    return document.substring(0, begin)
        + table
        + document.substring(document.indexOf(end) + end.length());
  }

  private static String marked(String name, String head, String rows) {
    return "<!-- %s -->\n%s\n%s\n<!-- /%s -->".formatted(name, head, rows, name);
  }

  /** A rule, how bad it is, its techniques, and where it is raised for real. */
  private String catalogue() {
    return marked(
        "catalogue",
        "| rule | file | priority | techniques | raised for real by |\n|---|---|---|---|---|",
        rules.stream()
            .map(rule ->
                "| %s | %s | %s | %s | %s |"
                    .formatted(
                        rule.name(),
                        rule.info().ruleset(),
                        rule.info().priority().text(),
                        String.join(" ", techniquesOf(rule.info())),
                        raisedBy(rule)))
            .collect(Collectors.joining("\n")));
  }

  /** A correlation, how bad it is, what it is made of, and where it is evaluated. */
  private String correlations() {
    return marked(
        "correlations",
        "| correlation | priority | techniques | what it is | raised for real by |\n|---|---|---|---|---|",
        loaded.correlations().stream()
            .map(correlation ->
                "| %s | %s | %s | %s | %s |"
                    .formatted(
                        correlation.name(),
                        correlation.info().priority().text(),
                        String.join(" ", techniquesOf(correlation.info())),
                        correlation.explanation(),
                        raisedBy(correlation)))
            .collect(Collectors.joining("\n")));
  }

  private static String raisedBy(Rule rule) {
    if (ShippedRulesIT.catalogue().contains(rule.name())) {
      return "`catalogue.sh`";
    }
    return ShippedRulesIT.expected().containsKey(rule.name()) ? "`ShippedRulesIT`" : "";
  }

  private static String raisedBy(Correlation correlation) {
    if (ShippedRulesIT.chains().contains(correlation.name())) {
      return "`ShippedRulesIT`";
    }
    return "";
  }

  /** A technique and the rules that find it. */
  private String techniques() {
    Map<String, Set<String>> byTechnique = new TreeMap<>();
    for (Rule rule : rules) {
      for (String technique : techniquesOf(rule.info())) {
        byTechnique.computeIfAbsent(technique, t -> new TreeSet<>()).add(rule.name());
      }
    }
    return marked(
        "techniques",
        "| technique | rules |\n|---|---|",
        byTechnique.entrySet().stream()
            .map(e -> "| %s | %s |".formatted(link(e.getKey()), String.join("; ", e.getValue())))
            .collect(Collectors.joining("\n")));
  }

  private static String link(String technique) {
    return "[%s](https://attack.mitre.org/techniques/%s/)"
        .formatted(technique, technique.replace('.', '/'));
  }

  private static List<String> techniquesOf(Alert.RuleInfo rule) {
    return rule.tags().stream().filter(tag -> tag.matches("T\\d{4}(\\.\\d{3})?")).toList();
  }
}
