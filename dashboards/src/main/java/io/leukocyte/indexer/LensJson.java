package io.leukocyte.indexer;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;

/** Charts as the state of Kibana's Lens editor, in the form of Kibana 8.9, inside their panel. */
final class LensJson {
  private static final ObjectMapper MAPPER = new ObjectMapper();
  private static final String LAYER = "main";
  private static final int PAGE = 10;

  /** The reference of a chart's only layer to its data view, within the panel. */
  static final String VIEW_REFERENCE = "indexpattern-datasource-layer-" + LAYER;

  private LensJson() {}

  /** The attributes of a chart; a single layer {@code main} with columns {@code c0}, {@code c1}. */
  static ObjectNode attributes(Panel.Chart chart) {
    ObjectNode attributes = MAPPER.createObjectNode();
    attributes.put("title", "");
    attributes.put("type", "lens");
    attributes.put("visualizationType", type(chart.look()));
    attributes
        .putArray("references")
        .addObject()
        .put("type", "index-pattern")
        .put("id", chart.view().id())
        .put("name", VIEW_REFERENCE);
    ObjectNode state = attributes.putObject("state");
    state.set("query", SavedObjects.query(chart.query()));
    state.putArray("filters");
    state.putObject("adHocDataViews");
    state.putArray("internalReferences");
    layer(
        chart,
        state
            .putObject("datasourceStates")
            .putObject("formBased")
            .putObject("layers")
            .putObject(LAYER));
    state.set("visualization", visualization(chart));
    return attributes;
  }

  private static String type(Panel.Look look) {
    return switch (look) {
      case BARS -> "lnsXY";
      case TABLE -> "lnsDatatable";
      case DONUT -> "lnsPie";
      case NUMBER -> "lnsMetric";
    };
  }

  private static String id(int column) {
    return "c" + column;
  }

  /** The ids of the columns that make buckets, or of those that do not. */
  private static List<String> ids(Panel.Chart chart, boolean buckets) {
    List<String> ids = new ArrayList<>();
    for (int i = 0; i < chart.columns().size(); i++) {
      if (chart.columns().get(i).isBucket() == buckets) {
        ids.add(id(i));
      }
    }
    return ids;
  }

  private static void layer(Panel.Chart chart, ObjectNode layer) {
    ObjectNode columns = layer.putObject("columns");
    ArrayNode order = layer.putArray("columnOrder");
    String figure = ids(chart, false).getFirst();
    for (int i = 0; i < chart.columns().size(); i++) {
      columns.set(id(i), column(chart.columns().get(i), figure));
      order.add(id(i));
    }
    layer.put("ignoreGlobalFilters", false);
    layer.putObject("incompleteColumns");
    layer.put("sampling", 1);
  }

  private static ObjectNode column(Column column, String figure) {
    ObjectNode node = MAPPER.createObjectNode();
    node.put("label", column.label());
    node.put("customLabel", true);
    node.put("isBucketed", column.isBucket());
    switch (column) {
      case Column.Time t -> time(node);
      case Column.Terms terms -> terms(node, terms, figure);
      case Column.Filters filters -> filters(node, filters);
      case Column.Count c -> figure(node, "count", "___records___");
      case Column.Unique unique -> figure(node, "unique_count", unique.field());
      case Column.Min min -> figure(node, "min", min.field());
      case Column.Max max -> figure(node, "max", max.field());
      case Column.Sum sum -> figure(node, "sum", sum.field());
      case Column.Rate rate -> {
        figure(node, "sum", rate.field());
        node.put("timeScale", "s");
      }
      case Column.Percentile percentile ->
          figure(node, "percentile", percentile.field())
              .putObject("params")
              .put("percentile", percentile.percent());
    }
    return node;
  }

