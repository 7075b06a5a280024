package io.leukocyte.indexer;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Collectors;
import org.apache.http.util.EntityUtils;
import org.elasticsearch.client.Request;
import org.elasticsearch.client.RestClient;
import org.jspecify.annotations.Nullable;

/**
 * A node with the index templates and the documents of the fixture, which is asked what Kibana
 * would ask for each panel of a file: the chart's query, its buckets from the outside in, its
 * figures in the innermost.
 */
public final class DashboardNode implements AutoCloseable {
  private static final ObjectMapper MAPPER = new ObjectMapper();
  private static final int MOST_HITS = 100;

  private static final Instant FROM = Instant.parse("2026-11-28T00:00:00Z");

  private final IndexerSettings settings;
  private final ElasticsearchConnection connection;
  private final RestClient rest;

  /** A node without a password. */
  public DashboardNode(String url) {
    settings =
        new IndexerSettings(
            List.of(url),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            "default",
            Duration.ofDays(90),
            1 << 20,
            true);
    connection = ElasticsearchConnection.open(settings);
    rest = connection.rest();
  }

  /**
   * Installs the templates and stores the fixture.
   *
   * @param incidents as they stand on their topic
   */
  public void fill(List<byte[]> incidents) throws Exception {
    new TemplateInstaller(rest, Duration.ofDays(90)).install();
    StringBuilder bulk = new StringBuilder();
    for (Document document : DashboardFixture.documents(incidents)) {
      ObjectNode create = MAPPER.createObjectNode();
      create
          .putObject(document.stream().isLatest() ? "index" : "create")
          .put("_index", document.stream().name("default"))
          .put("_id", document.id());
      bulk.append(create).append('\n');
      bulk.append(new String(document.source(), StandardCharsets.UTF_8)).append('\n');
    }
    Request request = new Request("POST", "/_bulk?refresh=true");
    request.setJsonEntity(bulk.toString());
    JsonNode answer = send(request);
    if (answer.path("errors").asBoolean(true)) {
      throw new IOException("The fixture was not taken: " + answer);
    }
  }

  /**
   * What the node answers to each control and panel of a file: its name, then a line for each
   * bucket, {@code bucket | bucket | figure}.
   *
   * @throws IOException when the node refuses a query
   */
  public Map<String, List<String>> answers(String ndjson) throws IOException {
    Map<String, JsonNode> objects = new HashMap<>();
    Map<String, List<String>> answers = new LinkedHashMap<>();
    JsonNode dashboard = MAPPER.createObjectNode();
    for (String line : ndjson.lines().toList()) {
      JsonNode object = MAPPER.readTree(line);
      objects.put(object.path("id").asText(), object);
      if (object.path("type").asText().equals("dashboard")) {
        dashboard = object;
      }
    }
    Map<String, JsonNode> references = new HashMap<>();
    for (JsonNode reference : dashboard.path("references")) {
      JsonNode target = objects.get(reference.path("id").asText());
      if (target != null) {
        references.put(reference.path("name").asText(), target);
      }
    }
    JsonNode attributes = dashboard.path("attributes");
    controls(attributes.path("controlGroupInput"), references, answers);
    for (JsonNode panel : MAPPER.readTree(attributes.path("panelsJSON").asText())) {
      String index = panel.path("panelIndex").asText();
      String title = panel.path("title").asText();
      switch (panel.path("type").asText()) {
        case "lens" -> {
          JsonNode chart = panel.at("/embeddableConfig/attributes");
          String view = index + ":" + chart.at("/references/0/name").asText();
          answers.put(title, chart(chart.path("state"), pattern(references.get(view))));
        }
        case "search" -> {
          JsonNode search = references.get(index + ":" + panel.path("panelRefName").asText());
          answers.put(title, hits(Objects.requireNonNull(search, "no search"), objects));
        }
        default -> {}
      }
    }
    return answers;
  }

  private static String pattern(@Nullable JsonNode view) {
    return Objects.requireNonNull(view, "no data view").at("/attributes/title").asText();
  }

