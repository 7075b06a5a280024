package io.leukocyte.indexer;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * What a Kibana 8.9 or newer would not take of a file of saved objects, or would show as an error:
 * unknown keys and versions, encoded texts that are no JSON, loose references, panels that overlap;
 * charts are given to {@link LensValidator}. It reads what the files say and knows nothing of how
 * they are made.
 */
final class DashboardValidator {
  private static final JsonMapper MAPPER =
      JsonMapper.builder()
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();

  private static final String CORE_VERSION = "8.8.0";
  private static final Map<String, String> VERSIONS =
      Map.of("index-pattern", "8.0.0", "search", "8.0.0", "dashboard", "8.9.0");
  private static final Set<String> OBJECT_KEYS =
      Set.of(
          "type", "id", "coreMigrationVersion", "typeMigrationVersion", "attributes", "references");
  private static final Map<String, Set<String>> ATTRIBUTES =
      Map.of(
          "index-pattern",
          Set.of("title", "name", "timeFieldName", "allowNoIndex"),
          "search",
          Set.of("title", "description", "columns", "sort", "kibanaSavedObjectMeta"),
          "dashboard",
          Set.of(
              "title",
              "description",
              "kibanaSavedObjectMeta",
              "timeRestore",
              "timeFrom",
              "timeTo",
              "refreshInterval",
              "controlGroupInput",
              "panelsJSON",
              "optionsJSON",
              "hits",
              "version"));
  private static final Set<String> PANEL_KEYS =
      Set.of(
          "version", "type", "gridData", "panelIndex", "title", "embeddableConfig", "panelRefName");
  private static final Map<String, Set<String>> PANEL_CONFIG =
      Map.of(
          "lens", Set.of("attributes", "enhancements"),
          "search", Set.of("enhancements"),
          "visualization", Set.of("savedVis", "hidePanelTitles", "enhancements"));
  private static final Set<String> GRID_KEYS = Set.of("x", "y", "w", "h", "i");
  private static final Set<String> REFERENCE_KEYS = Set.of("name", "type", "id");
  private static final Set<String> CONTROL_GROUP_KEYS =
      Set.of("controlStyle", "chainingSystem", "panelsJSON", "ignoreParentSettingsJSON");
  private static final Set<String> CONTROL_KEYS =
      Set.of("order", "width", "grow", "type", "explicitInput");
  private static final Set<String> OPTIONS =
      Set.of("useMargins", "syncColors", "syncCursor", "syncTooltips", "hidePanelTitles");
  private static final int WIDTH = 48;

  private final Map<String, String> types = FieldTypes.all();
  private final Set<String> dashboards;
  private final List<String> problems = new ArrayList<>();
  private final Set<String> known = new HashSet<>();
  private String place = "";

  private DashboardValidator(Set<String> dashboards) {
    this.dashboards = dashboards;
  }

  /**
   * Looks at a file.
   *
   * @param ndjson its text
   * @param dashboards ids of the dashboards that other files have
   * @return what is wrong; empty when it is right
   */
  static List<String> problems(String ndjson, Set<String> dashboards) {
    DashboardValidator validator = new DashboardValidator(dashboards);
    List<JsonNode> objects = new ArrayList<>();
    for (String line : ndjson.lines().toList()) {
      validator.place = "line " + (objects.size() + 1);
      objects.add(validator.json(line, "the line"));
    }
    for (JsonNode object : objects) {
      String key = object.path("type").asText() + "/" + object.path("id").asText();
      if (!validator.known.add(key)) {
        validator.wrong(key + " stands twice");
      }
    }
    objects.forEach(validator::object);
    return validator.problems;
  }

  private void wrong(String what) {
    problems.add(place + ": " + what);
  }

  private JsonNode json(String text, String what) {
    try {
      return MAPPER.readTree(text);
    } catch (JsonProcessingException e) {
      wrong(what + " is no JSON: " + e.getOriginalMessage());
      return MissingNode.getInstance();
    }
  }

  /** The JSON that a text field holds. */
  private JsonNode encoded(JsonNode parent, String field) {
    JsonNode node = parent.path(field);
    if (!node.isTextual()) {
      wrong(field + " is no text");
      return MissingNode.getInstance();
    }
    return json(node.asText(), field);
  }

