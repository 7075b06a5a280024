package io.leukocyte.indexer;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The page by itself; {@code DashboardsIT} of deploy shows it in a browser. */
class ReportPageTest {
  private static final Instant FROM = Instant.parse("2026-11-27T10:00:00Z");
  private static final Instant TO = Instant.parse("2026-11-28T10:00:00Z");
  private static final String EVIL =
      "</script></td><img src=x onerror=alert(1)>\"' style=x <!-- \u202e http://203.0.113.9/";
  private static final Pattern TAG = Pattern.compile("<(/?)([a-z][a-z0-9]*)([^>]*)>");
  private static final Set<String> VOID = Set.of("meta", "br");

  private static Report report(boolean filled) {
    ReportRequest request =
        new ReportRequest(FROM, TO, Optional.of(EVIL), Optional.of(EVIL), List.of());
    List<Report.Section> sections = new ArrayList<>();
    for (Dashboard dashboard : DashboardCatalogue.all()) {
      List<List<Report.Part>> rows = new ArrayList<>();
      for (Dashboard.Row row : dashboard.rows()) {
        rows.add(row.panels().stream().map(panel -> part(panel, filled)).toList());
      }
      String container = dashboard.name().equals("container") ? EVIL : "";
      sections.add(
          new Report.Section(
              dashboard.name(), Report.title(dashboard), dashboard.description(), container, rows));
    }
    return new Report(request, TO, sections, 1, "");
  }

  private static Report.Part part(Panel panel, boolean filled) {
    PanelAnswer answer =
        switch (panel) {
          case Panel.Chart chart -> answer(chart, filled);
          case Panel.Documents documents -> answer(documents.search(), filled);
          case Panel.Note n -> new PanelAnswer(List.of(), List.of(), 0, "");
        };
    return new Report.Part(panel, answer);
  }

  private static PanelAnswer answer(Panel.Chart chart, boolean filled) {
    List<PanelAnswer.Heading> headings = new ArrayList<>();
    List<Cell> row = new ArrayList<>();
    for (Column column : chart.columns()) {
      headings.add(
          new PanelAnswer.Heading(
              column.label(),
              column instanceof Column.Terms terms ? terms.field() : "",
              Unit.of(column),
              !column.isBucket()));
      row.add(
          column instanceof Column.Time
              ? new Cell.Moment(FROM)
              : column.isBucket() ? new Cell.Text(EVIL) : new Cell.Figure(2_500));
    }
    return new PanelAnswer(headings, filled ? List.of(row) : List.of(), filled ? 1 : 0, "");
  }

  private static PanelAnswer answer(SavedSearch search, boolean filled) {
    List<PanelAnswer.Heading> headings = new ArrayList<>();
    headings.add(new PanelAnswer.Heading("Time", "@timestamp", Unit.NAME, false));
    List<Cell> row = new ArrayList<>();
    row.add(new Cell.Moment(FROM));
    for (String field : search.columns()) {
      headings.add(new PanelAnswer.Heading(FieldLabels.of(field), field, Unit.of(field), false));
      row.add(new Cell.Text(EVIL.repeat(20)));
    }
    return new PanelAnswer(headings, filled ? List.of(row) : List.of(), filled ? 90 : 0, "");
  }

  /** The page without its style and scripts. */
  private static String body(String page) {
    return page.replaceAll("(?s)<(style|script)>.*?</\\1>", "");
  }

  @Test
  void textOfOthersIsNowhereMarkup() {
    String body = body(report(true).html());
    assertThat(body).doesNotContain("<img", "<script", "<!--", "\u202e");
    assertThat(body).contains("&lt;/script&gt;&lt;/td&gt;&lt;img src=x onerror=alert(1)&gt;");
    assertThat(body).matches("[\\x09\\x0a\\x20-\\x7e]*");
  }

  @Test
  void everyElementIsClosedWhereItBegan() {
    Deque<String> open = new ArrayDeque<>();
    Matcher tag = TAG.matcher(body(report(true).html()));
    Set<String> ids = new HashSet<>();
    while (tag.find()) {
      String name = tag.group(2);
      Matcher id = Pattern.compile(" id=\"([^\"]*)\"").matcher(tag.group(3));
      if (id.find()) {
        assertThat(ids.add(id.group(1))).as("id %s stands once", id.group(1)).isTrue();
      }
      if (tag.group(3).endsWith("/") || VOID.contains(name)) {
        continue;
      }
      if (tag.group(1).isEmpty()) {
        open.push(name);
      } else {
        assertThat(open.pop()).as("at %s", tag.start()).isEqualTo(name);
      }
    }
    assertThat(open).isEmpty();
    Matcher link = Pattern.compile("href=\"#([^\"]*)\"").matcher(report(true).html());
    while (link.find()) {
      assertThat(ids).contains(link.group(1));
    }
    assertThat(ids).hasSizeGreaterThan(100);
  }