  private void controls(
      JsonNode group, Map<String, JsonNode> references, Map<String, List<String>> answers)
      throws IOException {
    if (group.isMissingNode()) {
      return;
    }
    for (Map.Entry<String, JsonNode> control :
        MAPPER.readTree(group.path("panelsJSON").asText()).properties()) {
      JsonNode input = control.getValue().path("explicitInput");
      ObjectNode body = body("");
      body.withObject("/aggs/values/terms").put("field", input.path("fieldName").asText());
      JsonNode view = references.get("controlGroup_" + control.getKey() + ":optionsListDataView");
      JsonNode answer = search(pattern(view), body);
      List<String> lines = new ArrayList<>();
      answer
          .at("/aggregations/values/buckets")
          .forEach(bucket -> lines.add(key(bucket) + " | " + bucket.path("doc_count")));
      answers.put("Control " + input.path("title").asText(), lines);
    }
  }

  private static ObjectNode body(String query) {
    ObjectNode body = MAPPER.createObjectNode();
    body.put("size", 0).put("track_total_hits", true);
    ObjectNode string = query(query);
    ObjectNode bool = body.putObject("query").putObject("bool");
    bool.putArray("filter")
        .add(string)
        .addObject()
        .putObject("range")
        .putObject("@timestamp")
        .put("gte", "2026-11-28T00:00:00Z")
        .put("lt", "2026-11-29T00:00:00Z");
    return body;
  }

  /** A query in Lucene's language as Kibana sends it. */
  private static ObjectNode query(String query) {
    ObjectNode node = MAPPER.createObjectNode();
    if (query.isEmpty()) {
      node.putObject("match_all");
    } else {
      node.putObject("query_string").put("query", query).put("analyze_wildcard", true);
    }
    return node;
  }

  private List<String> chart(JsonNode state, String pattern) throws IOException {
    JsonNode layer = state.at("/datasourceStates/formBased/layers").elements().next();
    List<String> buckets = new ArrayList<>();
    List<String> figures = new ArrayList<>();
    for (JsonNode id : layer.path("columnOrder")) {
      boolean bucket = layer.path("columns").path(id.asText()).path("isBucketed").asBoolean();
      (bucket ? buckets : figures).add(id.asText());
    }
    ObjectNode body = body(state.at("/query/query").asText());
    ObjectNode parent = body;
    for (String id : buckets) {
      parent = parent.withObject("/aggs").putObject(id);
      bucket(parent, layer.path("columns"), id);
      figures(parent, layer.path("columns"), figures);
    }
    if (buckets.isEmpty()) {
      figures(parent, layer.path("columns"), figures);
    }
    JsonNode answer = search(pattern, body);
    List<String> lines = new ArrayList<>();
    ObjectNode top = MAPPER.createObjectNode();
    answer.path("aggregations").properties().forEach(all -> top.set(all.getKey(), all.getValue()));
    top.set("doc_count", answer.at("/hits/total/value"));
    collect(top, buckets, 0, figures, layer.path("columns"), "", lines);
    return lines;
  }

  private static void bucket(ObjectNode parent, JsonNode columns, String id) {
    JsonNode column = columns.path(id);
    String field = column.path("sourceField").asText();
    JsonNode params = column.path("params");
    switch (column.path("operationType").asText()) {
      case "terms" -> {
        ObjectNode terms = parent.putObject("terms");
        terms.put("field", field).put("size", params.path("size").asInt());
        String by = params.at("/orderBy/columnId").asText();
        String key =
            switch (columns.path(by).path("operationType").asText()) {
              case "count" -> "_count";
              case "percentile" -> by + "." + columns.path(by).at("/params/percentile").asText();
              default -> by;
            };
        terms.putObject("order").put(key, params.path("orderDirection").asText());
      }
      case "date_histogram" ->
          parent
              .putObject("date_histogram")
              .put("field", field)
              .put("fixed_interval", "1h")
              .put("format", "HH:mm")
              .put("min_doc_count", 1);
      case "filters" -> {
        ObjectNode filters = parent.putObject("filters").putObject("filters");
        for (JsonNode filter : params.path("filters")) {
          filters.set(filter.path("label").asText(), query(filter.at("/input/query").asText()));
        }
      }
      default -> throw new IllegalArgumentException("No bucket: " + column);
    }
  }

