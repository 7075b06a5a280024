package io.leukocyte.indexer;

import io.leukocyte.events.Text;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/** Answers as tables of HTML, those of charts with the numbers that the script draws. */
final class ReportTable {
  private static final int LONGEST = 400;
  private static final int SHORT_ID = 12;
  private static final int LONGEST_WORD = 14;
  private static final int DIGITS = 6;
  private static final Pattern LONG_ID = Pattern.compile("[0-9a-f]{32,}");
  private static final Set<String> NAMED_COLOURS =
      Set.of(
          "critical",
          "high",
          "medium",
          "low",
          "applied",
          "verified",
          "undone",
          "failed",
          "refused",
          "skipped",
          "waiting",
          "intended",
          "2xx",
          "3xx",
          "4xx",
          "5xx",
          "blocked",
          "let through");
  private static final Map<String, String> WORDS =
      Map.ofEntries(
          Map.entry("emergency", "critical"),
          Map.entry("alert", "critical"),
          Map.entry("critical", "critical"),
          Map.entry("error", "high"),
          Map.entry("high", "high"),
          Map.entry("warning", "medium"),
          Map.entry("medium", "medium"),
          Map.entry("notice", "low"),
          Map.entry("informational", "low"),
          Map.entry("debug", "low"),
          Map.entry("low", "low"),
          Map.entry("applied", "good"),
          Map.entry("verified", "good"),
          Map.entry("done", "good"),
          Map.entry("failed", "bad"),
          Map.entry("refused", "warn"),
          Map.entry("waiting", "warn"),
          Map.entry("open", "warn"));
  private static final Set<String> WITH_BADGES =
      Set.of(
          "leukocyte.alert.priority",
          "leukocyte.action.step",
          "leukocyte.action.outcome",
          "log.level");

  private final Html page;
  private final ReportRequest request;
  private final Map<String, String> links;

  /**
   * A writer of tables.
   *
   * @param page what they are written to
   * @param request the report's, for times
   * @param links ids of the sections of containers, by their names
   */
  ReportTable(Html page, ReportRequest request, Map<String, String> links) {
    this.page = page;
    this.request = request;
    this.links = links;
  }

  /** The answer that is one number. */
  void number(PanelAnswer answer) {
    Cell cell = answer.rows().isEmpty() ? Cell.NOTHING : answer.rows().getFirst().getLast();
    if (cell instanceof Cell.Figure(double value)) {
      String text = ReportText.number(value, answer.headings().getLast().unit());
      page.element("p", text, "class", "figure", "data-value", raw(value));
    } else {
      page.element("p", "–", "class", "figure");
    }
  }

  /** Any other answer. */
  void of(Panel panel, PanelAnswer answer, String titleId) {
    switch (panel) {
      case Panel.Chart chart -> {
        switch (chart.look()) {
          case BARS ->
              chart(
                  answer.headings().size() > 3 ? "bars-of-figures" : "bars",
                  answer,
                  titleId,
                  () -> pivot(answer));
          case DONUT -> chart("donut", answer, titleId, () -> plain(answer, titleId));
          case TABLE -> scroll(titleId, () -> plain(answer, titleId));
          case NUMBER -> number(answer);
        }
      }
      case Panel.Documents d -> {
        scroll(titleId, () -> plain(answer, titleId));
        if (answer.documents() > answer.rows().size()) {
          page.element(
              "p",
              "The newest %d of %s."
                  .formatted(answer.rows().size(), ReportText.count(answer.documents())),
              "class",
              "quiet");
        }
      }
      case Panel.Note n -> {}
    }
  }

  private void scroll(String titleId, Runnable table) {
    page.open(
        "div", "class", "scroll", "tabindex", "0", "role", "group", "aria-labelledby", titleId);
    table.run();
    page.close("div");
  }

