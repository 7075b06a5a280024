package io.leukocyte.indexer;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * A panel as a search: what Kibana would ask for it, with the period and the filters of a report.
 * Buckets are asked from the outside in; terms are ordered by the first figure.
 */
final class PanelQuery {
  /** Most documents that a list shows. */
  static final int MOST_DOCUMENTS = 50;

  private static final ObjectMapper MAPPER = new ObjectMapper();
  private static final String TIME = "@timestamp";
  private static final String PATIENCE = "20s";
  private static final int MOST_BARS = 48;
  private static final List<Duration> INTERVALS =
      Stream.of(
              "PT1M", "PT5M", "PT10M", "PT30M", "PT1H", "PT3H", "PT6H", "PT12H", "P1D", "P7D",
              "P30D")
          .map(Duration::parse)
          .toList();

  private final ReportRequest request;

  PanelQuery(ReportRequest request) {
    this.request = request;
  }

  /** How long a bar is: at most 48 of them, or 49 where the period begins within one. */
  static Duration interval(Duration period) {
    return INTERVALS.stream()
        .filter(interval -> interval.multipliedBy(MOST_BARS).compareTo(period) >= 0)
        .findFirst()
        .orElse(INTERVALS.getLast());
  }

  /** The moments at which the bars of a period begin. */
  static List<Instant> bars(Instant from, Instant to) {
    Duration interval = interval(Duration.between(from, to));
    long seconds = interval.toSeconds();
    List<Instant> bars = new ArrayList<>();
    Instant bar = Instant.ofEpochSecond(Math.floorDiv(from.getEpochSecond(), seconds) * seconds);
    for (; bar.isBefore(to); bar = bar.plus(interval)) {
      bars.add(bar);
    }
    return bars;
  }

  /** The body of a chart's search. */
  ObjectNode chart(Panel.Chart chart) {
    List<Column> columns = chart.columns();
    boolean asItIs = chart.view().isState() && !columns.contains(new Column.Time());
    ObjectNode body = body(chart.query(), asItIs);
    ObjectNode parent = body;
    for (int i = 0; i < columns.size(); i++) {
      if (columns.get(i).isBucket()) {
        parent = parent.withObject("/aggs").putObject(id(i));
        bucket(parent, columns, i);
        figures(parent, columns);
      }
    }
    if (!columns.getFirst().isBucket()) {
      figures(parent, columns);
    }
    return body.put("size", 0);
  }

  /** The body of a list's search, the newest document first. */
  ObjectNode documents(SavedSearch search) {
    ObjectNode body =
        body(search.query(), search.view().isState())
            .put("size", MOST_DOCUMENTS)
            .put("_source", false);
    ArrayNode fields = body.putArray("fields");
    fields.addObject().put("field", TIME).put("format", "strict_date_optional_time_nanos");
    search.columns().forEach(fields::add);
    body.putArray("sort").addObject().putObject(TIME).put("order", "desc");
    return body;
  }

  /**
   * What all searches have.
   *
   * @param asItIs whether what is older than the period counts too, because it still is so
   */
  private ObjectNode body(String query, boolean asItIs) {
    ObjectNode body = MAPPER.createObjectNode();
    body.put("track_total_hits", true).put("timeout", PATIENCE);
    ArrayNode filter = body.putObject("query").putObject("bool").putArray("filter");
    filter.add(lucene(query));
    ObjectNode range = filter.addObject().putObject("range").putObject(TIME);
    range.put("lt", request.to().toString());
    if (!asItIs) {
      range.put("gte", request.from().toString());
    }
    request
        .host()
        .ifPresent(host -> any(filter, host, "term", "host.id", "host.name", "host.hostname"));
    request.container().ifPresent(container -> container(filter, container));
    return body;
  }

  private void container(ArrayNode filter, String container) {
    if (request.isContainerId()) {
      any(filter, container, "prefix", "container.id");
    } else {
      any(filter, container, "term", "container.name");
    }
  }

  /** That one of the fields has the value. */
  private static void any(ArrayNode filter, String value, String how, String... fields) {
    ArrayNode should =
        filter.addObject().putObject("bool").put("minimum_should_match", 1).putArray("should");
    for (String field : fields) {
      should.addObject().putObject(how).put(field, value);
    }
  }

