package io.leukocyte.deploy;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpHandler;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class LeukoTest {
  private static final ObjectMapper MAPPER = new ObjectMapper();
  private static final String RECORDING = "src/test/resources/recordings/shell.ndjson";

  @TempDir Path folder;
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  @Test
  void everySubcommandExplainsItselfWithAnExample() {
    CommandLine leuko = Leuko.commandLine();
    leuko.getSubcommands().keySet().stream()
        .filter(name -> !name.equals("help") && !name.equals("rules") && !name.equals("dead"))
        .forEach(name -> {
          out.getBuffer().setLength(0);
          assertThat(run(name, "--help")).isZero();
          assertThat(out.toString()).as(name).contains("Example: ").contains("leuko " + name);
        });
    assertThat(run("rules", "check", "--help")).isZero();
    assertThat(run("rules", "explain", "--help")).isZero();
    assertThat(run("dead", "list", "--help")).isZero();
    assertThat(run("dead", "retry", "--help")).isZero();
  }

  @Test
  void unknownSubcommandSuggestsANearOne() {
    assertThat(run("contaners")).isEqualTo(ExitCode.BAD_INPUT);
    assertThat(err.toString()).contains("Did you mean").contains("containers");
  }

  @Test
  void sameRecordingGivesTheSameAlertIds() throws IOException {
    assertThat(run("replay", RECORDING)).isEqualTo(ExitCode.FINDINGS);
    List<JsonNode> first = alerts();
    out.getBuffer().setLength(0);
    assertThat(run("replay", RECORDING)).isEqualTo(ExitCode.FINDINGS);

    assertThat(alerts()).isEqualTo(first);
    assertThat(first)
        .extracting(alert -> alert.at("/rule/name").asText())
        .containsExactly(
            "Command run in a container from outside",
            "Terminal shell in container",
            "Download or package tool in a container");
    assertThat(first.get(1).at("/event/id").asText()).isEqualTo("6cf0ed9b8fb550f2630a68b5f6e1e01f");
    assertThat(first)
        .allSatisfy(alert -> {
          assertThat(alert.at("/container/id").asText()).hasSize(64);
          assertThat(alert.at("/@timestamp").asText()).endsWith("Z");
        });
  }

  @Test
  void recordingWithoutAFindingExitsFineThoughPartsWereCutOut() throws IOException {
    Path quiet = folder.resolve("quiet.ndjson");
    Files.write(
        quiet,
        Files.readAllLines(Path.of(RECORDING)).stream()
            .filter(line -> !line.contains("process.exec") && !line.contains("exec_create"))
            .toList());

    assertThat(run("replay", quiet.toString())).isEqualTo(ExitCode.FINE);
    assertThat(out.toString()).isEmpty();
  }

  @Test
  void badLineOfARecordingIsNamedWithItsNumber() throws IOException {
    Path bad = folder.resolve("bad.ndjson");
    Files.writeString(bad, Files.readAllLines(Path.of(RECORDING)).getFirst() + "\nnot json\n");

    assertThat(run("replay", bad.toString())).isEqualTo(ExitCode.BAD_INPUT);
    assertThat(err.toString()).contains("bad.ndjson:2: ");
  }

  @Test
  void shippedRulesHaveNoProblem() {
    assertThat(run("rules", "check")).isZero();
    assertThat(out.toString()).endsWith("146 rules loaded, 0 skipped, 0 problems\n");
  }

  @Test
  void rulesTestRunsTheTestsInTheFiles() throws IOException {
    Path file = folder.resolve("mine.yaml");
    Files.writeString(
        file,
        """
        - rule: mine
          desc: d
          condition: spawned_process and proc.name = nc
          output: o
          priority: INFO
          tests:
            - {title: nc, matches: 1, events: [{evt.type: execve, proc.name: nc}]}
            - {title: sh, matches: 1, events: [{evt.type: execve, proc.name: sh}]}
        """);
    Path xml = folder.resolve("junit.xml");
    assertThat(run("rules", "test", file.toString(), "--junit", xml.toString()))
        .isEqualTo(ExitCode.FINDINGS);
    assertThat(out.toString())
        .contains("mine.yaml:8:", "'mine' failed: sh", "expected: 1 matches, came: 0")
        .endsWith("2 tests, 1 failed\n");
    assertThat(Files.readString(xml))
        .contains("tests=\"2\" failures=\"1\"", "name=\"sh\"", "<failure");
    out.getBuffer().setLength(0);
    assertThat(run("rules", "test")).isZero();
    assertThat(out.toString()).endsWith(" tests, 0 failed\n");
  }

  @Test
  void rulesExplainTellsWhatARuleReadsAndNeeds() {
    assertThat(run("rules", "explain", "Terminal shell in container")).isZero();
    assertThat(out.toString()).contains("in force").contains("process.exec:").contains("proc.tty");
    assertThat(run("rules", "explain", "Many addresses tried from a container")).isZero();
    assertThat(out.toString()).contains("value_count of 'Connection tried by a tool'", "stage 1");
    assertThat(run("rules", "explain", "Terminal shell in contaner")).isEqualTo(ExitCode.BAD_INPUT);
    assertThat(err.toString()).contains("did you mean 'Terminal shell in container'?");
  }

  @Test
  void rulesCheckTellsEveryProblemWithItsPlace() throws IOException {
    Path rules = folder.resolve("mine.yaml");
    Files.writeString(
        rules,
        """
        - rule: one
          desc: d
          condition: proc.nam = sh
          output: o
          priority: warning
        - rule: two
          desc: d
          condition: proc.name = sh and
          output: o
          priority: shouting
        """);

    assertThat(run("rules", "check", rules.toString())).isEqualTo(ExitCode.BAD_INPUT);
    assertThat(out.toString())
        .containsPattern("mine\\.yaml:3:\\d+: .*proc\\.nam.*did you mean 'proc\\.name'")
        .containsPattern("mine\\.yaml:8:\\d+: ")
        .containsPattern("mine\\.yaml:10:\\d+: .*shouting");
  }

  @Test
  void shippedAndSamplePoliciesHaveNoProblemAndTheirTestsPass() {
    assertThat(run("policies", "check")).isZero();
    assertThat(out.toString()).endsWith("3 policies, 0 problems\n");
    assertThat(run("policies", "test")).isZero();
    assertThat(out.toString()).endsWith("5 tests, 0 failed\n");
    assertThat(run("policies", "test", "samples/policies")).isZero();
    assertThat(out.toString()).endsWith("2 tests, 0 failed\n");
  }

  @Test
  void policiesCheckTellsEveryProblemWithItsPlace() throws IOException {
    Path policies = folder.resolve("mine.yaml");
    Files.writeString(
        policies,
        """
        - policy: one
          match: {rules: [r]}
          actions: [quarantin, {notify: {webhook: ops}}]
          esle: [pause]
        """);
    assertThat(run("policies", "check", policies.toString())).isEqualTo(ExitCode.BAD_INPUT);
    assertThat(out.toString())
        .containsPattern("mine\\.yaml:3:\\d+: unknown action 'quarantin'; did you mean")
        .containsPattern("mine\\.yaml:3:\\d+: there is no webhook 'ops'; set its address")
        .containsPattern("mine\\.yaml:4:\\d+: unknown key 'esle' in a policy; did you mean 'else'")
        .endsWith("0 policies, 3 problems\n");
    out.getBuffer().setLength(0);
    assertThat(run("policies", "test", policies.toString())).isEqualTo(ExitCode.BAD_INPUT);
  }

  @Test
  void policiesTestSaysWhatWasExpectedAndWhatCame() throws IOException {
    Path policies = folder.resolve("mine.yaml");
    Files.writeString(
        policies,
        """
        - policy: one
          match: {rules: [r]}
          actions: [quarantine, {pause: {}, if: failed}]
        - tests:
            - title: it is paused
              alert: {rule: r}
              actions: [pause]
        """);
    assertThat(run("policies", "test", policies.toString())).isEqualTo(ExitCode.FINDINGS);
    assertThat(out.toString())
        .contains("mine.yaml:5:7: 'it is paused' failed")
        .contains("expected: pause verified")
        .contains("came:     quarantine verified")
        .endsWith("1 tests, 1 failed\n");
  }

  @Test
  void configurationProblemsAreToldAllAtOnce() throws IOException {
    Path config = folder.resolve("leukocyte.yaml");
    Files.writeString(config, "kafka:\n  bootstrp: x:1\nindexer:\n  retention: soon\n");

    assertThat(run("replay", RECORDING, "--config", config.toString()))
        .isEqualTo(ExitCode.BAD_INPUT);
    assertThat(err.toString())
        .contains("leukocyte.yaml:2:3: ")
        .contains("did you mean 'kafka.bootstrap'")
        .contains("leukocyte.yaml:4:");
  }

  @Test
  void dashboardsGoToKibanaWithTheUserOfTheSettingsAndTheCommandEnds() throws IOException {
    Path config =
        Files.writeString(
            folder.resolve("leukocyte.yaml"),
            "elasticsearch.username: shipper\nelasticsearch.password: word\n");
    List<String> asked = new ArrayList<>();
    HttpServer kibana =
        kibana(exchange -> {
          asked.add(exchange.getRequestURI() + " " + exchange.getRequestHeaders().get("Kbn-xsrf"));
          asked.add(exchange.getRequestHeaders().getFirst("Authorization"));
          byte[] answer = "{\"success\":true,\"successCount\":16}".getBytes(UTF_8);
          exchange.getRequestBody().readAllBytes();
          exchange.sendResponseHeaders(200, answer.length);
          exchange.getResponseBody().write(answer);
          exchange.close();
        });
    try {
      assertThat(install("/s/ops", kibana, config)).isEqualTo(ExitCode.FINE);
    } finally {
      kibana.stop(0);
    }
    assertThat(out.toString()).contains("Kibana took 16 objects");
    assertThat(asked)
        .containsExactly(
            "/s/ops/api/saved_objects/_import?overwrite=true [true]", "Basic c2hpcHBlcjp3b3Jk");
  }

  @Test
  void kibanaThatRefusesOrIsNoneIsToldInALine() throws IOException {
    Path config = Files.writeString(folder.resolve("leukocyte.yaml"), "");
    HttpServer kibana =
        kibana(exchange -> {
          exchange.getRequestBody().readAllBytes();
          exchange.sendResponseHeaders(401, -1);
          exchange.close();
        });
    try {
      assertThat(install("", kibana, config)).isEqualTo(ExitCode.ENVIRONMENT);
      assertThat(err.toString())
          .contains("Cannot install the dashboards")
          .contains("answered 401; set elasticsearch.username")
          .hasLineCount(1);
    } finally {
      kibana.stop(0);
    }
    assertThat(run("index", "--install-dashboards", "kibana:5601", "--config", config.toString()))
        .isEqualTo(ExitCode.BAD_INPUT);
    assertThat(err.toString()).contains("https://kibana:5601/s/NAME is expected");
  }

  private static HttpServer kibana(HttpHandler handler) throws IOException {
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 0), 0);
    server.createContext("/", handler);
    server.start();
    return server;
  }

  private int install(String path, HttpServer kibana, Path config) {
    String url = "http://127.0.0.1:" + kibana.getAddress().getPort() + path;
    return run("index", "--install-dashboards", url, "--config", config.toString());
  }

  @Test
  void releaseNeedsOneTarget() {
    assertThat(run("release", "--data", folder.toString())).isEqualTo(ExitCode.BAD_INPUT);
    assertThat(err.toString()).contains("--all");
  }

  @Test
  void missingFileIsBadInput() {
    assertThat(run("replay", "no-such-file")).isEqualTo(ExitCode.BAD_INPUT);
    assertThat(err.toString()).contains("no-such-file");
  }

  private List<JsonNode> alerts() throws IOException {
    List<JsonNode> alerts = new ArrayList<>();
    for (String line : out.toString().lines().toList()) {
      alerts.add(MAPPER.readTree(line));
    }
    return alerts;
  }

  private int run(String... args) {
    return Leuko.commandLine()
        .setOut(new PrintWriter(out, true))
        .setErr(new PrintWriter(err, true))
        .execute(args);
  }
}
