package io.leukocyte.indexer;

import io.leukocyte.indexer.Dashboard.Control;
import io.leukocyte.indexer.Dashboard.Row;
import io.leukocyte.indexer.Panel.Chart;
import io.leukocyte.indexer.Panel.Look;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** What the dashboards are made of: their names, rows, kinds of panels, and columns of many. */
final class DashboardParts {
  /** Dashboards by name, in the order of the links between them. */
  private static final Map<String, String> TITLES = titles();

  static final String EVERY = "";

  static final int SHORT = 6;
  static final int TALL = 14;
  static final int LIST = 20;
  static final int TOP = 20;
  static final int FEW = 8;

  static final Control CONTAINER = new Control("container.name", "Container", false);
  static final Control HOST = new Control("host.id", "Host", false);

  static final Column TIME = new Column.Time();
  static final Column ALERTS = new Column.Count("Alerts");
  static final Column BY_CONTAINER = terms("container.name", "Container", TOP);

  static final Column SEVERITY =
      new Column.Filters(
          "Severity",
          List.of(
              new Column.Filter("critical", "event.severity:99"),
              new Column.Filter("high", "event.severity:73"),
              new Column.Filter("medium", "event.severity:47"),
              new Column.Filter("low", "event.severity:21")));

  private DashboardParts() {}

  private static Map<String, String> titles() {
    Map<String, String> titles = new LinkedHashMap<>();
    titles.put("overview", "Overview");
    titles.put("container", "Container");
    titles.put("egress", "Egress");
    titles.put("web", "Web attacks and WAF");
    titles.put("response", "Response");
    titles.put("vulnerabilities", "Vulnerabilities");
    titles.put("sensors", "Sensor health");
    titles.put("logs", "Logs");
    return Collections.unmodifiableMap(titles);
  }

  static Dashboard dashboard(String name, String description, List<Control> controls, Row... rows) {
    return dashboard(name, description, controls, "24h", rows);
  }

  static Dashboard dashboard(
      String name, String description, List<Control> controls, String period, Row... rows) {
    Row links = row(3, new Panel.Note("Dashboards", links()));
    return new Dashboard(
        name,
        "Leukocyte: " + title(name),
        description,
        controls,
        period,
        Stream.concat(Stream.of(links), Stream.of(rows)).toList());
  }

  /** The title of the dashboard with that name, without what they all begin with. */
  static String title(String name) {
    return Objects.requireNonNull(TITLES.get(name), name);
  }

  /** Links to all dashboards, as they work inside of Kibana in any space. */
  private static String links() {
    return TITLES.entrySet().stream()
        .map(entry -> "[%s](#/view/%s)".formatted(entry.getValue(), Dashboard.idOf(entry.getKey())))
        .collect(Collectors.joining(" · "));
  }

  static Row row(int height, Panel... panels) {
    return new Row(height, List.of(panels));
  }

  static Column terms(String field, String label, int size) {
    return new Column.Terms(field, label, size);
  }

  static Chart number(String title, DataView view, String query, Column figure) {
    return new Chart(title, view, Look.NUMBER, query, List.of(figure), "");
  }

  static Chart bars(String title, DataView view, String query, Column... columns) {
    return new Chart(title, view, Look.BARS, query, List.of(columns), "");
  }

  static Chart table(String title, DataView view, String query, Column... columns) {
    return new Chart(title, view, Look.TABLE, query, List.of(columns), "");
  }
}
