package io.leukocyte.indexer;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What is wrong with a by-value Lens chart: columns and what refers to them, and fields that no
 * template has or whose type the operation does not take.
 */
final class LensValidator {
  private static final Pattern FIELD = Pattern.compile("(?<![\\w.@\\\\])([A-Za-z@_][\\w.@]*):");
  private static final Pattern RANGE = Pattern.compile("([A-Za-z@_][\\w.@]*):\\[");
  private static final Set<String> LOOKS = Set.of("lnsXY", "lnsDatatable", "lnsPie", "lnsMetric");
  private static final Map<String, Set<String>> TAKES =
      Map.of(
          "terms", Set.of("keyword", "ip", "long", "boolean"),
          "date_histogram", Set.of("date_nanos"),
          "unique_count", Set.of("keyword", "ip", "long", "boolean", "date_nanos"),
          "min", Set.of("long", "float", "double", "date_nanos"),
          "max", Set.of("long", "float", "double", "date_nanos"),
          "sum", Set.of("long", "float", "double"),
          "percentile", Set.of("long", "float", "double"));

  private static final Set<String> ATTRIBUTES =
      Set.of("title", "type", "visualizationType", "references", "state");
  private static final Set<String> STATE =
      Set.of(
          "query",
          "filters",
          "adHocDataViews",
          "internalReferences",
          "datasourceStates",
          "visualization");
  private static final Set<String> LAYER =
      Set.of("columns", "columnOrder", "ignoreGlobalFilters", "incompleteColumns", "sampling");
  private static final Set<String> COLUMN =
      Set.of(
          "label",
          "customLabel",
          "isBucketed",
          "operationType",
          "sourceField",
          "dataType",
          "scale",
          "params",
          "timeScale");
  private static final Set<String> OF_FIGURES = Set.of("emptyAsNull");
  private static final Map<String, Set<String>> PARAMS =
      Map.of(
          "terms",
          Set.of(
              "size", "orderBy", "orderDirection", "otherBucket", "missingBucket", "parentFormat"),
          "date_histogram",
          Set.of("interval", "includeEmptyRows", "dropPartials"),
          "filters",
          Set.of("filters"),
          "percentile",
          Set.of("percentile"));
  private static final Map<String, Set<String>> VISUALIZATION =
      Map.of(
          "lnsXY",
          Set.of(
              "preferredSeriesType",
              "valueLabels",
              "legend",
              "axisTitlesVisibilitySettings",
              "layers"),
          "lnsDatatable",
          Set.of("layerId", "layerType", "columns", "paging"),
          "lnsPie",
          Set.of("shape", "layers"),
          "lnsMetric",
          Set.of("layerId", "layerType", "metricAccessor"));
  private static final Map<String, Set<String>> VISUALIZATION_LAYER =
      Map.of(
          "lnsXY",
          Set.of("layerId", "layerType", "seriesType", "xAccessor", "accessors", "splitAccessor"),
          "lnsPie",
          Set.of(
              "layerId",
              "layerType",
              "primaryGroups",
              "metrics",
              "numberDisplay",
              "categoryDisplay",
              "legendDisplay",
              "nestedLegend"));

  private final Map<String, String> types;
  private final List<String> problems = new ArrayList<>();

  private LensValidator(Map<String, String> types) {
    this.types = types;
  }

  /**
   * Looks at a chart.
   *
   * @param attributes of the panel
   * @param types fields and their types in Elasticsearch
   */
  static List<String> problems(JsonNode attributes, Map<String, String> types) {
    LensValidator validator = new LensValidator(types);
    validator.chart(attributes);
    return validator.problems;
  }

