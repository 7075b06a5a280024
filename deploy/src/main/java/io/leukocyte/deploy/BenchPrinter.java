package io.leukocyte.deploy;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.leukocyte.events.bench.Interval;
import io.leukocyte.events.bench.Machine;
import io.leukocyte.events.bench.Report;
import io.leukocyte.events.bench.Samples;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.util.Locale;

/** A bench's report, for people and for programs. */
final class BenchPrinter {
  private static final ObjectMapper MAPPER = new ObjectMapper();

  private BenchPrinter() {}

  /**
   * Prints a report.
   *
   * @param judge whether goals are told; a short form measured too little for that
   */
  static void print(Report report, boolean judge, Table.Format format, PrintWriter out) {
    switch (format) {
      case TABLE -> printTables(report, judge, out);
      case JSON -> out.println(json(report, judge));
    }
    out.flush();
  }

  private static void printTables(Report report, boolean judge, PrintWriter out) {
    out.println(report.machine());
    report.machine().warning().ifPresent(out::println);
    out.println();
    printFigures(report, out);
    printRatios(report, out);
    printCounts(report, out);
    if (judge) {
      printGoals(report, out);
    }
    report.notes().forEach(out::println);
  }

  private static void printFigures(Report report, PrintWriter out) {
    if (report.figures().isEmpty()) {
      return;
    }
    Table table = new Table("figure", "unit", "n", "median", "p90", "p99", "least", "most");
    for (Report.Figure figure : report.figures()) {
      Samples s = figure.samples();
      boolean many = s.size() >= 20;
      table.add(
          figure.name(),
          figure.unit(),
          Integer.toString(s.size()),
          number(s.median()),
          many ? number(s.percentile(0.9)) : "-",
          s.size() >= 100 ? number(s.percentile(0.99)) : "-",
          number(s.least()),
          number(s.most()));
    }
    table.print(out, Table.Format.TABLE);
    out.println();
  }

  private static void printRatios(Report report, PrintWriter out) {
    if (report.ratios().isEmpty()) {
      return;
    }
    Table table = new Table("ratio", "to", "pairs", "median", "interval", "coverage");
    for (Report.Ratio ratio : report.ratios()) {
      Interval interval = ratio.samples().medianInterval();
      table.add(
          ratio.name(),
          ratio.limit(),
          Integer.toString(ratio.samples().size()),
          fine(ratio.samples().median()),
          fine(interval.low()) + " to " + fine(interval.high()),
          String.format(Locale.ROOT, "%.0f %%", Math.floor(100 * interval.coverage())));
    }
    table.print(out, Table.Format.TABLE);
    out.println();
  }

  private static void printCounts(Report report, PrintWriter out) {
    if (report.counts().isEmpty()) {
      return;
    }
    Table table = new Table("count", "value");
    report
        .counts()
        .forEach(
            count -> table.add(count.name(), String.format(Locale.ROOT, "%,d", count.value())));
    table.print(out, Table.Format.TABLE);
    out.println();
  }

  private static void printGoals(Report report, PrintWriter out) {
    if (report.goals().isEmpty()) {
      return;
    }
    Table table = new Table("goal", "found", "asked", "");
    for (Report.Goal goal : report.goals()) {
      table.add(
          goal.name(),
          (number(goal.value()) + " " + goal.unit()).strip(),
          (side(goal.side()) + " " + number(goal.bound()) + " " + goal.unit()).strip(),
          goal.isMet() ? "met" : "MISSED");
    }
    table.print(out, Table.Format.TABLE);
    out.println();
  }

  private static String side(Report.Side side) {
    return switch (side) {
      case AT_MOST -> "at most";
      case AT_LEAST -> "at least";
    };
  }

  /** Three digits that matter, more for large numbers. */
  private static String number(double value) {
    double size = Math.abs(value);
    String form = size >= 100 ? "%,.0f" : size >= 10 ? "%.1f" : size >= 1 ? "%.2f" : "%.3f";
    return String.format(Locale.ROOT, form, value);
  }

  private static String fine(double ratio) {
    return ratio >= 100 ? number(ratio) : String.format(Locale.ROOT, "%.3f", ratio);
  }

  private static String json(Report report, boolean judge) {
    ObjectNode root = MAPPER.createObjectNode().put("bench", report.bench());
    root.put("short", !judge);
    root.set("machine", machine(report.machine()));
    ArrayNode figures = root.putArray("figures");
    report
        .figures()
        .forEach(figure ->
            figures.add(
                samples(figure.samples()).put("name", figure.name()).put("unit", figure.unit())));
    ArrayNode ratios = root.putArray("ratios");
    report
        .ratios()
        .forEach(ratio ->
            ratios.add(
                samples(ratio.samples()).put("name", ratio.name()).put("to", ratio.limit())));
    ArrayNode counts = root.putArray("counts");
    report
        .counts()
        .forEach(count -> counts.addObject().put("name", count.name()).put("value", count.value()));
    ArrayNode goals = root.putArray("goals");
    if (judge) {
      report.goals().forEach(goal -> goals.add(goal(goal)));
    }
    ArrayNode notes = root.putArray("notes");
    report.notes().forEach(notes::add);
    try {
      return MAPPER.writerWithDefaultPrettyPrinter().writeValueAsString(root);
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot write to memory", e);
    }
  }

  private static ObjectNode machine(Machine machine) {
    ObjectNode node = MAPPER.createObjectNode();
    node.put("cores", machine.cores()).put("processor", machine.processor());
    node.put("memory_mb", machine.memoryMegabytes()).put("kernel", machine.kernel());
    node.put("java", machine.jdk()).put("load", machine.load());
    machine.warning().ifPresent(warning -> node.put("warning", warning));
    return node;
  }

  private static ObjectNode samples(Samples samples) {
    Interval interval = samples.medianInterval();
    ObjectNode node = MAPPER.createObjectNode();
    node.put("n", samples.size()).put("median", samples.median());
    node.put("p90", samples.percentile(0.9)).put("p99", samples.percentile(0.99));
    node.put("least", samples.least()).put("most", samples.most());
    node.put("low", interval.low()).put("high", interval.high());
    return node.put("coverage", interval.coverage());
  }

  private static ObjectNode goal(Report.Goal goal) {
    ObjectNode node = MAPPER.createObjectNode().put("name", goal.name());
    node.put("value", goal.value()).put("side", side(goal.side())).put("bound", goal.bound());
    return node.put("unit", goal.unit()).put("met", goal.isMet());
  }
}
