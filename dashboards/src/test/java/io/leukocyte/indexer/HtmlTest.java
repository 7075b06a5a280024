package io.leukocyte.indexer;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class HtmlTest {
  @ParameterizedTest
  @CsvSource(
      quoteCharacter = '\0',
      delimiter = '|',
      value = {
        "</script>|&lt;/script&gt;",
        "a & b|a &amp; b",
        "\"'|&quot;&#39;",
        "<!-- --|&lt;!-- --",
        "&lt;|&amp;lt;",
        "caf\u00e9 \ud83d\udc33|caf&#233; &#128051;",
        "a\u202eb|a\\u202eb",
        "a\u200db|a\\u200db",
        "a\u0007b\u0085|a\\x07b\\x85",
        "half \ud83d|half \\ud83d",
      })
  void textStaysText(String text, String escaped) {
    assertThat(Html.escaped(text)).isEqualTo(escaped);
  }

  @Test
  void linesAndTabsAreKept() {
    assertThat(Html.escaped("a\n\tb")).isEqualTo("a\n\tb");
  }

  @Test
  void everyCharacterIsWrittenInAsciiWithoutMarkup() {
    for (int c = 0; c <= Character.MAX_CODE_POINT; c++) {
      String escaped = Html.escaped(new String(Character.toChars(c)));
      if (!escaped.matches("[\\x09\\x0a\\x20-\\x7e&&[^<>\"']]+")) {
        assertThat(escaped).as("U+%04x", c).isEmpty();
      }
    }
  }

  @Test
  void attributesCannotBeLeft() {
    String page = new Html().open("a", "title", "x\" onclick=\"alert(1)").close("a").toString();
    assertThat(page).isEqualTo("<a title=\"x&quot; onclick=&quot;alert(1)\"></a>");
  }
}