  private void keys(JsonNode node, Set<String> allowed, String of) {
    node.fieldNames()
        .forEachRemaining(name -> {
          if (!allowed.contains(name)) {
            wrong(of + " may not have the key " + name);
          }
        });
  }

  private void object(JsonNode object) {
    String type = object.path("type").asText();
    place = type + " " + object.path("id").asText();
    keys(object, OBJECT_KEYS, "an object");
    if (!VERSIONS.containsKey(type)) {
      wrong("unknown type");
      return;
    }
    equal(object, "coreMigrationVersion", CORE_VERSION);
    equal(object, "typeMigrationVersion", VERSIONS.getOrDefault(type, ""));
    JsonNode attributes = object.path("attributes");
    keys(attributes, ATTRIBUTES.getOrDefault(type, Set.of()), "attributes");
    if (attributes.path("title").asText().isBlank()) {
      wrong("no title");
    }
    References references = references(object);
    switch (type) {
      case "index-pattern" -> view(attributes);
      case "search" -> search(attributes, references);
      default -> dashboard(attributes, references);
    }
    references.unused().forEach(name -> wrong("nothing uses the reference " + name));
  }

  private void equal(JsonNode node, String field, String expected) {
    String actual = node.path(field).asText();
    if (!actual.equals(expected)) {
      wrong(field + " is '" + actual + "', not " + expected);
    }
  }

  private References references(JsonNode object) {
    References references = new References();
    for (JsonNode reference : object.path("references")) {
      keys(reference, REFERENCE_KEYS, "a reference");
      String target = reference.path("type").asText() + "/" + reference.path("id").asText();
      boolean isThere =
          known.contains(target)
              || (reference.path("type").asText().equals("dashboard")
                  && dashboards.contains(reference.path("id").asText()));
      if (!isThere) {
        wrong("a reference leads to " + target + ", which is nowhere");
      }
      if (!references.add(reference.path("name").asText(), target)) {
        wrong("two references are called " + reference.path("name").asText());
      }
    }
    return references;
  }

  private void use(References references, String name, String type) {
    String target = references.use(name);
    if (!target.startsWith(type + "/")) {
      wrong("no reference " + name + " to an object of type " + type);
    }
  }

  private void view(JsonNode attributes) {
    List<String> patterns =
        Stream.of(DataStream.values()).map(DataStream::pattern).sorted().toList();
    for (String pattern : attributes.path("title").asText().split(",", -1)) {
      if (!patterns.contains(pattern)) {
        wrong("no index template is for " + pattern);
      }
    }
    requireType(attributes.path("timeFieldName").asText(), Set.of("date_nanos"));
  }

  private void search(JsonNode attributes, References references) {
    attributes.path("columns").forEach(column -> requireField(column.asText()));
    for (JsonNode sort : attributes.path("sort")) {
      requireType(sort.path(0).asText(), Set.of("date_nanos", "long", "keyword"));
    }
    JsonNode source = encoded(attributes.path("kibanaSavedObjectMeta"), "searchSourceJSON");
    use(references, source.path("indexRefName").asText(), "index-pattern");
    LensValidator.query(source.path("query"), types).forEach(this::wrong);
  }

  private void requireField(String field) {
    if (!types.containsKey(field)) {
      wrong("no index template has the field " + field);
    }
  }

  private void requireType(String field, Set<String> allowed) {
    requireField(field);
    String type = types.getOrDefault(field, "");
    if (!type.isEmpty() && !allowed.contains(type)) {
      wrong(field + " is a " + type + ", which does not do here");
    }
  }

  private void dashboard(JsonNode attributes, References references) {
    encoded(attributes.path("kibanaSavedObjectMeta"), "searchSourceJSON");
    keys(encoded(attributes, "optionsJSON"), OPTIONS, "optionsJSON");
    if (attributes.has("controlGroupInput")) {
      controls(attributes.path("controlGroupInput"), references);
    }
    JsonNode panels = encoded(attributes, "panelsJSON");
    if (panels.isEmpty()) {
      wrong("no panel");
    }
    grid(panels);
    panels.forEach(panel -> panel(panel, references));
  }

