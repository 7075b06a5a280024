package io.leukocyte.events;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Holds every document against the list of ECS fields: name, type, list or not, values. */
class EcsDocumentTest {
  private static final ObjectMapper MAPPER = new ObjectMapper();
  private static final Map<String, Field> FIELDS = new HashMap<>();

  private record Field(String type, boolean list, Set<String> allowed) {}

  @BeforeAll
  static void readFields() throws IOException {
    try (InputStream in =
        Objects.requireNonNull(EcsDocumentTest.class.getResourceAsStream("/ecs-fields.tsv"))) {
      for (String line : new String(in.readAllBytes(), StandardCharsets.UTF_8).split("\n", -1)) {
        String[] cells = line.split("\t", -1);
        if (!line.startsWith("#") && cells.length >= 2) {
          Set<String> allowed =
              cells.length < 4 || cells[3].isBlank()
                  ? Set.of()
                  : Set.of(cells[3].strip().split(","));
          FIELDS.put(
              cells[0], new Field(cells[1], cells.length > 2 && cells[2].equals("array"), allowed));
        }
      }
    }
    assertThat(FIELDS).hasSizeGreaterThan(2_000);
  }

  @Test
  void everyEventIsValidEcs() throws IOException {
    RandomEvents random = new RandomEvents(11);
    for (int i = 0; i < 3_000; i++) {
      assertValid(EventJson.write(random.observed()));
    }
  }

  @Test
  void everyAlertIsValidEcsAndWhatElasticSecurityPromotes() throws IOException {
    RandomEvents random = new RandomEvents(12);
    for (int i = 0; i < 3_000; i++) {
      byte[] document = AlertJson.write(random.alert());
      assertValid(document);

      JsonNode root = MAPPER.readTree(document);
      assertThat(root.at("/event/kind").textValue()).isEqualTo("alert");
      assertThat(root.at("/event/severity").intValue()).isIn(21, 47, 73, 99);
      assertThat(root.at("/event/risk_score").isDouble()).isTrue();
      assertThat(root.at("/event/id")).isEqualTo(root.at("/leukocyte/alert/id"));
      assertThat(root.at("/message").textValue()).isNotEmpty();
      assertThat(root.at("/threat/tactic/id/0").textValue()).isEqualTo("TA0002");
      assertThat(root.at("/threat/technique/name/0").textValue())
          .isEqualTo("Command and Scripting Interpreter");
      assertThat(root.at("/threat/technique/name/1").textValue()).isEqualTo("Escape to Host");
      assertThat(root.at("/threat/technique/subtechnique/name/0").textValue())
          .isEqualTo("Unix Shell");
      assertThat(root.at("/threat/technique/subtechnique/reference/0").textValue())
          .isEqualTo("https://attack.mitre.org/techniques/T1059/004/");
    }
  }

  @Test
  void everyStepOfAnActionIsValidEcs() throws IOException {
    RandomEvents random = new RandomEvents(13);
    for (int i = 0; i < 3_000; i++) {
      assertValid(ActionJson.write(random.action()));
    }
  }

  @Test
  void validatorFindsWhatIsWrong() throws IOException {
    assertThat(problems("{\"process\":{\"nam\":\"x\"}}")).containsExactly("process.nam: unknown");
    assertThat(problems("{\"process\":{\"pid\":\"x\"}}")).containsExactly("process.pid: not long");
    assertThat(problems("{\"event\":{\"category\":\"process\"}}"))
        .containsExactly("event.category: not a list");
    assertThat(problems("{\"event\":{\"kind\":\"alarm\"}}"))
        .containsExactly("event.kind: alarm is not allowed");
    assertThat(problems("{\"event\":{\"kind\":[\"alert\"]}}"))
        .containsExactly("event.kind: a list");
    assertThat(problems("{\"source\":{\"ip\":\"x\"}}")).containsExactly("source.ip: not ip");
    assertThat(problems("{\"event\":\"x\"}")).containsExactly("event: unknown");
  }

  private static void assertValid(byte[] document) throws IOException {
    assertThat(problems(new String(document, StandardCharsets.UTF_8))).isEmpty();
  }

  private static List<String> problems(String document) throws IOException {
    List<String> problems = new ArrayList<>();
    check("", MAPPER.readTree(document), problems);
    return problems;
  }

  private static void check(String path, JsonNode node, List<String> problems) {
    for (Map.Entry<String, JsonNode> entry : node.properties()) {
      String name = path + entry.getKey();
      if (name.equals("leukocyte") || name.equals("container.labels")) {
        continue;
      }
      Field field = FIELDS.get(name);
      if (entry.getValue().isObject() && (field == null || field.type().equals("object"))) {
        check(name + ".", entry.getValue(), problems);
      } else if (field == null) {
        problems.add(name + ": unknown");
      } else if (field.list() != entry.getValue().isArray()) {
        problems.add(name + (field.list() ? ": not a list" : ": a list"));
      } else if (field.list()) {
        entry.getValue().forEach(item -> value(name, field, item, problems));
      } else {
        value(name, field, entry.getValue(), problems);
      }
    }
  }

  private static void value(String name, Field field, JsonNode value, List<String> problems) {
    if (!fits(field.type(), value)) {
      problems.add(name + ": not " + field.type());
    } else if (!field.allowed().isEmpty() && !field.allowed().contains(value.asText())) {
      problems.add(name + ": " + value.asText() + " is not allowed");
    }
  }

  private static boolean fits(String type, JsonNode value) {
    return switch (type) {
      case "long" -> value.isIntegralNumber() && value.canConvertToLong();
      case "float", "scaled_float" -> value.isNumber();
      case "boolean" -> value.isBoolean();
      case "ip" -> value.isTextual() && IpAddress.isLiteral(value.textValue());
      case "date" -> value.isTextual() && isTime(value.textValue());
      case "keyword", "match_only_text", "wildcard" -> value.isTextual();
      default -> false;
    };
  }

  private static boolean isTime(String text) {
    try {
      return Json.time(Json.nanos(text)).equals(text);
    } catch (IllegalArgumentException e) {
      return false;
    }
  }
}
