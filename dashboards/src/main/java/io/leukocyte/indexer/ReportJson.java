package io.leukocyte.indexer;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Locale;

/** A report for programs: each panel as a table. */
final class ReportJson {
  private static final ObjectMapper MAPPER =
      JsonMapper.builder()
          .enable(SerializationFeature.INDENT_OUTPUT)
          .enable(JsonWriteFeature.ESCAPE_NON_ASCII)
          .build();

  private ReportJson() {}

  static String write(Report report) {
    ObjectNode root = MAPPER.createObjectNode();
    root.put("from", report.request().from().toString());
    root.put("to", report.request().to().toString());
    root.put("made", report.made().toString());
    report.request().host().ifPresent(host -> root.put("host", host));
    report.request().container().ifPresent(container -> root.put("container", container));
    ArrayNode sections = root.putArray("sections");
    report.sections().forEach(section -> section(section, sections.addObject()));
    ArrayNode problems = root.putArray("problems");
    report.problems().forEach(problems::add);
    try {
      return MAPPER.writeValueAsString(root) + "\n";
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("A tree could not be written", e);
    }
  }

  private static void section(Report.Section section, ObjectNode node) {
    node.put("id", section.id()).put("title", section.title());
    if (!section.container().isEmpty()) {
      node.put("container", section.container());
    }
    ArrayNode panels = node.putArray("panels");
    section.parts().forEach(part -> panel(part, panels.addObject()));
  }

  private static void panel(Report.Part part, ObjectNode node) {
    PanelAnswer answer = part.answer();
    node.put("id", part.panel().id()).put("title", part.panel().title());
    node.put("documents", answer.documents());
    if (!answer.problem().isEmpty()) {
      node.put("problem", answer.problem());
    }
    ArrayNode columns = node.putArray("columns");
    for (PanelAnswer.Heading heading : answer.headings()) {
      ObjectNode column = columns.addObject().put("label", heading.label());
      if (!heading.field().isEmpty()) {
        column.put("field", heading.field());
      }
      if (heading.unit() != Unit.NAME) {
        column.put("unit", heading.unit().name().toLowerCase(Locale.ROOT));
      }
    }
    ArrayNode rows = node.putArray("rows");
    for (List<Cell> row : answer.rows()) {
      ArrayNode cells = rows.addArray();
      row.forEach(cell -> add(cells, cell));
    }
  }

  private static void add(ArrayNode cells, Cell cell) {
    switch (cell) {
      case Cell.Text(String text) -> cells.add(text);
      case Cell.Figure(double value) -> {
        if (value == Math.rint(value) && Math.abs(value) < 1L << 53) {
          cells.add((long) value);
        } else {
          cells.add(value);
        }
      }
      case Cell.Moment(var time) -> cells.add(time.toString());
      case Cell.Nothing n -> cells.addNull();
    }
  }
}
