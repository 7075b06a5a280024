package io.leukocyte.indexer;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;

/**
 * Kibana's saved objects: data views, searches and dashboards. They declare the oldest version that
 * has by-value Lens panels of this form, for a Kibana refuses objects that are newer than it is.
 */
final class SavedObjects {
  private static final ObjectMapper MAPPER = new ObjectMapper();
  private static final String CORE_VERSION = "8.8.0";
  private static final String DASHBOARD_VERSION = "8.9.0";
  private static final String OTHER_VERSION = "8.0.0";
  private static final String SEARCH_VIEW = "kibanaSavedObjectMeta.searchSourceJSON.index";
  private static final String DRILLDOWN = "DASHBOARD_TO_DASHBOARD_DRILLDOWN";

  private SavedObjects() {}

  /** A query in Lucene's language, or one that takes everything. */
  static ObjectNode query(String query) {
    return MAPPER.createObjectNode().put("query", query).put("language", "lucene");
  }

  /** A data view. It may be there before its first document. */
  static ObjectNode view(DataView view) {
    ObjectNode object = object("index-pattern", view.id(), OTHER_VERSION);
    object
        .putObject("attributes")
        .put("title", view.pattern())
        .put("name", view.label())
        .put("timeFieldName", "@timestamp")
        .put("allowNoIndex", true);
    object.putArray("references");
    return object;
  }

  /** A saved search, the newest document first. */
  static ObjectNode search(SavedSearch search) {
    ObjectNode object = object("search", search.id(), OTHER_VERSION);
    ObjectNode attributes = object.putObject("attributes");
    attributes.put("title", search.title()).put("description", search.description());
    ArrayNode columns = attributes.putArray("columns");
    search.columns().forEach(columns::add);
    attributes.putArray("sort").addArray().add("@timestamp").add("desc");
    ObjectNode source = MAPPER.createObjectNode();
    source.set("query", query(search.query()));
    source.putArray("filter");
    source.put("indexRefName", SEARCH_VIEW);
    attributes.putObject("kibanaSavedObjectMeta").put("searchSourceJSON", text(source));
    reference(object.putArray("references"), SEARCH_VIEW, "index-pattern", search.view().id());
    return object;
  }

  /** A dashboard. Its charts are in it; searches and data views are referred to. */
  static ObjectNode dashboard(Dashboard dashboard) {
    ObjectNode object = object("dashboard", dashboard.id(), DASHBOARD_VERSION);
    ObjectNode attributes = object.putObject("attributes");
    ArrayNode references = object.putArray("references");
    attributes.put("title", dashboard.title()).put("description", dashboard.description());
    attributes
        .put("timeRestore", true)
        .put("timeFrom", "now-" + dashboard.period())
        .put("timeTo", "now");
    attributes.putObject("refreshInterval").put("pause", true).put("value", 60_000);
    attributes.put("version", 1);
    attributes.put(
        "optionsJSON",
        text(
            MAPPER
                .createObjectNode()
                .put("useMargins", true)
                .put("syncColors", true)
                .put("syncCursor", true)
                .put("syncTooltips", false)
                .put("hidePanelTitles", false)));
    ObjectNode source = MAPPER.createObjectNode();
    source.putObject("query").put("query", "").put("language", "kuery");
    source.putArray("filter");
    attributes.putObject("kibanaSavedObjectMeta").put("searchSourceJSON", text(source));
    if (!dashboard.controls().isEmpty()) {
      attributes.set("controlGroupInput", controls(dashboard, references));
    }
    attributes.put("panelsJSON", text(panels(dashboard, references)));
    return object;
  }

  private static ObjectNode object(String type, String id, String version) {
    return MAPPER
        .createObjectNode()
        .put("type", type)
        .put("id", id)
        .put("coreMigrationVersion", CORE_VERSION)
        .put("typeMigrationVersion", version);
  }

  private static void reference(ArrayNode references, String name, String type, String id) {
    references.addObject().put("name", name).put("type", type).put("id", id);
  }

