package io.leukocyte.indexer;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.apache.http.entity.ContentType;
import org.apache.http.nio.entity.NStringEntity;
import org.apache.http.util.EntityUtils;
import org.elasticsearch.client.Request;
import org.elasticsearch.client.RestClient;

/** Asks Elasticsearch for the panels of a report, a dashboard at a time. */
final class ReportReader {
  /** Most containers that have a section of their own. */
  static final int MOST_CONTAINERS = 8;

  private static final ObjectMapper MAPPER = new ObjectMapper();
  private static final int AT_ONCE = 4;
  private static final String ONE_CONTAINER = "container";

  private final RestClient rest;

  ReportReader(RestClient rest) {
    this.rest = rest;
  }

  /** A search, and what its answer is made to. */
  private record Search(DataView view, ObjectNode body, Function<JsonNode, PanelAnswer> reader) {}

  /**
   * The whole report.
   *
   * @throws IOException when the node is away or refuses all of it
   */
  Report read(ReportRequest request, Instant now) throws IOException {
    List<Report.Section> sections = new ArrayList<>();
    long containers = 0;
    String problem = "";
    for (Dashboard dashboard : DashboardCatalogue.all()) {
      if (!request.dashboards().contains(dashboard.name())) {
        continue;
      }
      if (!dashboard.name().equals(ONE_CONTAINER)) {
        sections.add(section(dashboard, request, dashboard.name(), Report.title(dashboard), ""));
        continue;
      }
      List<PanelAnswer> found = ask(containers(request));
      problem = found.getFirst().problem();
      containers = Math.round(figure(found.getLast()));
      for (String name : names(found.getFirst())) {
        String id = ONE_CONTAINER + "-" + (sections.size() + 1);
        sections.add(section(dashboard, request.of(name), id, name, name));
      }
    }
    return new Report(request, now, sections, containers, problem);
  }

  /** Those with the most alerts, and how many there are; of one that is asked for any document. */
  private static List<Search> containers(ReportRequest request) {
    DataView view = request.container().isPresent() ? DataView.ALL : DataView.ALERTS;
    List<Search> searches = new ArrayList<>();
    for (List<Column> columns :
        List.of(
            List.<Column>of(
                new Column.Terms("container.name", "Container", MOST_CONTAINERS),
                new Column.Count("Documents")),
            List.<Column>of(new Column.Unique("container.name", "Containers")))) {
      Panel.Look look = columns.size() == 1 ? Panel.Look.NUMBER : Panel.Look.TABLE;
      String query = "container.name:*";
      searches.add(search(new Panel.Chart("Containers", view, look, query, columns, ""), request));
    }
    return searches;
  }

  /** The number of a panel that is one; 0 when it has none. */
  static double figure(PanelAnswer answer) {
    return !answer.rows().isEmpty()
            && answer.rows().getFirst().getLast() instanceof Cell.Figure(double value)
        ? value
        : 0;
  }

  private static List<String> names(PanelAnswer answer) {
    List<String> names = new ArrayList<>();
    for (List<Cell> row : answer.rows()) {
      if (row.getFirst() instanceof Cell.Text(String name)) {
        names.add(name);
      }
    }
    return names;
  }

  private Report.Section section(
      Dashboard dashboard, ReportRequest request, String id, String title, String container)
      throws IOException {
    List<List<Panel>> rows = new ArrayList<>();
    List<Search> searches = new ArrayList<>();
    for (Dashboard.Row row : dashboard.rows()) {
      List<Panel> panels =
          row.panels().stream().filter(panel -> !(panel instanceof Panel.Note)).toList();
      if (!panels.isEmpty()) {
        rows.add(panels);
        panels.forEach(panel -> searches.add(search(panel, request)));
      }
    }
    List<PanelAnswer> answers = ask(searches);
    List<List<Report.Part>> parts = new ArrayList<>();
    int next = 0;
    for (List<Panel> row : rows) {
      List<Report.Part> part = new ArrayList<>();
      for (Panel panel : row) {
        part.add(new Report.Part(panel, answers.get(next++)));
      }
      parts.add(part);
    }
    return new Report.Section(id, title, dashboard.description(), container, parts);
  }

  private static Search search(Panel panel, ReportRequest request) {
    PanelQuery query = new PanelQuery(request);
    return switch (panel) {
      case Panel.Chart chart ->
          new Search(chart.view(), query.chart(chart), answer -> query.read(chart, answer));
      case Panel.Documents documents ->
          new Search(
              documents.search().view(),
              query.documents(documents.search()),
              answer -> PanelQuery.read(documents.search(), answer));
      case Panel.Note n -> throw new IllegalArgumentException("A note asks nothing");
    };
  }

  private List<PanelAnswer> ask(List<Search> searches) throws IOException {
    StringBuilder lines = new StringBuilder();
    for (Search search : searches) {
      ObjectNode header = MAPPER.createObjectNode();
      header.put("index", search.view().pattern());
      header.put("ignore_unavailable", true).put("allow_no_indices", true);
      lines.append(header).append('\n').append(search.body()).append('\n');
    }
    Request request = new Request("POST", "/_msearch");
    request.addParameter("max_concurrent_searches", String.valueOf(AT_ONCE));
    request.setEntity(
        new NStringEntity(
            lines.toString(), ContentType.create("application/x-ndjson", StandardCharsets.UTF_8)));
    JsonNode answer =
        MAPPER.readTree(EntityUtils.toByteArray(rest.performRequest(request).getEntity()));
    List<PanelAnswer> answers = new ArrayList<>();
    for (int i = 0; i < searches.size(); i++) {
      JsonNode one = answer.path("responses").path(i);
      answers.add(
          one.has("error") || one.isMissingNode()
              ? PanelAnswer.failed(reason(one.path("error")))
              : searches.get(i).reader().apply(one));
    }
    return answers;
  }

  private static String reason(JsonNode error) {
    String root = error.at("/root_cause/0/reason").asText("");
    String reason = root.isEmpty() ? error.path("reason").asText("no reason was given") : root;
    return "Elasticsearch refused: " + reason;
  }
}
