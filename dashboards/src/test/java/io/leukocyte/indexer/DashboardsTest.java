package io.leukocyte.indexer;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The files in {@code dashboards/kibana}; {@code -Dgolden=write} writes them anew. */
class DashboardsTest {
  private static final Path FOLDER = Path.of("kibana");

  static Set<String> ids() {
    return DashboardCatalogue.all().stream().map(Dashboard::id).collect(Collectors.toSet());
  }

  @Test
  void filesAreWhatTheGeneratorMakes() throws IOException {
    Map<String, String> made = Dashboards.files();
    if ("write".equals(System.getProperty("golden"))) {
      Files.createDirectories(FOLDER);
      for (Map.Entry<String, String> file : made.entrySet()) {
        Files.writeString(FOLDER.resolve(file.getKey()), file.getValue());
      }
    }
    for (Map.Entry<String, String> file : made.entrySet()) {
      assertThat(Files.readString(FOLDER.resolve(file.getKey())))
          .as("%s; run the test with -Dgolden=write", file.getKey())
          .isEqualTo(file.getValue());
    }
    try (Stream<Path> there = Files.list(FOLDER)) {
      assertThat(there.map(path -> path.getFileName().toString()).collect(Collectors.toSet()))
          .isEqualTo(made.keySet());
    }
  }

  @Test
  void kibanaWouldTakeEachFile() throws IOException {
    for (String name : Dashboards.files().keySet()) {
      String text = Files.readString(FOLDER.resolve(name));
      assertThat(DashboardValidator.problems(text, ids())).as(name).isEmpty();
    }
  }

  @Test
  void allInOneImportNeedNothingElseAndHaveNothingTwice() {
    String everything = Dashboards.everything();
    assertThat(DashboardValidator.problems(everything, Set.of())).isEmpty();
    assertThat(everything.lines()).doesNotHaveDuplicates();
    Set<String> ofFiles = new TreeSet<>();
    Dashboards.files().values().forEach(text -> ofFiles.addAll(text.lines().toList()));
    assertThat(new TreeSet<>(everything.lines().toList())).isEqualTo(ofFiles);
  }

  @Test
  void eachDashboardLinksToAllAndHasDocumentsToRead() {
    for (Dashboard dashboard : DashboardCatalogue.all()) {
      List<Panel> panels = dashboard.panels();
      assertThat(panels.getFirst())
          .isInstanceOfSatisfying(
              Panel.Note.class, note -> assertThat(note.markdown()).contains(ids()));
      assertThat(panels).as(dashboard.name()).hasAtLeastOneElementOfType(Panel.Documents.class);
    }
  }

  @Test
  void documentNamesEachDashboardFileAndSearch() throws IOException {
    String document = Files.readString(Path.of("../docs/dashboards.md"));
    for (Dashboard dashboard : DashboardCatalogue.all()) {
      assertThat(document).contains("`" + dashboard.name() + ".ndjson`");
      for (Panel panel : dashboard.panels()) {
        if (panel instanceof Panel.Documents documents) {
          assertThat(document).contains("`" + documents.search().title() + "`");
        }
      }
    }
  }
}
