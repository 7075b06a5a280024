package io.leukocyte.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The short forms of the benches: what they count is right; what they measure says little. */
class BenchIT {
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  @BeforeEach
  void requireMachine() {
    Environment.requireRootAndEngine();
  }

  @ParameterizedTest
  @CsvSource({"'', in one process with Kafka", "--processes, as processes of their own"})
  void latencySeesEachAlertOnceAndEachQuarantineWithAPermit(String option, String form)
      throws IOException {
    JsonNode report = option.isEmpty() ? bench("latency") : bench("latency", option);
    assertThat(count(report, "alerts expected")).isEqualTo(15);
    assertThat(count(report, "alerts seen")).isEqualTo(15);
    assertThat(count(report, "alerts seen twice")).isZero();
    assertThat(count(report, "quarantines expected")).isEqualTo(3);
    assertThat(count(report, "quarantines verified")).isEqualTo(3);
    assertThat(figure(report, "exec in the kernel to alert committed").path("least").asDouble())
        .isPositive();
    assertThat(report.at("/ratios")).hasSize(2);
    assertThat(count(report, "permits granted")).isEqualTo(3);
    assertThat(figure(report, " ‣ ‣ waiting for the fleet's permit, at most").path("n").asInt())
        .isEqualTo(3);
    assertThat(report.at("/notes/0").asText()).contains(form);
  }

  @Test
  void responseVerifiesEachActionInItsWayAndTakesItBack() throws IOException {
    JsonNode report = bench("response");
    for (ResponseAction action : ResponseAction.all()) {
      String name = action.name();
      assertThat(count(report, name + ", asked for")).as(name).isEqualTo(2);
      assertThat(count(report, name + ", verified")).as(name).isEqualTo(2);
      assertThat(figure(report, name + ": alert to verified").path("least").asDouble())
          .as(name)
          .isGreaterThan(
              figure(report, " ‣ " + name + ": alert to intended").path("least").asDouble());
      assertThat(figure(report, "limit: " + name + ", bare").path("least").asDouble()).isPositive();
      if (action.undone()) {
        assertThat(count(report, name + ", undone")).as(name).isEqualTo(2);
        assertThat(figure(report, name + ": release to undone").path("least").asDouble())
            .isPositive();
      }
      if (!action.way().isEmpty()) {
        assertThat(count(report, name + ", done in another way")).as(name).isZero();
      }
    }
  }

  @Test
  void rulesMatchTheSameAsALoop() throws IOException {
    JsonNode report = bench("rules");
    assertThat(count(report, "events")).isEqualTo(4_000);
    assertThat(count(report, "matches of 1000 rules"))
        .isGreaterThan(count(report, "matches of 100 rules"));
    assertThat(figure(report, "matcher, 1,000 rules").path("n").asInt()).isEqualTo(2);
    assertThat(figure(report, "loop, 1,000 rules").path("least").asDouble()).isPositive();
    assertThat(report.at("/ratios")).hasSize(5);
  }

  @Test
  void logsAreReadInTheFileAndByTheEnginesApi() throws IOException {
    JsonNode report = bench("logs");
    assertThat(count(report, "lines")).isEqualTo(20_000);
    assertThat(figure(report, "limit: lines by the engine's API").path("n").asInt()).isEqualTo(2);
    assertThat(figure(report, "limit: lines by the engine's API, rate").path("least").asDouble())
        .isPositive();
    assertThat(report.at("/ratios").findValuesAsText("to")).contains("the engine's API");
  }

  @Test
  void sensorMakesWhatItKeepsAndDrops() throws IOException {
    JsonNode report = bench("sensor");
    assertThat(count(report, "records made by the kernel's programs"))
        .isGreaterThan(500)
        .isEqualTo(count(report, "records kept") + count(report, "records dropped"));
    assertThat(count(report, "events delivered")).isPositive();
    assertThat(report.at("/ratios")).hasSize(9);
    assertThat(figure(report, "800 of requests to nginx, no sensor").path("least").asDouble())
        .isGreaterThan(1);
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
    assertThat(err.toString()).doesNotContain("left out");
    assertThat(figure(report, "index, RssAnon").path("least").asDouble()).isGreaterThan(20);
    for (String what : List.of("log lines", "committed alerts")) {
      assertThat(count(report, what)).as(what).isGreaterThanOrEqualTo(16);
      assertThat(count(report, what + " in Elasticsearch")).as(what).isEqualTo(count(report, what));
      assertThat(count(report, what + " missing there")).as(what).isZero();
      assertThat(count(report, what + " there twice")).as(what).isZero();
    }
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

  private JsonNode bench(String name, String... more) throws IOException {
    List<String> words = new ArrayList<>(List.of("bench", name, "--short", "--format", "json"));
    words.addAll(List.of(more));
    int code =
        Leuko.commandLine()
            .setOut(new PrintWriter(out, true))
            .setErr(new PrintWriter(err, true))
            .execute(words.toArray(String[]::new));
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