  /** Figures beside a bucket's own aggregation; terms are ordered by them. */
  private static void figures(ObjectNode parent, JsonNode columns, List<String> figures) {
    for (String id : figures) {
      JsonNode column = columns.path(id);
      String field = column.path("sourceField").asText();
      switch (column.path("operationType").asText()) {
        case "count" -> {}
        case "unique_count" ->
            parent.withObject("/aggs").putObject(id).putObject("cardinality").put("field", field);
        case "min", "max", "sum" ->
            parent
                .withObject("/aggs")
                .putObject(id)
                .putObject(column.path("operationType").asText())
                .put("field", field);
        case "percentile" ->
            parent
                .withObject("/aggs")
                .putObject(id)
                .putObject("percentiles")
                .put("field", field)
                .putArray("percents")
                .add(column.at("/params/percentile").asInt());
        default -> throw new IllegalArgumentException("No figure: " + column);
      }
    }
  }

  private static void collect(
      JsonNode node,
      List<String> buckets,
      int depth,
      List<String> figures,
      JsonNode columns,
      String prefix,
      List<String> lines) {
    if (depth == buckets.size()) {
      List<String> cells = new ArrayList<>();
      for (String id : figures) {
        cells.add(figure(node, id, columns.path(id)));
      }
      lines.add(prefix + String.join(" | ", cells));
      return;
    }
    JsonNode list = node.path(buckets.get(depth)).path("buckets");
    if (list.isObject()) {
      for (JsonNode filter : columns.path(buckets.get(depth)).at("/params/filters")) {
        String label = filter.path("label").asText();
        if (list.path(label).path("doc_count").asInt() > 0) {
          String key = prefix + label + " | ";
          collect(list.path(label), buckets, depth + 1, figures, columns, key, lines);
        }
      }
    } else {
      for (JsonNode bucket : list) {
        String key = prefix + key(bucket) + " | ";
        collect(bucket, buckets, depth + 1, figures, columns, key, lines);
      }
    }
  }

  private static String figure(JsonNode node, String id, JsonNode column) {
    JsonNode value =
        switch (column.path("operationType").asText()) {
          case "count" -> node.path("doc_count");
          case "percentile" -> node.path(id).path("values").elements().next();
          default -> node.path(id).path("value");
        };
    if (value.isNull()) {
      return "-";
    }
    if (column.path("timeScale").asText().equals("s")) {
      return number(value.asDouble() / 3_600); // a bar is an hour
    }
    return column.path("dataType").asText().equals("date")
        ? Instant.ofEpochMilli(Math.round(value.asDouble())).toString().substring(11, 16)
        : number(value.asDouble());
  }

  private static String number(double value) {
    return new BigDecimal(value)
        .setScale(6, RoundingMode.HALF_UP)
        .stripTrailingZeros()
        .toPlainString();
  }

  private static String key(JsonNode bucket) {
    return bucket.has("key_as_string")
        ? bucket.path("key_as_string").asText()
        : bucket.path("key").asText();
  }

  /** The number of hits, and in how many of them each column has a value. */
  private List<String> hits(JsonNode search, Map<String, JsonNode> objects) throws IOException {
    JsonNode attributes = search.path("attributes");
    JsonNode source =
        MAPPER.readTree(attributes.at("/kibanaSavedObjectMeta/searchSourceJSON").asText());
    String view = "";
    for (JsonNode reference : search.path("references")) {
      if (reference.path("name").asText().equals(source.path("indexRefName").asText())) {
        view = reference.path("id").asText();
      }
    }
    ObjectNode body = body(source.at("/query/query").asText());
    body.put("size", MOST_HITS).set("fields", attributes.path("columns"));
    JsonNode sort = attributes.path("sort").path(0);
    body.putArray("sort").addObject().set(sort.path(0).asText(), sort.path(1));
    JsonNode found = search(pattern(objects.get(view)), body).at("/hits/hits");
    List<String> lines = new ArrayList<>();
    lines.add("documents | " + found.size());
    for (JsonNode column : attributes.path("columns")) {
      int with = 0;
      for (JsonNode hit : found) {
        with += hit.path("fields").has(column.asText()) ? 1 : 0;
      }
      lines.add(column.asText() + " | " + with);
    }
    return lines;
  }

  private JsonNode search(String pattern, ObjectNode body) throws IOException {
    Request request = new Request("POST", "/" + pattern + "/_search");
    request.setJsonEntity(body.toString());
    return send(request);
  }

  private JsonNode send(Request request) throws IOException {
    return MAPPER.readTree(EntityUtils.toString(rest.performRequest(request).getEntity()));
  }

