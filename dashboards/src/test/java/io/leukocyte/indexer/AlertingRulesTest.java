package io.leukocyte.indexer;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The files in {@code dashboards/kibana-rules}; {@code -Dgolden=write} writes them anew. */
class AlertingRulesTest {
  private static final Path FOLDER = Path.of("kibana-rules");
  private static final ObjectMapper MAPPER = new ObjectMapper();
  private static final Set<String> KEYS =
      Set.of(
          "name",
          "rule_type_id",
          "consumer",
          "tags",
          "schedule",
          "notify_when",
          "params",
          "actions");
  private static final Set<String> PARAMS =
      Set.of(
          "searchType",
          "size",
          "timeField",
          "index",
          "esQuery",
          "timeWindowSize",
          "timeWindowUnit",
          "thresholdComparator",
          "threshold",
          "aggType",
          "groupBy",
          "excludeHitsFromPreviousRun");

  @Test
  void filesAreWhatTheGeneratorMakes() throws IOException {
    Map<String, String> made = AlertingRules.files();
    if ("write".equals(System.getProperty("golden"))) {
      Files.createDirectories(FOLDER);
      for (Map.Entry<String, String> file : made.entrySet()) {
        Files.writeString(FOLDER.resolve(file.getKey()), file.getValue());
      }
    }
    for (Map.Entry<String, String> file : made.entrySet()) {
      assertThat(Files.readString(FOLDER.resolve(file.getKey())))
          .as("%s; run the test with -Dgolden=write", file.getKey())
          .isEqualTo(file.getValue());
      assertThat(problems(MAPPER.readTree(file.getValue()))).as(file.getKey()).isEmpty();
    }
    try (Stream<Path> there = Files.list(FOLDER)) {
      assertThat(there.map(path -> path.getFileName().toString()).collect(Collectors.toSet()))
          .isEqualTo(made.keySet());
    }
  }

  @Test
  void documentNamesEachRule() throws IOException {
    String document = Files.readString(Path.of("../docs/dashboards.md"));
    for (String file : AlertingRules.files().keySet()) {
      assertThat(document).contains("`" + file + "`");
    }
  }

  static Stream<Arguments> mutants() {
    return Stream.of(
        mutant("unknown key", rule -> rule.put("enabled", true)),
        mutant("unknown parameter", rule -> params(rule).put("aggField", "x")),
        mutant("other type", rule -> rule.put("rule_type_id", "siem.queryRule")),
        mutant("no interval", rule -> ((ObjectNode) rule.get("schedule")).put("interval", "often")),
        mutant("query that is no JSON", rule -> params(rule).put("esQuery", "{")),
        mutant(
            "unknown field",
            rule ->
                params(rule)
                    .put(
                        "esQuery",
                        params(rule).get("esQuery").asText().replace("event.", "evnt."))),
        mutant("other index", rule -> params(rule).putArray("index").add("logs-*")),
        mutant("no threshold", rule -> params(rule).putArray("threshold")),
        mutant("comparator", rule -> params(rule).put("thresholdComparator", "=>")),
        mutant("unit", rule -> params(rule).put("timeWindowUnit", "min")));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("mutants")
  void mistakeIsRefused(String name, Consumer<ObjectNode> change) throws IOException {
    ObjectNode rule =
        (ObjectNode) MAPPER.readTree(AlertingRules.files().get("leukocyte-critical-alert.json"));
    change.accept(rule);
    assertThat(problems(rule)).as(name).isNotEmpty();
  }

  private static Arguments mutant(String name, Consumer<ObjectNode> change) {
    return Arguments.of(name, change);
  }

  private static ObjectNode params(ObjectNode rule) {
    return (ObjectNode) rule.get("params");
  }

  /** What Kibana's API would not take of a rule, or would never find with it. */
  private static List<String> problems(JsonNode rule) {
    List<String> problems = new ArrayList<>();
    keys(rule, KEYS, problems);
    JsonNode params = rule.path("params");
    keys(params, PARAMS, problems);
    require(problems, rule.path("rule_type_id").asText(), ".es-query");
    require(problems, rule.path("consumer").asText(), "stackAlerts");
    require(problems, rule.at("/schedule/interval").asText(), "[1-9]\\d*[smhd]");
    require(problems, rule.path("notify_when").asText(), "on(ActionGroupChange|ActiveAlert)");
    require(problems, params.path("searchType").asText(), "esQuery");
    require(problems, params.path("timeField").asText(), "@timestamp");
    require(problems, params.path("timeWindowSize").asText(), "[1-9]\\d*");
    require(problems, params.path("timeWindowUnit").asText(), "[smhd]");
    require(problems, params.path("thresholdComparator").asText(), "[<>]=?");
    require(problems, params.path("aggType").asText(), "count");
    require(problems, params.path("groupBy").asText(), "all");
    require(problems, params.path("threshold").toString(), "\\[\\d+]");
    Set<String> patterns =
        Stream.of(DataStream.values()).map(DataStream::pattern).collect(Collectors.toSet());
    params
        .path("index")
        .forEach(index -> {
          if (!patterns.contains(index.asText())) {
            problems.add("no index template is for " + index);
          }
        });
    try {
      JsonNode query = MAPPER.readTree(params.path("esQuery").asText());
      ObjectNode lucene = MAPPER.createObjectNode().put("language", "lucene");
      lucene.set("query", query.at("/query/query_string/query"));
      problems.addAll(LensValidator.query(lucene, FieldTypes.all()));
    } catch (IOException e) {
      problems.add("the query is no JSON");
    }
    return problems;
  }

  private static void keys(JsonNode node, Set<String> allowed, List<String> problems) {
    Set<String> names = new TreeSet<>();
    node.fieldNames().forEachRemaining(names::add);
    if (!names.equals(new TreeSet<>(allowed))) {
      problems.add("the keys are " + names);
    }
  }

  private static void require(List<String> problems, String value, String form) {
    if (!value.matches(form)) {
      problems.add(value + " is not of the form " + form);
    }
  }
}
