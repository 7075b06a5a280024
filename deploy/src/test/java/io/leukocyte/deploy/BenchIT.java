package io.leukocyte.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The short forms of the benches: what they count is right; what they measure says little. */
class BenchIT {
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  @BeforeEach
  void requireMachine() {
    Environment.requireRootAndEngine();
  }

  @Test
  void latencySeesEachAlertOnceAndEachQuarantine() throws IOException {
    JsonNode report = bench("latency");
    assertThat(count(report, "alerts expected")).isEqualTo(15);
    assertThat(count(report, "alerts seen")).isEqualTo(15);
    assertThat(count(report, "alerts seen twice")).isZero();
    assertThat(count(report, "quarantines expected")).isEqualTo(3);
    assertThat(count(report, "quarantines verified")).isEqualTo(3);
    assertThat(figure(report, "exec in the kernel to alert committed").path("least").asDouble())
        .isPositive();
    assertThat(report.at("/ratios")).hasSize(2);
  }

  @Test
  void sensorMakesWhatItKeepsAndDrops() throws IOException {
    JsonNode report = bench("sensor");
    assertThat(count(report, "records made by the kernel's programs"))
        .isGreaterThan(500)
        .isEqualTo(count(report, "records kept") + count(report, "records dropped"));
    assertThat(count(report, "events delivered")).isPositive();
    assertThat(report.at("/ratios")).hasSize(7);
  }

  @Test
  void collectorHasMemoryAndCost() throws IOException {
    JsonNode report = bench("collector");
    assertThat(count(report, "events received")).isGreaterThan(100);
    assertThat(count(report, "events lost")).isZero();
    assertThat(figure(report, "collector, RssAnon").path("least").asDouble()).isGreaterThan(20);
    assertThat(figure(report, "collector, live heap").path("least").asDouble()).isPositive();
    assertThat(figure(report, "limit: bare producer of the same batches").path("least").asDouble())
        .isPositive();
  }

  @Test
  void soakLosesAndDoublesNothingOverARestartOfKafka() throws IOException {
    JsonNode report = bench("soak");
    assertThat(count(report, "alerts expected")).isEqualTo(16);
    assertThat(count(report, "alerts seen")).isEqualTo(16);
    assertThat(count(report, "alerts seen twice")).isZero();
    assertThat(count(report, "events received"))
        .isPositive()
        .isEqualTo(
            count(report, "events published")
                + count(report, "events filtered")
                + count(report, "events lost"));
  }

  @Test
  void indexerStoresWhatWasSent() throws IOException {
    JsonNode report = bench("indexer");
    assertThat(count(report, "documents sent by the indexer"))
        .isPositive()
        .isEqualTo(count(report, "documents stored by the indexer"));
    assertThat(figure(report, "bare bulks").path("least").asDouble()).isPositive();
  }

  private JsonNode bench(String name) throws IOException {
    int code =
        Leuko.commandLine()
            .setOut(new PrintWriter(out, true))
            .setErr(new PrintWriter(err, true))
            .execute("bench", name, "--short", "--format", "json");
    assertThat(code).withFailMessage(() -> "Exit code " + code + ": " + err).isZero();
    return new ObjectMapper().readTree(out.toString());
  }

  private static long count(JsonNode report, String name) {
    return named(report.path("counts"), name).path("value").asLong();
  }

  private static JsonNode figure(JsonNode report, String name) {
    return named(report.path("figures"), name);
  }

  private static JsonNode named(JsonNode list, String name) {
    for (JsonNode entry : list) {
      if (entry.path("name").asText().equals(name)) {
        return entry;
      }
    }
    throw new AssertionError("There is no " + name + " in " + list);
  }
}
