package io.leukocyte.indexer;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.leukocyte.events.BatchWriter;
import io.leukocyte.events.ContainerId;
import io.leukocyte.events.ContainerLog;
import io.leukocyte.events.ContainerRef;
import io.leukocyte.events.HostId;
import io.leukocyte.events.Topic;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.Test;

/** What the document of a log line says beside its text. */
class DocumentsTest {
  private static final ContainerRef WEB = ContainerRef.unknown(new ContainerId("ab".repeat(32)));

  private static JsonNode document(String line, int lines) throws Exception {
    BatchWriter writer = new BatchWriter(new HostId("host-1"), 1);
    writer.add(
        new ContainerLog(5, WEB, ContainerLog.Stream.STDOUT, line, line.length(), false, lines));
    Documents documents = new Documents("default", InstantSource.fixed(Instant.EPOCH));
    List<Document> made =
        documents.of(
            Topic.EVENTS,
            new ConsumerRecord<>("leuko.events", 0, 0, new byte[0], writer.finish(0)));
    return new ObjectMapper().readTree(made.getFirst().source());
  }

  @Test
  void anAccessLineHasItsPartsInTheWordsOfEcs() throws Exception {
    JsonNode document =
        document(
            "203.0.113.9 - - [28/Nov/2026:07:13:37 +0000] \"GET /a?b=%27 HTTP/1.1\" 404 9"
                + " \"https://example.com/\" \"curl/8\"",
            1);
    assertThat(document.at("/http").toString())
        .isEqualTo(
            "{\"request\":{\"method\":\"GET\",\"referrer\":\"https://example.com/\"},"
                + "\"response\":{\"status_code\":404},\"version\":\"1.1\"}");
    assertThat(document.at("/url").toString()).isEqualTo("{\"path\":\"/a\",\"query\":\"b=%27\"}");
    assertThat(document.at("/client").toString())
        .isEqualTo("{\"address\":\"203.0.113.9\",\"ip\":\"203.0.113.9\"}");
    assertThat(document.at("/user_agent/original").asText()).isEqualTo("curl/8");
    assertThat(document.at("/leukocyte/log/format").asText()).isEqualTo("combined");
    assertThat(document.at("/message").asText()).startsWith("203.0.113.9 - - [");
  }

  @Test
  void aClientThatIsNoAddressIsNoIp() throws Exception {
    JsonNode document = document("localhost - - \"GET / HTTP/1.1\" 200 9", 1);
    assertThat(document.at("/client").toString()).isEqualTo("{\"address\":\"localhost\"}");
  }

  @Test
  void otherLinesHaveALevelAtMost() throws Exception {
    JsonNode json = document("{\"level\":\"warning\",\"message\":\"x\",\"status\":200}", 1);
    assertThat(json.at("/log/level").asText()).isEqualTo("warn");
    assertThat(json.at("/leukocyte/log/format").asText()).isEqualTo("json");
    JsonNode trace = document("java.io.IOException: no\n\tat a.B.c(B.java:1)", 2);
    assertThat(trace.at("/leukocyte/log/lines").asInt()).isEqualTo(2);
    for (String absent : List.of("http", "url", "client", "user_agent")) {
      assertThat(json.has(absent)).isFalse();
      assertThat(trace.has(absent)).isFalse();
    }
    assertThat(trace.has("log")).isFalse();
  }
}
