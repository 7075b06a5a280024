package io.leukocyte.deploy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.leukocyte.indexer.DashboardNode;
import io.leukocyte.indexer.Report;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.elasticsearch.client.ResponseException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What each panel of the dashboards asks, asked of a real node over the documents of a fixture. */
class DashboardsIT {
  private static final Path FOLDER = Path.of("../dashboards/kibana");
  private static final Path EXPECTED = Path.of("src/test/resources/dashboards.txt");

  @TempDir static Path temporary;
  private static EmbeddedElasticsearch elasticsearch;
  private static DashboardNode node;

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
    node.fill();
  }

  @AfterAll
  static void stop() {
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

  /** Two ways to the same answers: what Kibana reads of the files, and what a report asks itself. */
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
    try (ReportBrowser browser = ReportBrowser.start()) {
      browser.show(page, 1360, 1200);
      Map<String, List<String>> shown = browser.panels();
      for (Map.Entry<String, String> file : files().entrySet()) {
        if (!file.getKey().equals("container")) {
          Map<String, List<String>> expected = DashboardNode.shown(file.getValue(), node);
          expected.forEach((panel, lines) ->
              assertThat(shown.get(file.getKey() + "/" + panel))
                  .as(file.getKey() + "/" + panel)
                  .isEqualTo(lines));
        }
      }
      browser.openAll();
      assertThat(browser.panels().values()).allSatisfy(lines -> assertThat(lines).noneMatch(line -> line.endsWith("NOT DRAWN")));
      assertThat(browser.colours()).hasSizeGreaterThan(10).allMatch(colours -> colours > 3);
      assertThat(browser.value("performance.getEntriesByType('resource').length")).isEqualTo(0L);
      assertThat(browser.complaints()).isEmpty();
      for (String section : List.of("overview", "egress", "web", "response", "logs", "containers")) {
        browser.value("document.getElementById('" + section + "').scrollIntoView({behavior: 'instant'}) || 1");
        browser.picture(Path.of("target/report-" + section + ".png"));
      }
    }
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
