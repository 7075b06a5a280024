package io.leukocyte.rules;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SpecVersion;
import com.networknt.schema.ValidationMessage;
import io.leukocyte.events.config.Yaml;
import io.leukocyte.events.config.YamlNode;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Objects;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The schema that editors use says what the loader says. */
class SchemaTest {
  private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

  private final JsonSchema schema = schema();

  private static JsonSchema schema() {
    try (InputStream in = SchemaTest.class.getResourceAsStream("/rules/rules.schema.json")) {
      String text = new String(Objects.requireNonNull(in).readAllBytes(), StandardCharsets.UTF_8);
      return JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V202012).getSchema(text);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private Set<ValidationMessage> check(String yaml) {
    YamlNode node = Yaml.read("f", yaml, new ArrayList<>()).orElseThrow();
    return schema.validate(json(node));
  }

  private static JsonNode json(YamlNode node) {
    return switch (node) {
      case YamlNode.Mapping mapping -> {
        ObjectNode object = JSON.objectNode();
        mapping.entries().forEach(e -> object.set(e.key().text(), json(e.value())));
        yield object;
      }
      case YamlNode.Sequence sequence -> {
        var array = JSON.arrayNode();
        sequence.items().forEach(item -> array.add(json(item)));
        yield array;
      }
      case YamlNode.Scalar s when s.isNull() -> JSON.nullNode();
      case YamlNode.Scalar s when s.text().matches("true|false") ->
          JSON.booleanNode(s.text().equals("true"));
      case YamlNode.Scalar s when s.text().matches("\\d{1,9}") ->
          JSON.numberNode(Integer.parseInt(s.text()));
      case YamlNode.Scalar s -> JSON.textNode(s.text());
    };
  }

  @Test
  void theShippedFilesAndTheTestsOwnPassIt() throws IOException {
    for (RuleFile file : RuleFile.shipped()) {
      assertThat(check(file.text())).as(file.name()).isEmpty();
    }
    assertThat(check(Files.readString(Path.of("src/test/resources/situations/prelude.yaml"))))
        .isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "- required_engine_version: 0.60.0\n- required_engine_version: 43",
        "- {rule: r, enabled: false}",
        "- {rule: r, condition: and x, override: {condition: append}}",
        "- {rule: r, desc: d, output: o, priority: WARNING, condition: x, exceptions: [{name: e,"
            + " fields: [a.b], comps: [=], values: [[x]]}, {name: f, fields: a.b}]}",
        "- {list: l, items: [1, x, true]}",
        "- {baseline: b, desc: d, condition: 'container.name = x', watch: [processes], priority:"
            + " info, by: 'container.label[a]', learn: 2d, exceptions: {processes: [/bin/x]}}",
      })
  void whatTheLoaderTakesPasses(String yaml) {
    assertThat(check(yaml)).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "- {rule: r, desc: d, output: o, priority: WARNING}",
        "- {rule: r, desc: d, output: o, priority: URGENT, condition: x}",
        "- {macro: m}",
        "- {baseline: b, desc: d, condition: 'container.name = x', watch: [proc], priority: info}",
        "- {baseline: b, desc: d, condition: 'container.name = x', watch: [], priority: info}",
        "- {baseline: b, desc: d, watch: [processes], priority: info}",
        "- {baseline: b, desc: d, condition: 'container.name = x', watch: [processes], priority:"
            + " info, by: image.name}",
        "- {list: l}",
        "- {lst: l, items: []}",
        "- text",
        "rule: r",
        "- {rule: r, condition: x, override: {condition: prepend}}",
        "- {rule: r, condition: x, override: {source: replace}}",
        "- {rule: r, desc: d, output: o, priority: info, condition: x, exceptions: [{fields:"
            + " a.b}]}",
        "- {rule: r, desc: d, output: o, priority: info, condition: x, tests: [{matches: 1}]}",
      })
  void whatTheLoaderRefusesIsRefused(String yaml) {
    assertThat(check(yaml)).isNotEmpty();
    assertThat(TestRules.load(yaml + "\n").problems()).isNotEmpty();
  }
}
