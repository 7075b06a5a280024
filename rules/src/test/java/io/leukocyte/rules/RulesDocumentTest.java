package io.leukocyte.rules;

import static org.assertj.core.api.Assertions.assertThat;

import io.leukocyte.events.Kind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** docs/rules.md says what the code does. */
class RulesDocumentTest {
  private static final Path DOCUMENT = Path.of("../docs/rules.md");

  @Test
  void theTableOfFieldsIsThatOfTheCode() throws IOException {
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
                "\n",
                "<!-- fields -->\n| field | type | in events | value |\n|---|---|---|---|\n",
                "\n<!-- /fields -->"));
  }

  private static String row(Field field) {
    String argument =
        switch (field.argument()) {
          case NONE -> "";
          case INDEX -> "[i]";
          case KEY -> "[x]";
        };
    String kinds =
        field.kinds().equals(EnumSet.allOf(Kind.class))
            ? "all"
            : field.kinds().stream().map(Kind::text).collect(Collectors.joining(", "));
    return "| `%s%s` | %s | %s | %s |"
        .formatted(field.name(), argument, field.type().text(), kinds, field.description());
  }
}
