package io.leukocyte.rules;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class ExplanationTest {
  private static final RuleBook BOOK =
      RuleBook.of(
          List.of(
              new RuleFile(
                  "a.yaml",
                  """
                  - list: writers
                    items: [vi, tee, dd, sed]
                  - macro: opened
                    condition: evt.type in (open, openat) and evt.is_open_write = true
                  - rule: write below etc
                    desc: d
                    output: o
                    priority: info
                    condition: >
                      opened and fd.name pmatch (/etc) and not tolower(proc.name) in (writers)
                    exceptions:
                      - {name: e, fields: [proc.pname, proc.name], values: [[apt, dpkg]]}
                  - rule: reader
                    desc: d
                    output: o
                    priority: info
                    condition: evt.type in (read, connect) and (proc.sname = x or opened)
                  - {rule: broken, desc: d, output: o, priority: info, condition: proc.nme = x}
                  """)));

  @Test
  void aRuleIsShownWithItsMacrosListsAndExceptionsAndWhereTheyStand() {
    Explanation explanation = BOOK.explain("write below etc").orElseThrow();
    assertThat(explanation.text())
        .containsExactly(
            "rule: write below etc (a.yaml:5:9)",
            "in force",
            "",
            "condition:",
            "  all of    # a.yaml:10:5",
            "    all of    # a.yaml:10:5",
            "      all of    # a.yaml:4:14, macro opened",
            "        evt.type in (open, openat)    # a.yaml:4:14, macro opened",
            "        evt.is_open_write = true    # a.yaml:4:45, macro opened",
            "      fd.name pmatch (/etc)    # a.yaml:10:16",
            "      not    # a.yaml:10:46",
            "        tolower(proc.name) in (vi, tee, dd, sed)    # a.yaml:10:46",
            "    not    # a.yaml:12:59",
            "      any of    # a.yaml:12:59",
            "        all of    # a.yaml:12:59",
            "          proc.pname = apt    # a.yaml:12:59",
            "          proc.name = dpkg    # a.yaml:12:59",
            "",
            "reads: evt.is_open_write evt.type fd.name proc.name proc.pname",
            "can match:",
            "  file.open (open openat): 7 comparisons of 6 places",
            "evaluated in stage 1: on the events of one host, in their order");
  }

  @Test
  void whatKeepsARuleFromWorkingIsAllThere() {
    Explanation explanation = BOOK.explain("reader").orElseThrow();
    assertThat(explanation.skipped()).isEqualTo("needs the field proc.sname");
    assertThat(explanation.lacks())
        .containsExactly("the event read (a.yaml:17:14)", "the field proc.sname (a.yaml:17:47)");
    assertThat(explanation.text()).contains("skipped: needs the field proc.sname");
  }

  @Test
  void aRuleThatIsWrongOrUnknownIsNotExplained() {
    assertThat(BOOK.explain("broken")).isEmpty();
    assertThat(BOOK.explain("nobody")).isEmpty();
    assertThat(BOOK.names()).containsExactly("write below etc", "reader", "broken");
  }
}
