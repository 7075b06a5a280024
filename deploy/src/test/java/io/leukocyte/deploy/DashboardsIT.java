package io.leukocyte.deploy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.leukocyte.indexer.DashboardNode;
import io.leukocyte.indexer.Report;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.elasticsearch.client.ResponseException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** What each panel of the dashboards asks, asked of a real node over the documents of a fixture. */
class DashboardsIT {
  private static final Path FOLDER = Path.of("../dashboards/kibana");
  private static final Path EXPECTED = Path.of("src/test/resources/dashboards.txt");

  private static final List<String> SECTIONS =
      List.of("containers", "egress", "web", "response", "vulnerabilities", "sensors", "logs");

  @TempDir static Path temporary;
  private static EmbeddedElasticsearch elasticsearch;
  private static DashboardNode node;
  private static ReportBrowser browser;

  @BeforeAll
  static void start() throws Exception {
    Files.setPosixFilePermissions(temporary, PosixFilePermissions.fromString("rwx--x--x"));
    EmbeddedElasticsearch.Settings settings =
        EmbeddedElasticsearch.Settings.defaults()
            .withPort(LoopbackPorts.free())
            .withAccess(Access.OPEN)
            .withShortLife(true);
    elasticsearch = EmbeddedElasticsearch.create(temporary.resolve("node"), settings);
    elasticsearch.start();
    node = new DashboardNode(elasticsearch.connection().url().toString());
    node.fill(FixtureIncidents.all());
    browser = ReportBrowser.start();
  }

  @AfterAll
  static void stop() {
    if (browser != null) {
      browser.close();
    }
    if (node != null) {
      node.close();
    }
    if (elasticsearch != null) {
      elasticsearch.close();
    }
  }

  /** What is expected was gone through by hand; {@code -Dgolden=write} writes what came. */
  @Test
  void eachPanelSaysWhatTheFixtureHolds() throws IOException {
    StringBuilder text = new StringBuilder();
    for (Map.Entry<String, String> file : files().entrySet()) {
      Map<String, List<String>> answers = node.answers(file.getValue());
      assertThat(empty(answers)).as(file.getKey()).isEmpty();
      text.append(DashboardNode.text(file.getKey(), answers));
    }
    if ("write".equals(System.getProperty("golden"))) {
      Files.writeString(EXPECTED, text);
    }
    assertThat(text.toString()).isEqualTo(Files.readString(EXPECTED));
  }

  /**
   * Two ways to the same answers: what Kibana reads of the files, and what a report asks itself.
   */
  @Test
  void reportSaysOfEachPanelWhatKibanaWouldShow() throws Exception {
    Report report = node.report(Optional.empty());
    assertThat(report.problems()).isEmpty();
    for (Map.Entry<String, String> file : files().entrySet()) {
      if (!file.getKey().equals("container")) {
        Map<String, List<String>> expected = node.answers(file.getValue());
        expected.keySet().removeIf(title -> title.startsWith("Control "));
        assertThat(DashboardNode.answers(report, file.getKey()))
            .as(file.getKey())
            .isEqualTo(expected);
      }
    }
  }

  /** Every chart is drawn, and every table stands there, with what the files' queries found. */
  @Test
  void pageShowsInABrowserWhatTheFixtureHolds() throws Exception {
    Path page = Path.of("target/report.html").toAbsolutePath();
    Files.writeString(page, node.report(Optional.empty()).html());
    assertThat(Files.readString(page)).contains(">1 alert</span>").doesNotContain(">1 alerts<");
    browser.show(page, 1360, 1200);
    Map<String, List<String>> shown = browser.panels();
    for (Map.Entry<String, String> file : files().entrySet()) {
      if (!file.getKey().equals("container")) {
        DashboardNode.shown(file.getValue(), node)
            .forEach((panel, lines) ->
                assertThat(shown.get(file.getKey() + "/" + panel))
                    .as(file.getKey() + "/" + panel)
                    .isEqualTo(lines));
      }
    }
    browser.openAll();
    assertThat(browser.panels().values())
        .allSatisfy(lines -> assertThat(lines).noneMatch(line -> line.endsWith("NOT DRAWN")));
    assertThat(browser.colours()).hasSizeGreaterThan(20).allMatch(colours -> colours > 3);
    assertThat(browser.value("performance.getEntriesByType('resource').length")).isEqualTo(0L);
    assertThat(browser.complaints()).isEmpty();
    browser.show(page, 800, 1000);
    assertThat((Long) browser.value("document.documentElement.scrollWidth - innerWidth"))
        .as("nothing is cut off at 800 pixels")
        .isLessThanOrEqualTo(0);
  }

  /** Kept with the documents; {@code -Dgolden=write} writes it there, and one of each section. */
  @Test
  void pictureIsTaken() throws Exception {
    Path page = Path.of("target/afternoon.html").toAbsolutePath();
    Files.writeString(page, node.afternoon().html());
    browser.show(page, 1360, 1500);
    boolean golden = "write".equals(System.getProperty("golden"));
    Path picture = Path.of(golden ? "../docs/images" : "target").resolve("report.png");
    browser.picture(picture);
    assertThat(Files.size(picture)).isBetween(30_000L, 600_000L);
    for (String section : golden ? SECTIONS : List.<String>of()) {
      browser.scrollTo(section);
      browser.picture(Path.of("target/report-" + section + ".png"));
    }
  }