  private static ObjectNode controls(Dashboard dashboard, ArrayNode references) {
    ObjectNode panels = MAPPER.createObjectNode();
    for (Dashboard.Control control : dashboard.controls()) {
      String id = "control-" + control.field().replace('.', '-');
      ObjectNode panel = panels.putObject(id);
      panel
          .put("order", panels.size() - 1)
          .put("width", "large")
          .put("grow", true)
          .put("type", "optionsListControl");
      panel
          .putObject("explicitInput")
          .put("id", id)
          .put("fieldName", control.field())
          .put("title", control.title())
          .put("singleSelect", control.single())
          .putObject("enhancements");
      reference(
          references,
          "controlGroup_" + id + ":optionsListDataView",
          "index-pattern",
          DataView.ALL.id());
    }
    return MAPPER
        .createObjectNode()
        .put("controlStyle", "oneLine")
        .put("chainingSystem", "HIERARCHICAL")
        .put("panelsJSON", text(panels))
        .put(
            "ignoreParentSettingsJSON",
            text(
                MAPPER
                    .createObjectNode()
                    .put("ignoreFilters", false)
                    .put("ignoreQuery", false)
                    .put("ignoreTimerange", false)
                    .put("ignoreValidations", false)));
  }

  private static ArrayNode panels(Dashboard dashboard, ArrayNode references) {
    ArrayNode panels = MAPPER.createArrayNode();
    int y = 0;
    for (Dashboard.Row row : dashboard.rows()) {
      int x = 0;
      for (Panel panel : row.panels()) {
        ObjectNode node = panels.addObject();
        node.put("version", DASHBOARD_VERSION).put("type", type(panel));
        node.putObject("gridData")
            .put("x", x)
            .put("y", y)
            .put("w", row.width())
            .put("h", row.height())
            .put("i", panel.id());
        node.put("panelIndex", panel.id()).put("title", panel.title());
        fill(node, panel, references);
        x += row.width();
      }
      y += row.height();
    }
    return panels;
  }

  private static String type(Panel panel) {
    return switch (panel) {
      case Panel.Chart c -> "lens";
      case Panel.Documents d -> "search";
      case Panel.Note n -> "visualization";
    };
  }

  private static void fill(ObjectNode node, Panel panel, ArrayNode references) {
    ObjectNode config = node.putObject("embeddableConfig");
    switch (panel) {
      case Panel.Chart chart -> {
        config.set("attributes", LensJson.attributes(chart));
        enhancements(config, chart, references);
        reference(
            references,
            panel.id() + ":" + LensJson.VIEW_REFERENCE,
            "index-pattern",
            chart.view().id());
      }
      case Panel.Documents documents -> {
        config.putObject("enhancements");
        String name = "panel_" + panel.id();
        node.put("panelRefName", name);
        reference(references, panel.id() + ":" + name, "search", documents.search().id());
      }
      case Panel.Note note -> {
        config.putObject("enhancements");
        config.put("hidePanelTitles", true);
        config.set("savedVis", markdown(note));
      }
    }
  }

  private static void enhancements(ObjectNode config, Panel.Chart chart, ArrayNode references) {
    ObjectNode enhancements = config.putObject("enhancements");
    if (chart.drilldown().isEmpty()) {
      return;
    }
    String eventId = "to-" + chart.drilldown();
    ObjectNode event = enhancements.putObject("dynamicActions").putArray("events").addObject();
    event.put("eventId", eventId);
    event.putArray("triggers").add("FILTER_TRIGGER");
    ObjectNode action = event.putObject("action");
    action
        .put("factoryId", DRILLDOWN)
        .put("name", "Show it in: " + DashboardParts.title(chart.drilldown()));
    action
        .putObject("config")
        .put("useCurrentFilters", true)
        .put("useCurrentDateRange", true)
        .put("openInNewTab", false);
    reference(
        references,
        chart.id() + ":drilldown:" + DRILLDOWN + ":" + eventId + ":dashboardId",
        "dashboard",
        Dashboard.idOf(chart.drilldown()));
  }

  private static ObjectNode markdown(Panel.Note note) {
    ObjectNode saved = MAPPER.createObjectNode();
    saved.put("title", "").put("description", "").put("type", "markdown");
    saved
        .putObject("params")
        .put("fontSize", 12)
        .put("openLinksInNewTab", false)
        .put("markdown", note.markdown());
    saved.putObject("uiState");
    ObjectNode data = saved.putObject("data");
    data.putArray("aggs");
    ObjectNode source = data.putObject("searchSource");
    source.putObject("query").put("query", "").put("language", "kuery");
    source.putArray("filter");
    return saved;
  }

  /** JSON as text within JSON, on one line. */
  static String text(JsonNode node) {
    try {
      return MAPPER.writeValueAsString(node);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("A tree could not be written", e);
    }
  }
}