  /** A place for the picture, and the table that it is drawn of. */
  private void chart(String look, PanelAnswer answer, String titleId, Runnable table) {
    String unit = answer.headings().getLast().unit().name().toLowerCase(Locale.ROOT);
    page.open("div", "class", "chart", "data-look", look, "data-unit", unit);
    page.open("div", "class", "box", "hidden", "");
    page.open("canvas", "role", "img", "aria-labelledby", titleId).close("canvas").close("div");
    page.open("details", "class", "data", "open", "").element("summary", "Numbers");
    scroll(titleId, table);
    page.close("details").close("div");
  }

  /** Time downwards, a column for each value of the other bucket, or each figure; a row a bar. */
  private void pivot(PanelAnswer answer) {
    boolean split = !answer.headings().get(1).figure();
    int time = split ? 1 : 0;
    Set<String> series = new LinkedHashSet<>();
    Map<Instant, Map<String, Double>> values = new HashMap<>();
    for (List<Cell> row : answer.rows()) {
      if (!(row.get(time) instanceof Cell.Moment(Instant at))) {
        continue;
      }
      Map<String, Double> bar = values.computeIfAbsent(at, t -> new HashMap<>());
      for (int i = time + 1; i < row.size(); i++) {
        String name =
            split && row.getFirst() instanceof Cell.Text(String text)
                ? text
                : answer.headings().get(i).label();
        series.add(name);
        if (row.get(i) instanceof Cell.Figure(double value)) {
          bar.merge(name, value, Double::sum);
        }
      }
    }
    page.open("table").open("thead").open("tr").element("th", "Time", "scope", "col");
    for (String name : series) {
      page.element(
          "th", clipped(name), "scope", "col", "class", "num", "data-colour", colour(name));
    }
    page.close("tr").close("thead").open("tbody");
    Unit unit = answer.headings().getLast().unit();
    for (Instant bar : PanelQuery.bars(request.from(), request.to())) {
      Map<String, Double> at = values.getOrDefault(bar, Map.of());
      page.open("tr", "class", at.isEmpty() ? "gap" : "bar");
      page.element("th", ReportText.bar(bar, request.from(), request.to()), "scope", "row");
      for (String name : series) {
        double value = at.getOrDefault(name, 0.0);
        String text = value == 0 ? "" : ReportText.number(value, unit);
        page.element("td", text, "class", "num", "data-value", raw(value));
      }
      page.closeLine("tr");
    }
    page.close("tbody").close("table");
  }

  private static String colour(String name) {
    return NAMED_COLOURS.contains(name) ? name.replace(' ', '-') : "";
  }

  private void plain(PanelAnswer answer, String titleId) {
    List<PanelAnswer.Heading> headings = answer.headings();
    page.open("table", "aria-labelledby", titleId).open("thead").open("tr");
    for (int i = 0; i < headings.size(); i++) {
      String kind = isNumeric(headings.get(i)) ? "num" : "text w-" + longestWord(answer.rows(), i);
      page.element("th", headings.get(i).label(), "scope", "col", "class", kind);
    }
    page.close("tr").close("thead").open("tbody").markup("\n");
    int bars = barred(headings);
    double most = bars < 0 ? 0 : most(answer.rows(), bars);
    for (List<Cell> row : answer.rows()) {
      page.open("tr");
      for (int i = 0; i < row.size(); i++) {
        cell(headings.get(i), row.get(i), i == bars ? most : 0);
      }
      page.closeLine("tr");
    }
    page.close("tbody").close("table");
  }

  /** Characters of the longest word of a column that is not to be broken in two; 0 to 14. */
  private static int longestWord(List<List<Cell>> rows, int column) {
    int longest = 0;
    for (List<Cell> row : rows) {
      if (row.get(column) instanceof Cell.Text(String text)) {
        for (String word : text.split("\\s+", -1)) {
          longest = Math.max(longest, Math.min(word.length(), LONGEST_WORD));
        }
      }
    }
    return longest;
  }

  private static boolean isNumeric(PanelAnswer.Heading heading) {
    return heading.unit() != Unit.NAME && heading.unit() != Unit.SEVERITY;
  }

