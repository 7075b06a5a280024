package io.leukocyte.indexer;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.StringJoiner;

/**
 * A report as one page of HTML: style, script and the library of charts are in it, and its policy
 * lets a browser load nothing. Everything can be read in tables; the script draws charts of them.
 */
final class ReportPage {
  private static final List<String> SEVERITIES = List.of("critical", "high", "medium", "low");
  private static final String LOGO =
      """
      <svg class="logo" viewBox="0 0 48 48" aria-hidden="true" focusable="false">\
      <circle cx="24" cy="24" r="21" fill="none" stroke="currentColor" stroke-width="3"/>\
      <path d="M15 25c-1-7 5-12 11-11 5 1 4 6 8 9 3 3 1 9-4 11-6 3-14-1-15-9z" fill="currentColor"/>\
      </svg>\
      """;

  private final Report report;
  private final Map<String, String> links;
  private final Html page = new Html();

  ReportPage(Report report) {
    this.report = report;
    this.links = report.links();
  }

  /** The whole page. */
  String write() {
    String style = ReportAssets.style();
    String library = ReportAssets.library();
    String script = ReportAssets.script();
    page.markup("<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n");
    page.open(
        "meta",
        "http-equiv",
        "Content-Security-Policy",
        "content",
        "default-src 'none'; base-uri 'none'; form-action 'none'; style-src %s; script-src %s %s"
            .formatted(
                ReportAssets.hash(style), ReportAssets.hash(library), ReportAssets.hash(script)));
    page.markup("\n<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n");
    page.markup("<meta name=\"color-scheme\" content=\"light dark\">\n");
    page.markup("<meta name=\"referrer\" content=\"no-referrer\">\n");
    page.element("title", "Leukocyte: security report, " + period());
    page.markup("\n<style>").markup(style).markup("</style>\n</head>\n<body>\n");
    page.markup("<a class=\"skip\" href=\"#main\">Skip to the report</a>\n");
    head();
    page.markup("<div class=\"page\">\n");
    navigation();
    page.markup("<main id=\"main\" tabindex=\"-1\">\n");
    problems();
    summary();
    sections();
    page.markup("</main>\n</div>\n");
    foot();
    page.markup("<script>").markup(library).markup("</script>\n");
    page.markup("<script>").markup(script).markup("</script>\n</body>\n</html>\n");
    return page.toString();
  }

  private String period() {
    ReportRequest request = report.request();
    return ReportText.minute(request.from()) + " to " + ReportText.minute(request.to()) + " UTC";
  }

  private void head() {
    ReportRequest request = report.request();
    page.markup("<header class=\"top\">\n").markup(LOGO);
    page.markup(
        "<div class=\"name\"><p class=\"brand\">Leukocyte</p><h1>Security report</h1></div>\n");
    page.markup("<dl class=\"facts\">");
    fact("Period", period());
    fact("Length", ReportText.length(request.length()));
    request.host().ifPresent(host -> fact("Host", host));
    request.container().ifPresent(container -> fact("Container", container));
    fact("Made", ReportText.minute(report.made()) + " UTC");
    page.markup("</dl>\n</header>\n");
  }

  private void fact(String name, String value) {
    page.open("div").element("dt", name).element("dd", value).close("div");
  }

  private void navigation() {
    page.markup("<nav aria-label=\"Sections\">\n<ul>\n");
    boolean containers = false;
    for (Report.Section section : report.sections()) {
      if (section.container().isEmpty()) {
        entry(section.id(), section.title(), firstFigure(section));
      } else if (!containers) {
        containers = true;
        entry("containers", "Containers", ReportText.count(report.containers()));
      }
    }
    page.markup("</ul>\n</nav>\n");
  }

  private void entry(String id, String title, String count) {
    page.open("li").open("a", "href", "#" + id).text(title).markup(" ");
    page.element("span", count, "class", "count").close("a").closeLine("li");
  }