  /** Looks at a query: its language, and that its fields are there. */
  static List<String> query(JsonNode query, Map<String, String> types) {
    List<String> problems = new ArrayList<>();
    String text = query.path("query").asText();
    if (!query.path("query").isTextual() || !query.path("language").asText().equals("lucene")) {
      problems.add("a query that is not in Lucene's language");
    }
    Matcher field = FIELD.matcher(text);
    boolean any = text.isEmpty();
    while (field.find()) {
      any = true;
      if (!types.containsKey(field.group(1))) {
        problems.add("no index template has the field " + field.group(1) + " of a query");
      }
    }
    if (!any) {
      problems.add("a query without a field: " + text);
    }
    Matcher range = RANGE.matcher(text);
    while (range.find()) {
      if (!Set.of("long", "float", "double").contains(types.getOrDefault(range.group(1), "long"))) {
        problems.add("a range of " + range.group(1) + ", which is no number");
      }
    }
    return problems;
  }

  private void keys(JsonNode node, Set<String> allowed, String of) {
    node.fieldNames()
        .forEachRemaining(name -> {
          if (!allowed.contains(name)) {
            problems.add(of + " may not have the key " + name);
          }
        });
  }

  private void chart(JsonNode attributes) {
    keys(attributes, ATTRIBUTES, "a chart");
    keys(attributes.path("state"), STATE, "a chart's state");
    String look = attributes.path("visualizationType").asText();
    if (!LOOKS.contains(look)) {
      problems.add("unknown visualizationType " + look);
    }
    JsonNode state = attributes.path("state");
    problems.addAll(query(state.path("query"), types));
    JsonNode layers = state.at("/datasourceStates/formBased/layers");
    if (layers.size() != 1) {
      problems.add("one layer is expected, not " + layers.size());
      return;
    }
    String layerId = layers.fieldNames().next();
    JsonNode layer = layers.path(layerId);
    keys(layer, LAYER, "a layer");
    if (!attributes
        .at("/references/0/name")
        .asText()
        .equals("indexpattern-datasource-layer-" + layerId)) {
      problems.add("the layer has no reference to a data view");
    }
    Set<String> columns = new LinkedHashSet<>();
    layer.path("columns").fieldNames().forEachRemaining(columns::add);
    order(layer, columns);
    layer.path("columns").forEach(column -> column(column, layer.path("columns")));
    layer.path("columns").forEach(column -> timeScale(column, layer.path("columns")));
    visualization(look, state.path("visualization"), layerId, columns);
  }

  private void order(JsonNode layer, Set<String> columns) {
    List<String> order = new ArrayList<>();
    layer.path("columnOrder").forEach(id -> order.add(id.asText()));
    if (order.size() != columns.size() || !new HashSet<>(order).equals(columns)) {
      problems.add("columnOrder " + order + " is not the columns " + columns);
      return;
    }
    boolean figures = false;
    for (String id : order) {
      boolean bucket = layer.path("columns").path(id).path("isBucketed").asBoolean();
      if (bucket && figures) {
        problems.add("the bucket " + id + " stands behind a figure");
      }
      figures |= !bucket;
    }
    if (!figures) {
      problems.add("no figure");
    }
  }

  private void column(JsonNode column, JsonNode columns) {
    String operation = column.path("operationType").asText();
    keys(column, COLUMN, "a column");
    keys(column.path("params"), PARAMS.getOrDefault(operation, OF_FIGURES), operation);
    if (column.path("label").asText().isBlank()) {
      problems.add("a column without a label");
    }
    switch (operation) {
      case "count" -> {
        if (!column.path("sourceField").asText().equals("___records___")) {
          problems.add("count is of ___records___");
        }
      }
      case "filters" -> {
        if (column.at("/params/filters").isEmpty()) {
          problems.add("filters without a filter");
        }
        for (JsonNode filter : column.at("/params/filters")) {
          problems.addAll(query(filter.path("input"), types));
        }
      }
      case "terms", "date_histogram", "unique_count", "min", "max", "sum" ->
          field(operation, column);
      case "percentile" -> {
        field(operation, column);
        int percent = column.at("/params/percentile").asInt(0);
        if (percent < 1 || percent > 99) {
          problems.add("a percentile of " + percent + " percent");
        }
      }
      default -> problems.add("unknown operation " + operation);
    }
    boolean makesBuckets = Set.of("terms", "date_histogram", "filters").contains(operation);
    if (column.path("isBucketed").asBoolean() != makesBuckets) {
      problems.add(operation + ": isBucketed is wrong");
    }
    if (operation.equals("terms")) {
      String by = column.at("/params/orderBy/columnId").asText();
      if (!Set.of("asc", "desc").contains(column.at("/params/orderDirection").asText())) {
        problems.add("terms without a direction");
      }
      if (!columns.has(by) || columns.path(by).path("isBucketed").asBoolean(true)) {
        problems.add("terms are ordered by " + by + ", which is no figure");
      }
    }
  }

