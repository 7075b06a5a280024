package io.leukocyte.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Each row of docs/reliability.md names the tests that hold it, and they are there. */
class ReliabilityDocumentTest {
  private static final Path ROOT = Path.of("..");
  private static final Pattern TEST =
      Pattern.compile("\\b([A-Z]\\w*(?:IT|Test))\\b(?:[#.]([a-z]\\w*))?");

  /** What a test class holds, by its name. */
  private static Map<String, String> tests() throws IOException {
    try (Stream<Path> modules = Files.list(ROOT)) {
      List<Path> folders =
          modules
              .map(module -> module.resolve("src/test/java"))
              .filter(Files::isDirectory)
              .toList();
      List<Path> files = new ArrayList<>();
      for (Path folder : folders) {
        try (Stream<Path> found = Files.walk(folder)) {
          found.filter(file -> TEST.matcher(nameOf(file)).matches()).forEach(files::add);
        }
      }
      return files.stream()
          .collect(
              Collectors.toMap(
                  ReliabilityDocumentTest::nameOf,
                  ReliabilityDocumentTest::text,
                  (one, other) -> one + other));
    }
  }

  private static String nameOf(Path file) {
    return file.getFileName().toString().replace(".java", "");
  }

  private static String text(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new AssertionError(file.toString(), e);
    }
  }

  /** The rows of tables about faults; the last cell is that of the test. */
  private static List<String> rows() throws IOException {
    return Files.readAllLines(ROOT.resolve("docs/reliability.md")).stream()
        .filter(line -> line.startsWith("| ") && !line.startsWith("| fault |"))
        .toList();
  }

  private static String lastCell(String row) {
    String[] cells = row.strip().split("\\|", -1);
    return cells[cells.length - 2];
  }

  @Test
  void eachRowNamesATestThatIsThere() throws IOException {
    Map<String, String> tests = tests();
    List<String> rows = rows();
    List<String> wrong = new ArrayList<>();
    for (String row : rows) {
      Matcher named = TEST.matcher(lastCell(row));
      boolean any = false;
      while (named.find()) {
        any = true;
        String source = tests.getOrDefault(named.group(1), "");
        String method = named.group(2);
        if (source.isEmpty() || (method != null && !source.contains(" void " + method + "("))) {
          wrong.add(named.group() + " in: " + row);
        }
      }
      if (!any) {
        wrong.add("no test in: " + row);
      }
    }

    assertThat(rows).hasSizeGreaterThan(100);
    assertThat(wrong).isEmpty();
  }
}