  private static ObjectNode lucene(String query) {
    ObjectNode node = MAPPER.createObjectNode();
    if (query.isEmpty()) {
      node.putObject("match_all");
    } else {
      node.putObject("query_string").put("query", query).put("analyze_wildcard", true);
    }
    return node;
  }

  private static String id(int column) {
    return "c" + column;
  }

  private void bucket(ObjectNode parent, List<Column> columns, int index) {
    switch (columns.get(index)) {
      case Column.Time t ->
          parent
              .putObject("date_histogram")
              .put("field", TIME)
              .put("fixed_interval", interval(request.length()).toSeconds() + "s")
              .put("min_doc_count", 1);
      case Column.Terms terms -> {
        ObjectNode node = parent.putObject("terms");
        node.put("field", terms.field()).put("size", terms.size());
        node.putObject("order").put(order(columns), terms.direction());
      }
      case Column.Filters filters -> {
        ObjectNode named = parent.putObject("filters").putObject("filters");
        filters.filters().forEach(filter -> named.set(filter.label(), lucene(filter.query())));
      }
      case Column.Count c -> throw new IllegalArgumentException("no bucket");
      case Column.Unique u -> throw new IllegalArgumentException("no bucket");
      case Column.Min m -> throw new IllegalArgumentException("no bucket");
      case Column.Max m -> throw new IllegalArgumentException("no bucket");
      case Column.Sum s -> throw new IllegalArgumentException("no bucket");
      case Column.Rate r -> throw new IllegalArgumentException("no bucket");
      case Column.Percentile p -> throw new IllegalArgumentException("no bucket");
    }
  }

  /** What the terms of a chart are ordered by. */
  private static String order(List<Column> columns) {
    int first = 0;
    while (columns.get(first).isBucket()) {
      first++;
    }
    return switch (columns.get(first)) {
      case Column.Count c -> "_count";
      case Column.Percentile percentile -> id(first) + "." + percentile.percent();
      case Column.Unique u -> id(first);
      case Column.Min m -> id(first);
      case Column.Max m -> id(first);
      case Column.Sum s -> id(first);
      case Column.Rate r -> id(first);
      case Column.Time t -> throw new IllegalArgumentException("no figure");
      case Column.Terms t -> throw new IllegalArgumentException("no figure");
      case Column.Filters f -> throw new IllegalArgumentException("no figure");
    };
  }

  private static void figures(ObjectNode parent, List<Column> columns) {
    for (int i = 0; i < columns.size(); i++) {
      switch (columns.get(i)) {
        case Column.Unique unique -> figure(parent, i, "cardinality", unique.field());
        case Column.Min min -> figure(parent, i, "min", min.field());
        case Column.Max max -> figure(parent, i, "max", max.field());
        case Column.Sum sum -> figure(parent, i, "sum", sum.field());
        case Column.Rate rate -> figure(parent, i, "sum", rate.field());
        case Column.Percentile percentile ->
            figure(parent, i, "percentiles", percentile.field())
                .putArray("percents")
                .add(percentile.percent());
        case Column.Count c -> {}
        case Column.Time t -> {}
        case Column.Terms t -> {}
        case Column.Filters f -> {}
      }
    }
  }

  private static ObjectNode figure(ObjectNode parent, int index, String operation, String field) {
    return parent.withObject("/aggs").putObject(id(index)).putObject(operation).put("field", field);
  }

  /** What a chart's search answered. */
  PanelAnswer read(Panel.Chart chart, JsonNode answer) {
    List<List<Cell>> rows = new ArrayList<>();
    long documents = answer.at("/hits/total/value").asLong();
    ObjectNode top = MAPPER.createObjectNode();
    answer
        .path("aggregations")
        .properties()
        .forEach(each -> top.set(each.getKey(), each.getValue()));
    top.put("doc_count", documents);
    collect(top, chart.columns(), 0, List.of(), rows);
    List<PanelAnswer.Heading> headings = new ArrayList<>();
    for (Column column : chart.columns()) {
      headings.add(
          new PanelAnswer.Heading(
              column instanceof Column.Time ? "Time" : column.label(),
              column instanceof Column.Terms terms ? terms.field() : "",
              Unit.of(column),
              !column.isBucket()));
    }
    return new PanelAnswer(headings, rows, documents, problem(answer));
  }

