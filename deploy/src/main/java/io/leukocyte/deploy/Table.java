package io.leukocyte.deploy;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.leukocyte.events.Text;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** A list for people, in columns, and for programs, in JSON: the same cells. */
final class Table {
  /** How a list is printed. */
  enum Format {
    /** Columns. */
    TABLE,
    /** An array of objects. */
    JSON
  }

  private static final ObjectMapper MAPPER = new ObjectMapper();

  private final List<String> names;
  private final List<List<String>> rows = new ArrayList<>();

  /** An empty table with columns of these names, lower case. */
  Table(String... names) {
    this.names = List.of(names);
  }

  /** Adds a row of as many cells as there are columns. */
  void add(String... cells) {
    if (cells.length != names.size()) {
      throw new IllegalArgumentException(cells.length + " cells for " + names.size() + " columns");
    }
    rows.add(List.of(cells));
  }

  boolean isEmpty() {
    return rows.isEmpty();
  }

  void print(PrintWriter out, Format format) {
    switch (format) {
      case TABLE -> printColumns(out);
      case JSON -> out.println(json());
    }
    out.flush();
  }

  private void printColumns(PrintWriter out) {
    List<List<String>> all = new ArrayList<>();
    all.add(names.stream().map(n -> n.toUpperCase(Locale.ROOT)).toList());
    rows.forEach(row -> all.add(row.stream().map(Text::printable).toList()));
    for (List<String> row : all) {
      StringBuilder line = new StringBuilder();
      for (int i = 0; i < row.size(); i++) {
        int column = i;
        int width = all.stream().mapToInt(r -> r.get(column).length()).max().orElse(0);
        line.append(row.get(i)).repeat(' ', width - row.get(i).length() + 2);
      }
      out.println(line.toString().stripTrailing());
    }
  }

  private ArrayNode json() {
    ArrayNode array = MAPPER.createArrayNode();
    for (List<String> row : rows) {
      ObjectNode object = array.addObject();
      for (int i = 0; i < row.size(); i++) {
        object.put(names.get(i), row.get(i));
      }
    }
    return array;
  }
}
