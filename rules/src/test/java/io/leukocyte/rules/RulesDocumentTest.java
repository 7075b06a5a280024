package io.leukocyte.rules;

import static org.assertj.core.api.Assertions.assertThat;

import io.leukocyte.events.Kind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** docs/rules.md says what the code does; {@code -Dgolden=write} writes the table anew. */
class RulesDocumentTest {
  private static final Path DOCUMENT = Path.of("../docs/rules.md");
  private static final String BEGIN = "<!-- fields -->\n";
  private static final String END = "\n<!-- /fields -->";

  @Test
  void theTableOfFieldsIsThatOfTheCode() throws IOException {
    if ("write".equals(System.getProperty("golden"))) {
      String document = Files.readString(DOCUMENT);
      int end = document.indexOf(END);
      Files.writeString(
          DOCUMENT,
          document.substring(0, document.indexOf(BEGIN))
              + table()
              + document.substring(end + END.length()));
    }
    assertThat(Files.readString(DOCUMENT)).contains(table());
  }

  @Test
  void everyEventTypeAndWhatIsNotEvaluatedYetIsNamed() throws IOException {
    String document = Files.readString(DOCUMENT);
    for (Kind kind : Kind.values()) {
      EventTypes.names(kind).forEach(name -> assertThat(document).contains("`" + name + "`"));
    }
    for (Operator operator : Operator.values()) {
      assertThat(document).contains(operator.text());
    }
  }

  /** The table as the document shows it. */
  private static String table() {
    return Fields.all().stream()
        .map(RulesDocumentTest::row)
        .collect(
            Collectors.joining(
                "\n", BEGIN + "| field | type | in events | value |\n|---|---|---|---|\n", END));
  }

  private static String row(Field field) {
    String argument =
        switch (field.argument()) {
          case NONE -> "";
          case INDEX -> "[i]";
          case KEY, NAME -> "[x]";
        };
    String kinds = kinds(EnumSet.copyOf(field.kinds()));
    return "| `%s%s` | %s | %s | %s |"
        .formatted(field.name(), argument, field.type().text(), kinds, field.description());
  }

  /** Names of kinds; those that have a process, and the system calls, by one word. */
  static String kinds(EnumSet<Kind> kinds) {
    if (kinds.equals(EnumSet.allOf(Kind.class))) {
      return "all";
    }
    EnumSet<Kind> left = EnumSet.copyOf(kinds);
    List<String> words = new ArrayList<>();
    take(left, Kind::hasProcess, "*process*", words);
    take(left, Kind::isSystemCall, "*call*", words);
    left.forEach(kind -> words.add(kind.text()));
    return String.join(", ", words);
  }

  private static void take(
      EnumSet<Kind> left, Predicate<Kind> which, String word, List<String> words) {
    List<Kind> all = Arrays.stream(Kind.values()).filter(which).toList();
    if (left.containsAll(all)) {
      left.removeAll(all);
      words.add(word);
    }
  }
}