  private void collect(
      JsonNode node, List<Column> columns, int index, List<Cell> before, List<List<Cell>> rows) {
    if (index == columns.size() || !columns.get(index).isBucket()) {
      List<Cell> row = new ArrayList<>(before);
      for (int i = index; i < columns.size(); i++) {
        row.add(figure(node, columns.get(i), id(i)));
      }
      rows.add(row);
      return;
    }
    JsonNode buckets = node.path(id(index)).path("buckets");
    if (columns.get(index) instanceof Column.Filters filters) {
      for (Column.Filter filter : filters.filters()) {
        JsonNode bucket = buckets.path(filter.label());
        if (bucket.path("doc_count").asLong() > 0) {
          collect(bucket, columns, index + 1, with(before, new Cell.Text(filter.label())), rows);
        }
      }
      return;
    }
    for (JsonNode bucket : buckets) {
      collect(bucket, columns, index + 1, with(before, key(columns.get(index), bucket)), rows);
    }
  }

  private static List<Cell> with(List<Cell> before, Cell cell) {
    List<Cell> row = new ArrayList<>(before);
    row.add(cell);
    return row;
  }

  private static Cell key(Column column, JsonNode bucket) {
    if (column instanceof Column.Time) {
      return new Cell.Moment(Instant.ofEpochMilli(bucket.path("key").asLong()));
    }
    return new Cell.Text(
        bucket.has("key_as_string")
            ? bucket.path("key_as_string").asText()
            : bucket.path("key").asText());
  }

  private Cell figure(JsonNode node, Column column, String id) {
    JsonNode of = node.path(id);
    JsonNode value =
        column instanceof Column.Count
            ? node.path("doc_count")
            : column instanceof Column.Percentile percentile
                ? of.path("values").path(percentile.percent() + ".0")
                : of.path("value");
    if (!value.isNumber()) {
      return Cell.NOTHING;
    }
    if (column instanceof Column.Rate) {
      return new Cell.Figure(value.asDouble() / interval(request.length()).toSeconds());
    }
    String field =
        column instanceof Column.Min min
            ? min.field()
            : column instanceof Column.Max max ? max.field() : "";
    return !field.isEmpty() && FieldTypes.lens(field).equals("date")
        ? new Cell.Moment(Instant.ofEpochMilli(Math.round(value.asDouble())))
        : new Cell.Figure(value.asDouble());
  }

  /** What a list's search answered. */
  static PanelAnswer read(SavedSearch search, JsonNode answer) {
    List<PanelAnswer.Heading> headings = new ArrayList<>();
    headings.add(new PanelAnswer.Heading("Time", TIME, Unit.NAME, false));
    for (String field : search.columns()) {
      headings.add(new PanelAnswer.Heading(FieldLabels.of(field), field, Unit.of(field), false));
    }
    List<List<Cell>> rows = new ArrayList<>();
    for (JsonNode hit : answer.at("/hits/hits")) {
      List<Cell> row = new ArrayList<>();
      for (PanelAnswer.Heading heading : headings) {
        row.add(value(heading, hit.path("fields").path(heading.field())));
      }
      rows.add(row);
    }
    return new PanelAnswer(
        headings, rows, answer.at("/hits/total/value").asLong(), problem(answer));
  }

  private static Cell value(PanelAnswer.Heading heading, JsonNode values) {
    if (values.isEmpty()) {
      return Cell.NOTHING;
    }
    JsonNode first = values.path(0);
    if (FieldTypes.lens(heading.field()).equals("date") && values.size() == 1) {
      return new Cell.Moment(Instant.parse(first.asText()));
    }
    if (first.isNumber() && heading.unit() != Unit.NAME && values.size() == 1) {
      return new Cell.Figure(first.asDouble());
    }
    List<String> texts = new ArrayList<>();
    values.forEach(value -> texts.add(value.asText()));
    return new Cell.Text(String.join(", ", texts));
  }

  private static String problem(JsonNode answer) {
    if (answer.path("timed_out").asBoolean()) {
      return "Elasticsearch did not look at everything within " + PATIENCE + ".";
    }
    int failed = answer.at("/_shards/failed").asInt();
    return failed == 0
        ? ""
        : "%d of %d shards did not answer: %s"
            .formatted(
                failed,
                answer.at("/_shards/total").asInt(),
                answer.at("/_shards/failures/0/reason/reason").asText("no reason was given"));
  }
}
