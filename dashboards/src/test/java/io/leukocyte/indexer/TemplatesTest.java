package io.leukocyte.indexer;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.util.Set;
import org.junit.jupiter.api.Test;

class TemplatesTest {
  private static final Set<String> WHOLE =
      Set.of("wildcard", "mapper-extras", "constant-keyword", "data-streams");

  @Test
  void wholeNodeGetsTheTypesItHas() {
    ObjectNode ecs = Templates.ecs(WHOLE, 1);

    assertThat(ecs.at("/template/mappings/properties/message/type").asText())
        .isEqualTo("match_only_text");
    assertThat(
            ecs.at("/template/mappings/properties/process/properties/command_line/type").asText())
        .isEqualTo("wildcard");
    assertThat(ecs.at("/template/mappings/properties/source/properties/ip/type").asText())
        .isEqualTo("ip");
  }

  @Test
  void smallNodeGetsPlainTypes() {
    ObjectNode ecs = Templates.ecs(Set.of(), 1);
    ObjectNode index =
        Templates.index(DataStream.ALERTS, Set.of(), Keeping.of(Duration.ofDays(90)), 1);

    assertThat(ecs.at("/template/mappings/properties/message/type").asText()).isEqualTo("text");
    assertThat(
            ecs.at("/template/mappings/properties/process/properties/command_line/type").asText())
        .isEqualTo("keyword");
    assertThat(index.at("/template/lifecycle").isMissingNode()).isTrue();
    assertThat(
            index.at("/template/mappings/properties/data_stream/properties/dataset/type").asText())
        .isEqualTo("keyword");
  }

  @Test
  void eachStreamHasItsOwnPatternAboveTheStacksTemplates() {
    ObjectNode index =
        Templates.index(DataStream.CONTAINER, WHOLE, Keeping.of(Duration.ofDays(30)), 4);

    assertThat(index.at("/index_patterns/0").asText()).isEqualTo("logs-leukocyte.container-*");
    assertThat(index.at("/priority").asInt()).isEqualTo(500);
    assertThat(index.at("/version").asInt()).isEqualTo(4);
    assertThat(index.at("/template/lifecycle/data_retention").asText()).isEqualTo("30d");
    assertThat(index.at("/data_stream").isObject()).isTrue();
  }
}
