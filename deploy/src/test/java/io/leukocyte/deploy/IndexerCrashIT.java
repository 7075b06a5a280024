package io.leukocyte.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;

/**
 * The short form of {@code leuko bench outage}: Elasticsearch is killed, frozen and full, the
 * indexer killed and frozen while documents are on their way, and data streams are rolled over
 * after each; afterwards each alert, step of an action and log line is one document.
 */
class IndexerCrashIT {
  @Test
  void eachAlertActionAndLineIsOneDocumentWhateverFailedAndWasRolledOver() throws Exception {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    int code =
        Leuko.commandLine()
            .setOut(new PrintWriter(out, true))
            .setErr(new PrintWriter(err, true))
            .execute("bench", "outage", "--short", "--format", "json");
    assertThat(code).withFailMessage(() -> "Exit code " + code + ": " + err).isZero();
    JsonNode report = new ObjectMapper().readTree(out.toString());
    assertThat(count(report, "faults")).isEqualTo(5);
    assertThat(count(report, "rollovers")).isEqualTo(15);
    for (String what : new String[] {"alerts", "steps of actions", "log lines"}) {
      assertThat(count(report, what + " on the topic")).as(what).isGreaterThan(100);
      assertThat(count(report, what + " in Elasticsearch"))
          .as(what)
          .isEqualTo(count(report, what + " on the topic"));
      assertThat(count(report, what + " missing there")).as(what).isZero();
      assertThat(count(report, what + " there twice")).as(what).isZero();
      assertThat(count(report, what + " there that are not on the topic")).as(what).isZero();
    }
  }

  private static long count(JsonNode report, String name) {
    for (JsonNode entry : report.path("counts")) {
      if (entry.path("name").asText().equals(name)) {
        return entry.path("value").asLong();
      }
    }
    throw new AssertionError("There is no " + name + " in " + report);
  }
}