  /** The first column of figures, which gets bars; -1 when there is none. */
  private static int barred(List<PanelAnswer.Heading> headings) {
    for (int i = 0; i < headings.size(); i++) {
      if (headings.get(i).figure() && headings.get(i).unit() != Unit.SEVERITY) {
        return i;
      }
    }
    return -1;
  }

  private static double most(List<List<Cell>> rows, int column) {
    double most = 0;
    for (List<Cell> row : rows) {
      if (row.get(column) instanceof Cell.Figure(double value)) {
        most = Math.max(most, value);
      }
    }
    return most;
  }

  private void cell(PanelAnswer.Heading heading, Cell cell, double most) {
    switch (cell) {
      case Cell.Text(String text) -> text(heading, text);
      case Cell.Figure(double value) -> figure(heading, value, most);
      case Cell.Moment(Instant time) -> {
        page.open("td", "class", "time").open("time", "datetime", time.toString());
        page.text(ReportText.second(time)).close("time").close("td");
      }
      case Cell.Nothing n -> page.open("td").close("td");
    }
  }

  private void figure(PanelAnswer.Heading heading, double value, double most) {
    String text = ReportText.number(value, heading.unit());
    if (heading.unit() == Unit.SEVERITY) {
      page.open("td", "data-value", raw(value));
      page.element("span", text, "class", "badge " + WORDS.getOrDefault(text, "plain"));
      page.close("td");
      return;
    }
    page.open("td", "class", most > 0 ? "num with-bar" : "num", "data-value", raw(value));
    page.text(text);
    if (most > 0) {
      page.open(
          "svg",
          "class",
          "bar",
          "viewBox",
          "0 0 100 4",
          "preserveAspectRatio",
          "none",
          "aria-hidden",
          "true",
          "focusable",
          "false");
      double width = Math.max(1, 100 * value / most);
      page.open(
          "rect",
          "x",
          String.format(Locale.ROOT, "%.1f", 100 - width),
          "y",
          "0",
          "height",
          "4",
          "width",
          String.format(Locale.ROOT, "%.1f", width));
      page.close("rect").close("svg");
    }
    page.close("td");
  }

  private void text(PanelAnswer.Heading heading, String text) {
    String field = heading.field();
    List<String> classes = new ArrayList<>();
    classes.add("text");
    if (isCode(field)) {
      classes.add("code");
    }
    if (field.equals("message")) {
      classes.add("message");
    }
    if (LONG_ID.matcher(text).matches()) {
      page.open("td", "class", "text code", "data-value", text);
      page.element("abbr", text.substring(0, SHORT_ID), "title", text).close("td");
      return;
    }
    page.open("td", "class", String.join(" ", classes));
    String link = field.equals("container.name") ? links.get(text) : null;
    if (link != null) {
      page.element("a", clipped(text), "href", "#" + link);
    } else if (WITH_BADGES.contains(field)) {
      page.element("span", clipped(text), "class", "badge " + WORDS.getOrDefault(text, "plain"));
    } else {
      page.text(clipped(text));
    }
    if (text.length() > LONGEST) {
      page.markup(" ");
      page.element(
          "span", ReportText.count(text.length() - LONGEST) + " characters more", "class", "quiet");
    }
    page.close("td");
  }

  private static boolean isCode(String field) {
    return field.startsWith("process.")
        || field.startsWith("url.")
        || field.endsWith(".id")
        || field.endsWith(".ip")
        || field.endsWith(".address")
        || field.equals("message")
        || field.equals("user_agent.original");
  }

  private static String clipped(String text) {
    return Text.clip(text, LONGEST);
  }

  /** A number as the script reads it, without the noise of sums and shares. */
  private static String raw(double value) {
    return new BigDecimal(value)
        .setScale(DIGITS, RoundingMode.HALF_UP)
        .stripTrailingZeros()
        .toPlainString();
  }
}