  /** What the first panel of a section counts. */
  private static String firstFigure(Report.Section section) {
    for (Report.Part part : section.parts()) {
      PanelAnswer answer = part.answer();
      if (!answer.rows().isEmpty()
          && answer.rows().getFirst().getFirst() instanceof Cell.Figure(double value)) {
        return ReportText.number(value, answer.headings().getFirst().unit());
      }
    }
    return "";
  }

  private void problems() {
    List<String> problems = report.problems();
    if (problems.isEmpty()) {
      return;
    }
    page.markup("<section class=\"problems\" aria-labelledby=\"problems\">");
    page.element("h2", "This report is not complete", "id", "problems").open("ul");
    problems.forEach(problem -> page.element("li", problem));
    page.close("ul").closeLine("section");
  }

  private void summary() {
    if (!report.request().dashboards().contains("overview")) {
      return;
    }
    PanelAnswer answer = report.answer("overview", "alerts-over-time-by-severity");
    Map<String, Long> severities = Report.totals(answer);
    long alerts = severities.values().stream().mapToLong(Long::longValue).sum();
    page.markup("<section class=\"summary\" aria-labelledby=\"summary\">");
    if (answer.problem().isEmpty()) {
      page.element("h2", verdict(alerts, severities), "id", "summary");
      if (alerts > 0) {
        stripe(severities, alerts);
      }
    } else {
      page.element("h2", "How many alerts there were is not known", "id", "summary");
    }
    page.element("p", response()).closeLine("section");
  }

  private String verdict(long alerts, Map<String, Long> severities) {
    if (alerts == 0) {
      return "No alerts in " + ReportText.length(report.request().length());
    }
    StringJoiner parts = new StringJoiner(", ");
    for (String severity : SEVERITIES) {
      long number = severities.getOrDefault(severity, 0L);
      if (number > 0) {
        parts.add(ReportText.count(number) + " " + severity);
      }
    }
    long containers =
        Math.round(ReportReader.figure(report.answer("overview", "containers-with-alerts")));
    return "%s in %s: %s"
        .formatted(
            ReportText.counted(alerts, "alert"),
            ReportText.counted(containers, "container"),
            parts);
  }

  /** The severities' shares of the alerts as one bar. */
  private void stripe(Map<String, Long> severities, long alerts) {
    page.markup("<svg class=\"stripe\" viewBox=\"0 0 1000 10\" preserveAspectRatio=\"none\"");
    page.markup(" aria-hidden=\"true\" focusable=\"false\">");
    double x = 0;
    for (String severity : SEVERITIES) {
      double width = 1000.0 * severities.getOrDefault(severity, 0L) / alerts;
      rect(x, width, "fill-" + severity);
      x += width;
    }
    page.close("svg");
  }

  private void rect(double x, double width, String look) {
    page.open(
        "rect", "class", look, "x", plain(x), "y", "0", "height", "10", "width", plain(width));
    page.close("rect");
  }

  private static String plain(double value) {
    return String.format(Locale.ROOT, "%.2f", value);
  }

  private String response() {
    PanelAnswer answer = report.answer("overview", "actions-over-time-by-step");
    Map<String, Long> steps = Report.totals(answer);
    if (!answer.problem().isEmpty()) {
      return "What was done is not known.";
    }
    if (steps.isEmpty()) {
      return "No action was taken, asked for or refused.";
    }
    StringJoiner parts = new StringJoiner(", ", "What was done: ", ".");
    parts.setEmptyValue("Actions changed nothing.");
    steps(parts, steps, "applied", "change made", "changes made");
    steps(parts, steps, "undone", "taken back", "taken back");
    steps(parts, steps, "waiting", "waited for somebody", "waited for somebody");
    steps(parts, steps, "refused", "refused by a guard", "refused by guards");
    steps(parts, steps, "failed", "failed", "failed");
    return parts.toString();
  }

  private static void steps(
      StringJoiner parts, Map<String, Long> steps, String step, String one, String many) {
    long number = steps.getOrDefault(step, 0L);
    if (number > 0) {
      parts.add(ReportText.count(number) + " " + (number == 1 ? one : many));
    }
  }