  /** So much in a second, or a longer time, is told of sums and counts of bars of time alone. */
  private void timeScale(JsonNode column, JsonNode columns) {
    if (!column.has("timeScale")) {
      return;
    }
    boolean overTime = false;
    for (JsonNode each : columns) {
      overTime |= each.path("operationType").asText().equals("date_histogram");
    }
    boolean sums = Set.of("sum", "count").contains(column.path("operationType").asText());
    boolean known = Set.of("s", "m", "h", "d").contains(column.path("timeScale").asText());
    if (!overTime || !sums || !known) {
      problems.add("a timeScale that does nothing: " + column.path("timeScale"));
    }
  }

  private void field(String operation, JsonNode column) {
    String field = column.path("sourceField").asText();
    String type = types.getOrDefault(field, "");
    if (type.isEmpty()) {
      problems.add("no index template has the field " + field);
    } else if (!TAKES.getOrDefault(operation, Set.of()).contains(type)) {
      problems.add(operation + " does not take " + field + ", a " + type);
    }
    String expected =
        switch (type) {
          case "date_nanos" -> "date";
          case "ip" -> "ip";
          case "boolean" -> "boolean";
          case "long", "float", "double" -> "number";
          default -> "string";
        };
    boolean figure = !column.path("isBucketed").asBoolean();
    boolean extreme = operation.equals("min") || operation.equals("max");
    String shown = figure && !(extreme && type.equals("date_nanos")) ? "number" : expected;
    if (!column.path("dataType").asText().equals(shown)) {
      problems.add("dataType of " + field + " is " + column.path("dataType").asText());
    }
  }

  private void visualization(
      String look, JsonNode visualization, String layerId, Set<String> columns) {
    JsonNode layer =
        switch (look) {
          case "lnsXY", "lnsPie" -> visualization.path("layers").path(0);
          default -> visualization;
        };
    keys(visualization, VISUALIZATION.getOrDefault(look, Set.of()), look);
    if (VISUALIZATION_LAYER.containsKey(look)) {
      keys(layer, VISUALIZATION_LAYER.getOrDefault(look, Set.of()), "a layer of " + look);
    }
    if (!layer.path("layerId").asText().equals(layerId)) {
      problems.add("the visualization is of another layer");
    }
    Set<String> shown = new HashSet<>();
    for (String one : List.of("xAccessor", "splitAccessor", "metricAccessor")) {
      if (layer.has(one)) {
        shown.add(layer.path(one).asText());
      }
    }
    for (String many : List.of("accessors", "primaryGroups", "metrics")) {
      layer.path(many).forEach(id -> shown.add(id.asText()));
    }
    layer.path("columns").forEach(column -> shown.add(column.path("columnId").asText()));
    if (!shown.equals(columns)) {
      problems.add("the visualization shows " + shown + " of the columns " + columns);
    }
    String needed =
        switch (look) {
          case "lnsXY" -> "accessors";
          case "lnsPie" -> "metrics";
          case "lnsMetric" -> "metricAccessor";
          default -> "columns";
        };
    if (!layer.has(needed)) {
      problems.add(look + " without " + needed);
    }
  }
}