  private static void time(ObjectNode node) {
    node.put("operationType", "date_histogram").put("sourceField", "@timestamp");
    node.put("dataType", "date").put("scale", "interval");
    node.putObject("params")
        .put("interval", "auto")
        .put("includeEmptyRows", true)
        .put("dropPartials", false);
  }

  private static void terms(ObjectNode node, Column.Terms terms, String figure) {
    node.put("operationType", "terms").put("sourceField", terms.field());
    node.put("dataType", FieldTypes.lens(terms.field())).put("scale", "ordinal");
    ObjectNode params = node.putObject("params");
    params.put("size", terms.size());
    params.putObject("orderBy").put("type", "column").put("columnId", figure);
    params
        .put("orderDirection", terms.direction())
        .put("otherBucket", false)
        .put("missingBucket", false);
    params.putObject("parentFormat").put("id", "terms");
  }

  private static void filters(ObjectNode node, Column.Filters filters) {
    node.put("operationType", "filters");
    node.put("dataType", "string").put("scale", "ordinal");
    ArrayNode list = node.putObject("params").putArray("filters");
    for (Column.Filter filter : filters.filters()) {
      list.addObject()
          .put("label", filter.label())
          .set("input", SavedObjects.query(filter.query()));
    }
  }

  private static ObjectNode figure(ObjectNode node, String operation, String field) {
    boolean extreme = operation.equals("max") || operation.equals("min");
    boolean time = extreme && FieldTypes.lens(field).equals("date");
    node.put("operationType", operation).put("sourceField", field);
    node.put("dataType", time ? "date" : "number").put("scale", "ratio");
    node.putObject("params").put("emptyAsNull", false);
    return node;
  }

  private static ObjectNode visualization(Panel.Chart chart) {
    List<String> buckets = ids(chart, true);
    List<String> figures = ids(chart, false);
    return switch (chart.look()) {
      case BARS -> bars(buckets, figures);
      case TABLE -> table(chart.columns().size());
      case DONUT -> donut(buckets, figures.getFirst());
      case NUMBER -> ofLayer(MAPPER.createObjectNode()).put("metricAccessor", figures.getFirst());
    };
  }

  private static ObjectNode ofLayer(ObjectNode node) {
    return node.put("layerId", LAYER).put("layerType", "data");
  }

  private static ObjectNode bars(List<String> buckets, List<String> figures) {
    ObjectNode node = MAPPER.createObjectNode();
    node.put("preferredSeriesType", "bar_stacked").put("valueLabels", "hide");
    node.putObject("legend").put("isVisible", true).put("position", "right");
    node.putObject("axisTitlesVisibilitySettings")
        .put("x", false)
        .put("yLeft", false)
        .put("yRight", false);
    ObjectNode layer = ofLayer(node.putArray("layers").addObject());
    layer.put("seriesType", "bar_stacked");
    layer.put("xAccessor", buckets.getLast());
    ArrayNode accessors = layer.putArray("accessors");
    figures.forEach(accessors::add);
    if (buckets.size() > 1) {
      layer.put("splitAccessor", buckets.getFirst());
    }
    return node;
  }

  private static ObjectNode table(int columns) {
    ObjectNode node = ofLayer(MAPPER.createObjectNode());
    ArrayNode list = node.putArray("columns");
    for (int i = 0; i < columns; i++) {
      list.addObject().put("columnId", id(i));
    }
    node.putObject("paging").put("enabled", true).put("size", PAGE);
    return node;
  }

  private static ObjectNode donut(List<String> buckets, String figure) {
    ObjectNode node = MAPPER.createObjectNode();
    node.put("shape", "donut");
    ObjectNode layer = ofLayer(node.putArray("layers").addObject());
    ArrayNode groups = layer.putArray("primaryGroups");
    buckets.forEach(groups::add);
    layer.putArray("metrics").add(figure);
    layer.put("numberDisplay", "value").put("categoryDisplay", "default");
    layer.put("legendDisplay", "show").put("nestedLegend", false);
    return node;
  }
}
