package io.leukocyte.indexer;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.leukocyte.events.Alert;
import io.leukocyte.events.AlertJson;
import io.leukocyte.events.Topic;
import java.io.IOException;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Every document that the indexer stores is one of ECS, and has no field that is not mapped. */
class EcsDocumentsTest {
  private static final ObjectMapper MAPPER = new ObjectMapper();
  private static final int ROUNDS = 120;
  private static final String VALID =
      """
      {"@timestamp":"2026-11-28T10:00:00Z","event":{"id":"a","kind":"event","ingested":"2026-11-28T10:00:01Z",
       "dataset":"leukocyte.events","category":["process"],"type":["start"]},
       "data_stream":{"type":"logs","dataset":"leukocyte.events","namespace":"default"},
       "process":{"pid":1,"args":["a"]},"leukocyte":{"call":{"result":-1}}}
      """;

  @Test
  void everyDocumentOfEveryKindIsValid() throws Exception {
    EcsDocuments ecs = new EcsDocuments();
    GeneratedDocuments documents = new GeneratedDocuments(71, "default");
    Map<DataStream, Integer> seen = new EnumMap<>(DataStream.class);
    TreeSet<String> problems = new TreeSet<>();
    for (int i = 0; i < ROUNDS; i++) {
      for (Document document : documents.round()) {
        seen.merge(document.stream(), 1, Integer::sum);
        ecs.problems(document.stream(), document.source())
            .forEach(problem -> problems.add(document.stream() + ": " + problem));
      }
    }
    assertThat(problems).isEmpty();
    assertThat(seen).containsOnlyKeys(DataStream.values());
    assertThat(seen.values()).allMatch(count -> count >= ROUNDS);
  }

  /** What Elastic Security's rule "External Alerts" takes name, time, risk and severity from. */
  @Test
  void everyAlertIsWhatElasticSecurityPromotes() throws Exception {
    RandomRecords random = new RandomRecords(72);
    GeneratedDocuments documents = new GeneratedDocuments(72, "default");
    for (int i = 0; i < ROUNDS; i++) {
      Alert alert = random.of(Alert.class);
      Document document = documents.of(Topic.ALERTS, AlertJson.write(alert)).getFirst();
      assertThat(document.stream().name("default")).isEqualTo("logs-leukocyte.alerts-default");
      JsonNode event = MAPPER.readTree(document.source()).path("event");
      assertThat(event.path("kind").asText()).isEqualTo("alert");
      assertThat(event.path("severity").asInt())
          .isEqualTo(alert.rule().priority().severity())
          .isIn(21, 47, 73, 99);
      assertThat(event.path("risk_score").asDouble()).isBetween(1.0, 100.0);
      assertThat(event.path("ingested").asText()).matches("20\\d\\d-.*Z");
      assertThat(event.path("module").asText()).isEqualTo("leukocyte");
      assertThat(MAPPER.readTree(document.source()).path("message").asText())
          .isEqualTo(alert.message());
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          "args":["a"]         | "args":"a"              | process.args: not a list
          "pid":1              | "pid":[1]               | process.pid: a list
          "pid":1              | "pid":"1"               | process.pid: not long
          "pid":1              | "nam":"x"               | process.nam: unknown to ECS
          "pid":1              | "title":"x"             | process.title: not in the templates
          "kind":"event"       | "kind":"alarm"          | event.kind: alarm is not allowed
          ["process"]          | ["proces"]              | event.category: proces is not allowed
          ["start"]            | ["denied"]              | event.type: denied of ["process"]
          "result":-1          | "results":-1            | leukocyte.call.results: not in the templates
          "result":-1          | "result":0.5            | leukocyte.call.result: not long
          T10:00:00Z           | T10:00Zulu              | @timestamp: not date
          2026-11-28T10:00:00Z | 1969-11-28T10:00:00Z    | @timestamp: not date
          "id":"a",            | "hash":"a",             | /event/id: missing
          "type":"logs"        | "type":"metrics"        | data_stream.type: "metrics"
          set":"leukocyte.events",\"c | set":"leukocyte.alerts","c | event.dataset: "leukocyte.alerts"
          """)
  void validatorFindsEachMistake(String good, String bad, String problem) throws IOException {
    EcsDocuments ecs = new EcsDocuments();
    String valid = VALID.replaceAll("\\s*\n\\s*", "");
    assertThat(ecs.problems(DataStream.EVENTS, valid.getBytes(UTF_8))).isEmpty();
    String mutant = valid.replace(good, bad);
    assertThat(mutant).isNotEqualTo(valid);
    List<String> problems = ecs.problems(DataStream.EVENTS, mutant.getBytes(UTF_8));
    assertThat(problems).anyMatch(found -> found.startsWith(problem));
  }

  /** A longer one would be refused by Lucene, and the document with it. */
  @Test
  void noKeywordCanBeTooLongForItsTerm() throws IOException {
    for (ObjectNode component : List.of(Templates.ecs(Set.of(), 1), Templates.own(1))) {
      component
          .findParents("type")
          .forEach(field -> {
            switch (field.path("type").asText()) {
              case "keyword" -> {
                if (!field.path("doc_values").isBoolean()) {
                  assertThat(field.path("ignore_above").asInt()).isBetween(1, 8191);
                }
              }
              case "flattened" -> assertThat(field.path("ignore_above").asInt()).isBetween(1, 4096);
              default -> assertThat(field.path("type").isMissingNode()).isFalse();
            }
          });
    }
  }
}