  private void sections() {
    boolean containers = false;
    for (Report.Section section : report.sections()) {
      boolean one = !section.container().isEmpty();
      if (one && !containers) {
        page.open("section", "id", "containers", "aria-labelledby", "h-containers");
        page.element("h2", "Containers", "id", "h-containers");
        page.element("p", which(), "class", "lead").markup("\n");
      } else if (!one && containers) {
        page.closeLine("section");
      }
      containers = one;
      if (one) {
        container(section);
      } else {
        dashboard(section);
      }
    }
    if (containers) {
      page.closeLine("section");
    }
  }

  private String which() {
    long shown = links.size();
    return shown < report.containers()
        ? "The %d with the most alerts of %s with an alert."
            .formatted(shown, ReportText.counted(report.containers(), "container"))
        : "Each container with an alert: its alerts, what was done to it, and its log.";
  }

  private void dashboard(Report.Section section) {
    String heading = "h-" + section.id();
    page.open("section", "id", section.id(), "aria-labelledby", heading);
    page.element("h2", section.title(), "id", heading);
    page.element("p", section.description(), "class", "lead").markup("\n");
    panels(section);
    page.closeLine("section");
  }

  private void container(Report.Section section) {
    page.open("details", "class", "container").open("summary");
    page.element("strong", section.container()).markup(" ");
    String alerts = firstFigure(section);
    page.element("span", alerts + (alerts.equals("1") ? " alert" : " alerts"), "class", "quiet");
    page.close("summary");
    page.open("div", "id", section.id());
    panels(section);
    page.close("div").closeLine("details");
  }

  private void panels(Report.Section section) {
    if (section.isEmpty()) {
      page.element("p", "Nothing in this period.", "class", "empty card");
      return;
    }
    for (List<Report.Part> row : section.rows()) {
      boolean numbers =
          row.stream()
              .allMatch(part ->
                  part.panel() instanceof Panel.Chart chart && chart.look() == Panel.Look.NUMBER);
      page.open("div", "class", (numbers ? "row numbers n-" : "row of-") + row.size()).markup("\n");
      row.forEach(part -> panel(section, part));
      page.closeLine("div");
    }
  }

  private void panel(Report.Section section, Report.Part part) {
    String id = section.id() + "-" + part.panel().id();
    PanelAnswer answer = part.answer();
    String look =
        switch (part.panel()) {
          case Panel.Chart chart -> chart.look().name().toLowerCase(Locale.ROOT);
          case Panel.Documents d -> "documents";
          case Panel.Note n -> "note";
        };
    page.open(
        "article",
        "class",
        "card " + look,
        "id",
        "p-" + id,
        "data-panel",
        section.id() + "/" + part.panel().id(),
        "aria-labelledby",
        "t-" + id);
    page.element("h3", part.panel().title(), "id", "t-" + id);
    if (!answer.problem().isEmpty()) {
      page.element("p", answer.problem(), "class", "problem");
    }
    ReportTable table = new ReportTable(page, report.request(), links);
    if (part.panel() instanceof Panel.Chart chart && chart.look() == Panel.Look.NUMBER) {
      table.number(answer);
    } else if (answer.rows().isEmpty()) {
      page.element("p", nothing(part.panel()), "class", "empty");
    } else {
      table.of(part.panel(), answer, "t-" + id);
    }
    page.closeLine("article");
  }

  private static String nothing(Panel panel) {
    DataView view =
        switch (panel) {
          case Panel.Chart chart -> chart.view();
          case Panel.Documents documents -> documents.search().view();
          case Panel.Note n -> DataView.ALL;
        };
    return "No " + view.things() + " in this period.";
  }

  private void foot() {
    page.markup("<footer>");
    page.element(
        "p",
        "Times are UTC; a bar stands for %s. Numbers of different values are close, not exact, when"
                .formatted(ReportText.length(PanelQuery.interval(report.request().length())))
            + " they are many. The panels and their queries are those of the Kibana dashboards.");
    page.markup("</footer>\n");
  }
}