  @Test
  void textsThatAreMarkupStayTextInABrowser() throws Exception {
    Path page = Path.of("target/hostile.html").toAbsolutePath();
    Files.writeString(page, node.hostileReport().html());
    browser.show(page, 1360, 1000);
    browser.openAll();
    assertThat(browser.value("document.title")).asString().startsWith("Leukocyte: security report");
    assertThat(browser.value("document.querySelectorAll('img, main script').length")).isEqualTo(0L);
    String seen = DashboardNode.hostileName().replace("\u202e", "\\u202e");
    assertThat(browser.value("document.querySelector('details.container strong').textContent"))
        .isEqualTo(seen);
    Map<String, List<String>> shown = browser.panels();
    assertThat(shown.get("overview/top-containers")).containsExactly(seen + " | 1 | 1 | 99");
    assertThat(shown.get("logs/lines-over-time")).containsExactly(seen + " | 10:00 | 1");
    assertThat(shown.get("logs/lines-newest-first"))
        .singleElement(InstanceOfAssertFactories.STRING)
        .endsWith(" | " + seen);
    assertThat(browser.complaints()).isEmpty();
  }

  @Test
  void commandWritesThePageAndTheTables() throws Exception {
    Path config = temporary.resolve("leukocyte.yaml");
    Files.writeString(
        config, "elasticsearch.url: " + elasticsearch.connection().url() + System.lineSeparator());
    Path page = temporary.resolve("report.html");
    String[] common = {"--config", config.toString(), "--since", "2026-11-28", "--until"};
    List<String> arguments = new ArrayList<>(List.of("report"));
    arguments.addAll(List.of(common));
    arguments.add("2026-11-29");
    CommandLine command = Leuko.commandLine();
    StringWriter out = new StringWriter();
    command.setOut(new PrintWriter(out)).setErr(new PrintWriter(new StringWriter()));
    List<String> html = new ArrayList<>(arguments);
    html.addAll(List.of("-o", page.toString()));
    assertThat(command.execute(html.toArray(String[]::new))).isZero();
    assertThat(Files.readString(page)).contains("7 alerts in 3 containers: 1 critical");
    assertThat(out.toString()).isEmpty();
    List<String> json = new ArrayList<>(arguments);
    json.addAll(List.of("--format", "json", "--container", "db", "--dashboard", "egress,logs"));
    assertThat(command.execute(json.toArray(String[]::new))).isZero();
    JsonNode report = new ObjectMapper().readTree(out.toString());
    assertThat(report.path("container").asText()).isEqualTo("db");
    assertThat(report.path("problems")).isEmpty();
    assertThat(report.at("/sections").findValuesAsText("id")).contains("egress", "logs");
    assertThat(report.at("/sections/0/panels/0/id").asText()).isEqualTo("alerts-of-egress");
    assertThat(report.at("/sections/0/panels/0/rows").toString()).isEqualTo("[[2]]");
  }

  @Test
  void rulesOfKibanasAlertingFindWhatTheFixtureHolds() throws IOException {
    Map<String, Integer> found = new TreeMap<>();
    try (Stream<Path> rules = Files.list(Path.of("../dashboards/kibana-rules"))) {
      for (Path rule : rules.toList()) {
        String name = rule.getFileName().toString().replaceAll("leukocyte-|\\.json", "");
        found.put(name, node.found(Files.readString(rule)));
      }
    }
    assertThat(found)
        .isEqualTo(
            Map.of(
                "critical-alert", 2,
                "host-silent", 1,
                "no-sensor", 5,
                "sensor-lost-events", 1,
                "action-failed", 1,
                "action-waits", 1,
                "critical-finding", 1));
  }

  @Test
  void panelThatFindsNothingIsNoticed() throws IOException {
    String overview = Files.readString(FOLDER.resolve("overview.ndjson"));
    String mutant = overview.replace("leukocyte.action.step:refused", "leukocyte.action.step:nein");
    assertThat(mutant).isNotEqualTo(overview);
    assertThat(empty(node.answers(mutant))).containsExactly("Actions refused");
    String field = overview.replace("threat.technique.id", "threat.technique.ids");
    assertThat(field).isNotEqualTo(overview);
    assertThat(empty(node.answers(field))).containsExactly("ATT&CK techniques");
  }

  @Test
  void nodeRefusesBucketsOfATextAndAQueryThatIsNone() throws IOException {
    String overview = Files.readString(FOLDER.resolve("overview.ndjson"));
    String text = overview.replace("threat.technique.id", "message");
    assertThatThrownBy(() -> node.answers(text)).isInstanceOf(ResponseException.class);
    String query = overview.replace("event.severity:[73 TO 99]", "event.severity:[73 TO");
    assertThat(query).isNotEqualTo(overview);
    assertThatThrownBy(() -> node.answers(query)).isInstanceOf(ResponseException.class);
  }

  /** Panels without a line, and those of which a figure or a column is nothing in every line. */
  private static Set<String> empty(Map<String, List<String>> answers) {
    Set<String> empty = new TreeSet<>();
    answers.forEach((title, lines) -> {
      boolean search = lines.stream().anyMatch(line -> line.startsWith("documents | "));
      boolean nothing =
          search
              ? lines.stream().anyMatch(line -> line.endsWith(" | 0"))
              : lines.stream().allMatch(line -> line.matches("(.* \\| )?[-0]"));
      if (nothing) {
        empty.add(title);
      }
    });
    return empty;
  }

  private static Map<String, String> files() throws IOException {
    Map<String, String> files = new TreeMap<>();
    try (Stream<Path> there = Files.list(FOLDER)) {
      for (Path file : there.toList()) {
        files.put(file.getFileName().toString().replace(".ndjson", ""), Files.readString(file));
      }
    }
    return files;
  }
}
