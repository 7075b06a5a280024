package io.leukocyte.indexer;

import static org.assertj.core.api.Assertions.assertThat;

import io.leukocyte.events.BatchWriter;
import io.leukocyte.events.ContainerId;
import io.leukocyte.events.ContainerLog;
import io.leukocyte.events.ContainerRef;
import io.leukocyte.events.HostId;
import io.leukocyte.events.Topic;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.InstantSource;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AttackClassTest {
  @ParameterizedTest
  @CsvSource({
    "942100, SQL injection",
    "941110, cross-site scripting",
    "930120, local file inclusion",
    "932160, remote code execution",
    "913100, scanner",
    "949110, ''",
    "980130, ''",
    "942, ''",
    "1942100, ''",
    "100001, ''",
  })
  void ruleIsOfTheClassThatItsNumberSays(String rule, String name) {
    assertThat(AttackClass.of(rule).orElse("")).isEqualTo(name);
  }

  @Test
  void lineOfAFirewallSaysWhichRulesAndClasses() throws Exception {
    String text =
        "{\"transaction\":{\"client_ip\":\"203.0.113.9\",\"request\":{\"method\":\"GET\",\"uri\":\"/\"},"
            + "\"response\":{\"http_code\":403},\"messages\":[{\"details\":{\"ruleId\":\"942100\"}},"
            + "{\"details\":{\"ruleId\":\"942190\"}},{\"details\":{\"ruleId\":\"949110\"}}]}}";
    String document = document(text);
    assertThat(document).contains("\"waf_rules\":[\"942100\",\"942190\",\"949110\"]");
    assertThat(document).contains("\"attacks\":[\"SQL injection\"]");
    assertThat(document("GET /")).doesNotContain("waf_rules", "attacks");
  }

  private static String document(String line) throws Exception {
    BatchWriter writer = new BatchWriter(new HostId("host-1"), 1);
    ContainerRef container =
        new ContainerRef(new ContainerId("ab".repeat(32)), "waf", "leuko/waf", "1", null, false);
    writer.add(
        new ContainerLog(1, container, ContainerLog.Stream.STDOUT, line, line.length(), false));
    Documents documents = new Documents("default", InstantSource.fixed(Instant.EPOCH));
    Document made =
        documents
            .of(
                Topic.EVENTS,
                new ConsumerRecord<>("leuko.events", 0, 0, new byte[0], writer.finish(0)))
            .getFirst();
    return new String(made.source(), StandardCharsets.UTF_8);
  }
}