  private void controls(JsonNode group, References references) {
    keys(group, CONTROL_GROUP_KEYS, "the controls");
    encoded(group, "ignoreParentSettingsJSON");
    encoded(group, "panelsJSON")
        .properties()
        .forEach(control -> {
          use(
              references,
              "controlGroup_" + control.getKey() + ":optionsListDataView",
              "index-pattern");
          keys(control.getValue(), CONTROL_KEYS, "a control");
          JsonNode input = control.getValue().path("explicitInput");
          equal(control.getValue(), "type", "optionsListControl");
          equal(input, "id", control.getKey());
          requireType(input.path("fieldName").asText(), Set.of("keyword", "ip", "boolean"));
        });
  }

  private void grid(JsonNode panels) {
    Set<String> indices = new HashSet<>();
    Set<String> taken = new HashSet<>();
    for (JsonNode panel : panels) {
      String index = panel.path("panelIndex").asText();
      JsonNode data = panel.path("gridData");
      if (!indices.add(index)) {
        wrong("two panels are called " + index);
      }
      keys(data, GRID_KEYS, "gridData");
      equal(data, "i", index);
      int x = data.path("x").asInt(-1);
      int y = data.path("y").asInt(-1);
      int w = data.path("w").asInt(0);
      int h = data.path("h").asInt(0);
      if (x < 0 || y < 0 || w < 1 || h < 1 || x + w > WIDTH) {
        wrong("panel " + index + " is not on the grid");
        continue;
      }
      boolean overlaps = false;
      for (int i = x; i < x + w; i++) {
        for (int j = y; j < y + h; j++) {
          overlaps |= !taken.add(i + "," + j);
        }
      }
      if (overlaps) {
        wrong("panel " + index + " lies over another");
      }
    }
  }

  private void panel(JsonNode panel, References references) {
    String outside = place;
    String index = panel.path("panelIndex").asText();
    place = outside + ", " + index;
    keys(panel, PANEL_KEYS, "a panel");
    equal(panel, "version", "8.9.0");
    JsonNode config = panel.path("embeddableConfig");
    keys(
        config,
        PANEL_CONFIG.getOrDefault(panel.path("type").asText(), Set.of()),
        "a panel's embeddableConfig");
    switch (panel.path("type").asText()) {
      case "lens" -> lens(index, config, references);
      case "search" -> use(references, index + ":" + panel.path("panelRefName").asText(), "search");
      case "visualization" -> {
        equal(config.path("savedVis"), "type", "markdown");
        links(config.at("/savedVis/params/markdown").asText());
      }
      default -> wrong("unknown type of panel " + panel.path("type").asText());
    }
    for (JsonNode event : config.at("/enhancements/dynamicActions/events")) {
      String factory = event.at("/action/factoryId").asText();
      String name =
          "%s:drilldown:%s:%s:dashboardId"
              .formatted(index, factory, event.path("eventId").asText());
      use(references, name, "dashboard");
    }
    place = outside;
  }

  private void lens(String index, JsonNode config, References references) {
    LensValidator.problems(config.path("attributes"), types).forEach(this::wrong);
    for (JsonNode reference : config.at("/attributes/references")) {
      String name = index + ":" + reference.path("name").asText();
      use(references, name, "index-pattern");
      if (!references.target(name).equals("index-pattern/" + reference.path("id").asText())) {
        wrong("the chart's own reference leads elsewhere than " + name);
      }
    }
  }

  /** Links between dashboards: {@code [Title](#/view/ID)}. */
  private void links(String markdown) {
    String[] parts = markdown.split("#/view/", -1);
    for (int i = 1; i < parts.length; i++) {
      String id = parts[i].substring(0, Math.max(0, parts[i].indexOf(')')));
      if (!dashboards.contains(id) && !known.contains("dashboard/" + id)) {
        wrong("a link leads to the dashboard " + id + ", which is nowhere");
      }
    }
  }

  /** The references of an object, and which of them are used. */
  private static final class References {
    private final Map<String, String> targets = new TreeMap<>();
    private final Set<String> used = new HashSet<>();

    boolean add(String name, String target) {
      return targets.put(name, target) == null;
    }

    String use(String name) {
      used.add(name);
      return target(name);
    }

    String target(String name) {
      return targets.getOrDefault(name, "");
    }

    Set<String> unused() {
      Set<String> unused = new TreeSet<>(targets.keySet());
      unused.removeAll(used);
      return unused;
    }
  }
}
