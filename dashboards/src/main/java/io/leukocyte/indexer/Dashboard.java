package io.leukocyte.indexer;

import java.util.List;

/**
 * A dashboard, as rows of panels from top to bottom.
 *
 * @param name the file's, and the end of the saved object's id
 * @param title what Kibana shows in its list
 * @param description what it is for
 * @param controls what is chosen at its top, in this order
 * @param period how far back it looks, {@code 24h}
 * @param rows from top to bottom
 */
record Dashboard(
    String name,
    String title,
    String description,
    List<Control> controls,
    String period,
    List<Row> rows) {
  /** How wide a row is, in Kibana's units. */
  static final int WIDTH = 48;

  /** Copies the lists. */
  Dashboard {
    controls = List.copyOf(controls);
    rows = List.copyOf(rows);
  }

  /** The saved object's id. */
  String id() {
    return idOf(name);
  }

  /** The saved object's id of the dashboard with that name. */
  static String idOf(String name) {
    return "leukocyte-" + name;
  }

  /** All panels in order. */
  List<Panel> panels() {
    return rows.stream().flatMap(row -> row.panels().stream()).toList();
  }

  /**
   * Panels beside each other, equally wide.
   *
   * @param height in Kibana's units of 20 pixels
   * @param panels from the left; their number divides {@link #WIDTH}
   */
  record Row(int height, List<Panel> panels) {
    /** Copies the list. */
    Row {
      panels = List.copyOf(panels);
      if (panels.isEmpty() || WIDTH % panels.size() != 0) {
        throw new IllegalArgumentException(panels.size() + " panels do not fill a row");
      }
    }

    /** How wide each panel is. */
    int width() {
      return WIDTH / panels.size();
    }
  }

  /**
   * A list to choose values of a field from; what is chosen holds for all panels.
   *
   * @param field of keywords, in the documents of all streams
   * @param title what is written beside it
   * @param single whether one value alone can be chosen
   */
  record Control(String field, String title, boolean single) {}
}