  /** The report of the fixture's day, and the next, so that a bar is an hour. */
  public Report report(Optional<String> container, String... dashboards) throws ReportException {
    Instant to = FROM.plus(Duration.ofDays(2));
    return Report.ask(
        settings,
        new ReportRequest(FROM, to, container, Optional.empty(), List.of(dashboards)),
        Instant.parse("2026-11-28T15:00:00Z"));
  }

  /** The report of the hours in which the fixture's day has something. */
  public Report afternoon() throws ReportException {
    Instant from = Instant.parse("2026-11-28T09:00:00Z");
    Instant to = Instant.parse("2026-11-28T15:00:00Z");
    return Report.ask(
        settings, new ReportRequest(from, to, Optional.empty(), Optional.empty(), List.of()), to);
  }

  /** The report of the day two days earlier, whose texts are markup. */
  public Report hostileReport() throws ReportException {
    Instant from = FROM.minus(Duration.ofDays(2));
    Instant to = from.plus(Duration.ofDays(1));
    return Report.ask(
        settings, new ReportRequest(from, to, Optional.empty(), Optional.empty(), List.of()), to);
  }

  /** The name of the container whose texts are markup. */
  public static String hostileName() {
    return DashboardFixture.HOSTILE;
  }

  /**
   * How many documents of the fixture a rule of Kibana's alerting finds.
   *
   * @param rule the body that Kibana's API takes
   */
  public int found(String rule) throws IOException {
    JsonNode params = MAPPER.readTree(rule).path("params");
    List<String> indices = new ArrayList<>();
    params.path("index").forEach(index -> indices.add(index.asText()));
    ObjectNode body = (ObjectNode) MAPPER.readTree(params.path("esQuery").asText());
    body.put("track_total_hits", true).put("size", params.path("size").asInt());
    return search(String.join(",", indices), body).at("/hits/total/value").asInt(-1);
  }

  /** The answers of a section of a report, in the form of {@link #answers(String)}. */
  public static Map<String, List<String>> answers(Report report, String section) {
    Map<String, List<String>> answers = new LinkedHashMap<>();
    for (Report.Section each : report.sections()) {
      if (each.id().equals(section)) {
        each.parts().forEach(part -> answers.put(part.panel().title(), lines(part)));
      }
    }
    return answers;
  }

  /**
   * What a page is to show of each panel of a file, by the panel's id: of lists a line for each
   * document with its columns, of all else what is answered.
   */
  public static Map<String, List<String>> shown(String ndjson, DashboardNode node)
      throws IOException {
    Map<String, List<String>> shown = new LinkedHashMap<>();
    node.answers(ndjson)
        .forEach((title, lines) -> {
          boolean list = !lines.isEmpty() && lines.getFirst().startsWith("documents | ");
          if (!title.startsWith("Control ") && !list) {
            shown.put(new Panel.Note(title, "").id(), lines);
          }
        });
    return shown;
  }

  private static List<String> lines(Report.Part part) {
    PanelAnswer answer = part.answer();
    List<String> lines = new ArrayList<>();
    if (part.panel() instanceof Panel.Documents) {
      lines.add("documents | " + answer.rows().size());
      for (int i = 1; i < answer.headings().size(); i++) {
        int column = i;
        long with =
            answer.rows().stream().filter(row -> !row.get(column).equals(Cell.NOTHING)).count();
        lines.add(answer.headings().get(i).field() + " | " + with);
      }
      return lines;
    }
    for (List<Cell> row : answer.rows()) {
      lines.add(row.stream().map(DashboardNode::line).collect(Collectors.joining(" | ")));
    }
    return lines;
  }

  private static String line(Cell cell) {
    return switch (cell) {
      case Cell.Text(String text) -> text;
      case Cell.Figure(double value) -> number(value);
      case Cell.Moment(Instant time) -> time.toString().substring(11, 16);
      case Cell.Nothing n -> "-";
    };
  }

  /** The answers as text: a heading for each, and its lines. */
  public static String text(String name, Map<String, List<String>> answers) {
    StringBuilder text = new StringBuilder();
    answers.forEach((title, lines) -> {
      text.append(name).append(": ").append(title).append('\n');
      lines.forEach(line -> text.append("  ").append(line).append('\n'));
    });
    return text.toString();
  }

  @Override
  public void close() {
    connection.close();
  }
}