  @Test
  void pageAsksNobodyForAnythingAndItsPolicyForbidsIt() {
    String page = report(true).html();
    assertThat(page).contains("default-src &#39;none&#39;; base-uri &#39;none&#39;");
    assertThat(body(page)).doesNotContain(" src=\"", " srcset", "url(", "@import");
    assertThat(body(page).replaceAll("href=\"#[^\"]*\"", "")).doesNotContain("href=");
    assertThat(ReportAssets.style() + ReportAssets.script())
        .doesNotContain("http:", "https:", "url(", "@import", "fetch(", "import(");
    assertThat(ReportAssets.library())
        .startsWith("/*!\n * Chart.js")
        .contains("MIT License")
        .doesNotContain("sourceMappingURL");
    Matcher inline = Pattern.compile("(?s)<(style|script)>(.*?)</\\1>").matcher(page);
    int found = 0;
    while (inline.find()) {
      found++;
      assertThat(page).contains(Html.escaped(ReportAssets.hash(inline.group(2))));
    }
    assertThat(found).isEqualTo(3);
    assertThat(body(page)).as("the policy takes none").doesNotContain(" style=\"", " onclick=");
  }

  @Test
  void nothingFoundIsSaidInWords() {
    String body = body(report(false).html());
    assertThat(body).contains("No alerts in 24 hours", "No action was taken");
    assertThat(body).contains("Nothing in this period.");
    assertThat(body).doesNotContain("<table", "<canvas");
  }

  @Test
  void everyPanelHasItsPlaceAndEachTableItsNumbers() {
    String page = report(true).html();
    for (Dashboard dashboard : DashboardCatalogue.all()) {
      for (Panel panel : dashboard.panels()) {
        assertThat(page).contains("data-panel=\"" + dashboard.name() + "/" + panel.id() + "\"");
      }
    }
    assertThat(page).contains("The newest 1 of 90.");
    int charts = page.split("<canvas ", -1).length;
    assertThat(page.split("<details class=\"data\" open=\"\">.{0,200}<table", -1))
        .as("what is drawn is there without a script, too")
        .hasSize(charts);
    assertThat(charts).isGreaterThan(20);
  }

  @Test
  void whatCouldNotBeAskedIsSaidOnTop() {
    Report whole = report(true);
    Report.Section first = whole.sections().getFirst();
    Panel panel = first.parts().getLast().panel();
    Report.Section broken =
        new Report.Section(
            first.id(),
            first.title(),
            "",
            "",
            List.of(List.of(new Report.Part(panel, PanelAnswer.failed("no such <field>")))));
    Report report = new Report(whole.request(), TO, List.of(broken), 0, "too busy");
    assertThat(report.problems())
        .containsExactly("Containers: too busy", "Overview, Latest alerts: no such <field>");
    assertThat(report.html())
        .contains("How many alerts there were is not known", "What was done is not known.");
    assertThat(report.html()).contains("This report is not complete", "no such &lt;field&gt;");
    assertThat(report.json()).contains("\"problem\" : \"no such <field>\"");
  }

  @ParameterizedTest
  @CsvSource({
    "1234567, COUNT, '1,234,567'",
    "12.5, COUNT, 12.5",
    "0, RATE, 0.0/s",
    "0.0001, RATE, <0.001/s",
    "0.0278, RATE, 0.028/s",
    "12.34, RATE, 12.3/s",
    "1234.6, RATE, '1,235/s'",
    "999, BYTES, 999 B",
    "999999, BYTES, 1.0 MB",
    "5000000, BYTES, 5.0 MB",
    "123456789, BYTES, 123 MB",
    "0, BYTES, 0 B",
    "1500000, NANOS, 1.5 ms",
    "250000000, NANOS, 250 ms",
    "1500000000, NANOS, 1.5 s",
    "3600000000000, NANOS, 1 hour",
    "99, SEVERITY, critical",
    "47, SEVERITY, medium",
    "33, SEVERITY, 33",
  })
  void numbersAreWrittenWithTheirUnits(double value, Unit unit, String text) {
    assertThat(ReportText.number(value, unit)).isEqualTo(text);
  }
}
