package io.leukocyte.indexer;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The validator refuses each file with one mistake, and says what it is. */
class DashboardMutantsTest {
  private static final ObjectMapper MAPPER = new ObjectMapper();
  private static final String COLUMNS =
      "/embeddableConfig/attributes/state/datasourceStates/formBased/layers/main/columns";
  private static final String VISUALIZATION = "/embeddableConfig/attributes/state/visualization";

  /** Changes the objects of a file. */
  interface Change {
    void of(List<ObjectNode> objects) throws IOException;
  }

  /** Changes a panel, or the list of panels. */
  interface PanelChange {
    void of(ArrayNode panels);
  }

  static Stream<Arguments> mutants() {
    return Stream.of(
            keysAndVersions(),
            encodedTexts(),
            references(),
            columnsAndAccessors(),
            grid(),
            fieldsAndOperations(),
            likely())
        .flatMap(of -> of);
  }

  private static Stream<Arguments> keysAndVersions() {
    return Stream.of(
        mutant(
            "unknown type of object",
            "unknown type",
            objects -> objects.getFirst().put("type", "index-patern")),
        mutant("no title", "no title", objects -> attributes(objects).put("title", " ")),
        mutant(
            "unknown key of a reference",
            "a reference may not have the key version",
            objects ->
                reference(objects, "top-rules:indexpattern-datasource-layer-main")
                    .put("version", 1)),
        mutant(
            "unknown option",
            "optionsJSON may not have the key darkMode",
            objects -> encoded(attributes(objects), "optionsJSON", o -> o.put("darkMode", true))),
        mutant(
            "version of a panel",
            "version is '8.10.0'",
            panels(list -> panel(list, "top-rules").put("version", "8.10.0"))),
        mutant(
            "unknown type of panel",
            "unknown type of panel map",
            panels(list -> panel(list, "top-rules").put("type", "map"))),
        mutant(
            "visualization that is no text",
            "type is 'vega', not markdown",
            panels(list ->
                ((ObjectNode) panel(list, "dashboards").at("/embeddableConfig/savedVis"))
                    .put("type", "vega"))),
        mutant(
            "unknown key of a panel's configuration",
            "embeddableConfig may not have the key savedObjectId",
            panels(list ->
                ((ObjectNode) panel(list, "top-rules").get("embeddableConfig"))
                    .put("savedObjectId", "x"))),
        mutant(
            "unknown key of the grid",
            "gridData may not have the key sectionId",
            panels(list -> grid(list, "top-rules").put("sectionId", "x"))),
        mutant(
            "unknown key of a chart",
            "a chart may not have the key version",
            panels(list -> chart(list, "top-rules").put("version", 2))),
        mutant(
            "unknown key of a chart's state",
            "state may not have the key esql",
            panels(list -> ((ObjectNode) chart(list, "top-rules").get("state")).put("esql", "x"))),
        mutant(
            "unknown key of a layer",
            "a layer may not have the key indexPatternId",
            panels(list -> layer(list, "top-rules").put("indexPatternId", "x"))),
        mutant(
            "unknown key of a column",
            "a column may not have the key timeShift",
            panels(list -> column(list, "top-rules", "c1").put("timeShift", "1d"))),
        mutant(
            "figure of a second without a time",
            "a timeScale that does nothing",
            panels(list -> column(list, "top-rules", "c1").put("timeScale", "s"))),
        ofFile(
            "sensors",
            "figure of an unknown time",
            "a timeScale that does nothing",
            panels(
                list -> column(list, "events-per-second-by-kind", "c1").put("timeScale", "week"))),
        mutant(
            "unknown key of an operation",
            "terms may not have the key accuracyMode",
            panels(list ->
                ((ObjectNode) column(list, "top-rules", "c0").get("params"))
                    .put("accuracyMode", true))),
        mutant(
            "unknown key of a table",
            "lnsDatatable may not have the key density",
            panels(list ->
                ((ObjectNode) panel(list, "top-rules").at(VISUALIZATION)).put("density", "x"))),
        mutant(
            "unknown key of bars",
            "a layer of lnsXY may not have the key colorMapping",
            panels(list ->
                ((ObjectNode)
                        panel(list, "alerts-over-time-by-severity").at(VISUALIZATION + "/layers/0"))
                    .put("colorMapping", "x"))),
        mutant(
            "unknown key of the controls",
            "the controls may not have the key autoApplySelections",
            objects ->
                ((ObjectNode) attributes(objects).get("controlGroupInput"))
                    .put("autoApplySelections", true)),
        mutant(
            "control of another type",
            "type is 'rangeSliderControl'",
            objects -> control(objects, c -> c.put("type", "rangeSliderControl"))),
        mutant(
            "control of another id",
            "id is 'x', not control-host-id",
            objects -> control(objects, c -> ((ObjectNode) c.get("explicitInput")).put("id", "x"))),
        mutant(
            "unknown key of a control",
            "a control may not have the key dataViewId",
            objects -> control(objects, c -> c.put("dataViewId", "x"))));
  }

  private static Stream<Arguments> encodedTexts() {
    return Stream.of(
        mutant(
            "broken searchSourceJSON of a dashboard",
            "searchSourceJSON is no JSON",
            objects -> meta(attributes(objects)).put("searchSourceJSON", "{]")),
        mutant(
            "broken searchSourceJSON of a search",
            "searchSourceJSON is no JSON",
            objects ->
                meta((ObjectNode) search(objects).get("attributes"))
                    .put("searchSourceJSON", "{\"query\":")),
        mutant(
            "searchSourceJSON that is missing",
            "searchSourceJSON is no text",
            objects ->
                meta((ObjectNode) search(objects).get("attributes")).remove("searchSourceJSON")),
        mutant(
            "broken panelsJSON of the controls",
            "panelsJSON is no JSON",
            objects ->
                ((ObjectNode) attributes(objects).get("controlGroupInput"))
                    .put("panelsJSON", "{'a':1}")),
        mutant(
            "broken ignoreParentSettingsJSON",
            "ignoreParentSettingsJSON is no JSON",
            objects ->
                ((ObjectNode) attributes(objects).get("controlGroupInput"))
                    .put("ignoreParentSettingsJSON", "true}")));
  }

  private static Stream<Arguments> references() {
    return Stream.of(
        mutant(
            "reference that nothing uses",
            "nothing uses the reference left-over",
            objects ->
                ((ArrayNode) dashboard(objects).get("references"))
                    .addObject()
                    .put("name", "left-over")
                    .put("type", "index-pattern")
                    .put("id", "leukocyte-view-alerts")),
        mutant(
            "two references of a name",
            "two references are called top-rules:",
            objects ->
                ((ArrayNode) dashboard(objects).get("references"))
                    .add(
                        reference(objects, "top-rules:indexpattern-datasource-layer-main")
                            .deepCopy())),
        mutant(
            "reference of another type",
            "to an object of type index-pattern",
            objects -> {
              ObjectNode reference =
                  reference(objects, "top-rules:indexpattern-datasource-layer-main");
              reference.put("type", "dashboard").put("id", "leukocyte-egress");
            }),
        mutant(
            "missing search",
            "search/leukocyte-search-",
            objects -> objects.removeIf(object -> object.path("type").asText().equals("search"))),
        mutant(
            "panel of a search without its name",
            "to an object of type search",
            panels(list -> {
              for (JsonNode panel : list) {
                if (panel.path("type").asText().equals("search")) {
                  ((ObjectNode) panel).put("panelRefName", "panel_nothing");
                }
              }
            })),
        mutant(
            "control without its view",
            "no reference controlGroup_control-host-id:optionsListDataView",
            objects ->
                reference(objects, "controlGroup_control-host-id:optionsListDataView")
                    .put("name", "controlGroup_host:optionsListDataView")),
        mutant(
            "search without its view",
            "to an object of type index-pattern",
            objects ->
                ((ObjectNode) search(objects).at("/references/0")).put("name", "somewhere")));
  }

  private static Stream<Arguments> columnsAndAccessors() {
    return Stream.of(
        mutant(
            "chart of an unknown kind",
            "unknown visualizationType lnsGauge",
            panels(list -> chart(list, "top-rules").put("visualizationType", "lnsGauge"))),
        mutant(
            "two layers",
            "one layer is expected, not 2",
            panels(list ->
                ((ObjectNode)
                        chart(list, "top-rules").at("/state/datasourceStates/formBased/layers"))
                    .set("more", layer(list, "top-rules").deepCopy()))),
        mutant(
            "layer without a view",
            "the layer has no reference to a data view",
            panels(list ->
                ((ObjectNode) chart(list, "top-rules").at("/references/0"))
                    .put("name", "indexpattern-datasource-layer-0"))),
        mutant(
            "bucket behind a figure",
            "the bucket c0 stands behind a figure",
            panels(list -> {
              ArrayNode order = (ArrayNode) layer(list, "top-rules").get("columnOrder");
              order.add(order.remove(0));
            })),
        mutant(
            "buckets alone",
            "no figure",
            panels(list -> {
              ((ObjectNode) layer(list, "top-rules").get("columns")).retain("c0");
              layer(list, "top-rules").putArray("columnOrder").add("c0");
            })),
        mutant(
            "column twice in the order",
            "is not the columns",
            panels(list -> ((ArrayNode) layer(list, "top-rules").get("columnOrder")).add("c1"))),
        mutant(
            "column without a label",
            "a column without a label",
            panels(list -> column(list, "top-rules", "c1").put("label", ""))),
        mutant(
            "count of a field",
            "count is of ___records___",
            panels(list -> column(list, "top-rules", "c1").put("sourceField", "event.id"))),
        mutant(
            "filters without a filter",
            "filters without a filter",
            panels(list ->
                ((ObjectNode) column(list, "alerts-over-time-by-severity", "c0").get("params"))
                    .putArray("filters"))),
        mutant(
            "figure that says it makes buckets",
            "count: isBucketed is wrong",
            panels(list -> column(list, "top-rules", "c1").put("isBucketed", true))),
        mutant(
            "visualization of another layer",
            "the visualization is of another layer",
            panels(list ->
                ((ObjectNode) panel(list, "top-rules").at(VISUALIZATION))
                    .put("layerId", "second"))),
        mutant(
            "bars without a figure",
            "lnsXY without accessors",
            panels(list ->
                ((ObjectNode)
                        panel(list, "alerts-over-time-by-severity").at(VISUALIZATION + "/layers/0"))
                    .remove("accessors"))),
        mutant(
            "column that the table does not show",
            "the visualization shows",
            panels(list ->
                ((ArrayNode) panel(list, "top-rules").at(VISUALIZATION + "/columns")).remove(1))));
  }

  private static Stream<Arguments> grid() {
    return Stream.of(
        mutant("no panel", "no panel", objects -> attributes(objects).put("panelsJSON", "[]")),
        mutant(
            "left of the grid",
            "panel top-rules is not on the grid",
            panels(list -> grid(list, "top-rules").put("x", -1))),
        mutant(
            "without a height",
            "panel top-rules is not on the grid",
            panels(list -> grid(list, "top-rules").put("h", 0))),
        mutant(
            "beyond the right edge",
            "panel top-rules is not on the grid",
            panels(list -> grid(list, "top-rules").put("x", 40))));
  }

  private static Stream<Arguments> fieldsAndOperations() {
    return Stream.of(
        mutant(
            "different values of a text",
            "unique_count does not take message, a text",
            panels(list ->
                column(list, "top-rules", "c1")
                    .put("operationType", "unique_count")
                    .put("sourceField", "message"))),
        mutant(
            "smallest of an address",
            "min does not take source.ip, a ip",
            panels(list ->
                column(list, "top-rules", "c3")
                    .put("operationType", "min")
                    .put("sourceField", "source.ip"))),
        mutant(
            "terms of labels",
            "terms does not take container.labels, a flattened",
            panels(list -> field(list, "top-containers", "container.labels"))),
        mutant(
            "time of a view that is none",
            "rule.name is a keyword, which does not do here",
            objects ->
                ((ObjectNode) objects.getFirst().get("attributes"))
                    .put("timeFieldName", "rule.name")),
        mutant(
            "order of a search by a text",
            "message is a text, which does not do here",
            objects ->
                ((ArrayNode) search(objects).at("/attributes/sort/0"))
                    .removeAll()
                    .add("message")
                    .add("desc")),
        mutant(
            "query of a search",
            "has the field event.knid of a query",
            objects ->
                encoded(
                    meta((ObjectNode) search(objects).get("attributes")),
                    "searchSourceJSON",
                    source -> ((ObjectNode) source.get("query")).put("query", "event.knid:alert"))),
        mutant(
            "query of words",
            "a query without a field: shell",
            panels(list -> query(list, "top-rules", "shell"))));
  }

  /** The mistakes that are easiest to make, of each sort one or more. */
  private static Stream<Arguments> likely() {
    return Stream.of(
        mutant(
            "unknown field",
            "has the field container.nmae",
            panels(list -> field(list, "top-containers", "container.nmae"))),
        mutant(
            "terms of a text",
            "terms does not take message, a text",
            panels(list -> field(list, "top-containers", "message"))),
        mutant(
            "terms of a date",
            "terms does not take @timestamp",
            panels(list -> field(list, "top-containers", "@timestamp"))),
        mutant(
            "histogram of a keyword",
            "date_histogram does not take rule.name",
            panels(list ->
                column(list, "alerts-over-time-by-severity", "c1")
                    .put("sourceField", "rule.name"))),
        mutant(
            "maximum of a keyword",
            "max does not take rule.name",
            panels(list -> column(list, "top-rules", "c3").put("sourceField", "rule.name"))),
        mutant(
            "unknown operation",
            "unknown operation moving_average",
            panels(list -> column(list, "top-rules", "c1").put("operationType", "moving_average"))),
        mutant(
            "field of a filter",
            "has the field event.sverity of a query",
            panels(list ->
                ((ObjectNode)
                        column(list, "alerts-over-time-by-severity", "c0")
                            .at("/params/filters/0/input"))
                    .put("query", "event.sverity:99"))),
        mutant(
            "range of a keyword",
            "a range of rule.name",
            panels(list -> query(list, "top-rules", "rule.name:[1 TO 2]"))),
        mutant(
            "query in another language",
            "not in Lucene's language",
            panels(list ->
                ((ObjectNode)
                        panel(list, "top-rules").at("/embeddableConfig/attributes/state/query"))
                    .put("language", "kuery"))),
        mutant(
            "missing column",
            "is not the columns",
            panels(list -> ((ObjectNode) panel(list, "top-rules").at(COLUMNS)).remove("c2"))),
        mutant(
            "accessor without a column",
            "the visualization shows",
            panels(list ->
                ((ObjectNode)
                        panel(list, "alerts-over-time-by-severity").at(VISUALIZATION + "/layers/0"))
                    .put("xAccessor", "c9"))),
        mutant(
            "order by a bucket",
            "ordered by c0, which is no figure",
            panels(list ->
                ((ObjectNode) column(list, "top-rules", "c0").at("/params/orderBy"))
                    .put("columnId", "c0"))),
        mutant(
            "wrong type of data",
            "dataType of rule.name is number",
            panels(list -> column(list, "top-rules", "c0").put("dataType", "number"))),
        mutant(
            "overlap",
            "panel top-rules lies over another",
            panels(list -> grid(list, "top-rules").put("y", 4))),
        mutant(
            "too wide",
            "panel top-rules is not on the grid",
            panels(list -> grid(list, "top-rules").put("w", 49))),
        mutant(
            "another index in the grid",
            "i is 'x', not top-rules",
            panels(list -> grid(list, "top-rules").put("i", "x"))),
        mutant(
            "two panels of a name",
            "two panels are called top-rules",
            panels(list -> {
              panel(list, "top-containers").put("panelIndex", "top-rules");
              grid(list, "top-rules").put("i", "top-rules");
            })),
        mutant(
            "unknown key of a panel",
            "may not have the key id",
            panels(list -> panel(list, "top-rules").put("id", "x"))),
        mutant(
            "link to nowhere",
            "the dashboard leukocyte-egres",
            panels(list -> {
              ObjectNode params =
                  (ObjectNode) panel(list, "dashboards").at("/embeddableConfig/savedVis/params");
              params.put("markdown", "[Egress](#/view/leukocyte-egres)");
            })),
        mutant(
            "another view within the chart",
            "leads elsewhere",
            panels(list ->
                ((ObjectNode)
                        panel(list, "top-rules").at("/embeddableConfig/attributes/references/0"))
                    .put("id", "leukocyte-view-logs"))),
        mutant(
            "dangling reference",
            "view-nothing, which is nowhere",
            objects ->
                reference(objects, "top-rules:indexpattern-datasource-layer-main")
                    .put("id", "leukocyte-view-nothing")),
        mutant(
            "drilldown to nowhere",
            "dashboard/leukocyte-box, which is nowhere",
            objects ->
                reference(
                        objects,
                        "top-containers:drilldown:DASHBOARD_TO_DASHBOARD_DRILLDOWN:to-container:dashboardId")
                    .put("id", "leukocyte-box")),
        mutant(
            "reference of another name",
            "no reference top-rules:",
            objects ->
                reference(objects, "top-rules:indexpattern-datasource-layer-main")
                    .put("name", "top-rules:indexpattern-datasource-layer-0")),
        mutant(
            "missing data view",
            "index-pattern/leukocyte-view-alerts, which is nowhere",
            objects ->
                objects.removeIf(
                    object -> object.path("id").asText().equals("leukocyte-view-alerts"))),
        mutant("object twice", "stands twice", objects -> objects.add(objects.getFirst())),
        mutant(
            "version newer than Kibana 8.9",
            "typeMigrationVersion is '8.10.0'",
            objects -> dashboard(objects).put("typeMigrationVersion", "8.10.0")),
        mutant(
            "core version",
            "coreMigrationVersion is '9.0.0'",
            objects -> objects.getFirst().put("coreMigrationVersion", "9.0.0")),
        mutant(
            "unknown attribute",
            "may not have the key panels",
            objects -> attributes(objects).put("panels", "[]")),
        mutant(
            "unknown key",
            "may not have the key updated_at",
            objects -> dashboard(objects).put("updated_at", "2026-01-01")),
        mutant(
            "broken panelsJSON",
            "panelsJSON is no JSON",
            objects -> {
              String json = attributes(objects).path("panelsJSON").asText();
              attributes(objects).put("panelsJSON", json.substring(0, json.length() - 1));
            }),
        mutant(
            "panelsJSON that is no text",
            "panelsJSON is no text",
            objects -> attributes(objects).putArray("panelsJSON")),
        mutant(
            "broken optionsJSON",
            "optionsJSON is no JSON",
            objects -> attributes(objects).put("optionsJSON", "{")),
        mutant(
            "control of a number",
            "event.severity is a long",
            objects -> {
              ObjectNode group = (ObjectNode) attributes(objects).get("controlGroupInput");
              group.put(
                  "panelsJSON",
                  group.path("panelsJSON").asText().replace("host.id", "event.severity"));
            }),
        mutant(
            "column of a search",
            "has the field rule.nmae",
            objects -> ((ArrayNode) search(objects).at("/attributes/columns")).add("rule.nmae")),
        ofFile(
            "response",
            "percentile of a keyword",
            "percentile does not take rule.name",
            panels(
                list -> column(list, "half-applied-within", "c0").put("sourceField", "rule.name"))),
        ofFile(
            "response",
            "percentile of nothing",
            "a percentile of 0 percent",
            panels(list ->
                ((ObjectNode) column(list, "half-applied-within", "c0").get("params"))
                    .put("percentile", 0))),
        ofFile(
            "sensors",
            "sum of a date",
            "sum does not take @timestamp",
            panels(list -> column(list, "events-lost", "c0").put("sourceField", "@timestamp"))),
        ofFile(
            "sensors",
            "moment shown as a number",
            "dataType of @timestamp is number",
            panels(list ->
                column(list, "hosts-the-longest-silent-first", "c1").put("dataType", "number"))),
        ofFile(
            "sensors",
            "no direction",
            "terms without a direction",
            panels(list ->
                ((ObjectNode) column(list, "hosts-the-longest-silent-first", "c0").get("params"))
                    .put("orderDirection", "upwards"))),
        ofFile(
            "sensors",
            "kind that no sensor sends",
            "has the field leukocyte.sensor.events.process.fork",
            panels(list ->
                column(list, "events-per-second-by-kind", "c1")
                    .put("sourceField", "leukocyte.sensor.events.process.fork"))),
        ofFile(
            "vulnerabilities",
            "field of a finding",
            "has the field leukocyte.finding.fixable of a query",
            panels(list -> query(list, "open-with-a-fix", "leukocyte.finding.fixable:true"))),
        mutant(
            "view of other indices",
            "no index template is for logs-*",
            objects -> ((ObjectNode) objects.getFirst().get("attributes")).put("title", "logs-*")));
  }

  @ParameterizedTest(name = "{1}")
  @MethodSource("mutants")
  void mistakeIsRefused(String file, String name, String problem, Change change)
      throws IOException {
    List<ObjectNode> objects = new ArrayList<>();
    for (String line : file(file + ".ndjson").lines().toList()) {
      objects.add((ObjectNode) MAPPER.readTree(line));
    }
    change.of(objects);
    StringBuilder text = new StringBuilder();
    objects.forEach(object -> text.append(object).append('\n'));
    assertThat(DashboardValidator.problems(text.toString(), DashboardsTest.ids()))
        .as(name)
        .anyMatch(said -> said.contains(problem));
  }

  @ParameterizedTest
  @MethodSource("brokenLines")
  void brokenLineIsRefused(String line) {
    assertThat(DashboardValidator.problems(line + "\n", DashboardsTest.ids()))
        .anyMatch(said -> said.contains("is no JSON"));
  }

  static Stream<String> brokenLines() {
    String whole = file("logs.ndjson").lines().toList().getLast();
    return Stream.of(
        whole.substring(0, whole.length() - 1),
        whole + "}",
        "{\"type\":\"dashboard\",\"type\":\"search\"}");
  }

  private static String file(String name) {
    return Objects.requireNonNull(Dashboards.files().get(name));
  }

  private static Arguments mutant(String name, String problem, Change change) {
    return ofFile("overview", name, problem, change);
  }

  private static Arguments ofFile(String file, String name, String problem, Change change) {
    return Arguments.of(file, name, problem, change);
  }

  private static Change panels(PanelChange change) {
    return objects -> {
      ObjectNode attributes = attributes(objects);
      ArrayNode panels = (ArrayNode) MAPPER.readTree(attributes.path("panelsJSON").asText());
      change.of(panels);
      attributes.put("panelsJSON", panels.toString());
    };
  }

  private static ObjectNode named(Iterable<? extends JsonNode> nodes, String key, String value) {
    for (JsonNode node : nodes) {
      if (node.path(key).asText().equals(value)) {
        return (ObjectNode) node;
      }
    }
    throw new AssertionError("No " + key + " " + value);
  }

  private static ObjectNode dashboard(List<ObjectNode> objects) {
    return named(objects, "type", "dashboard");
  }

  private static ObjectNode search(List<ObjectNode> objects) {
    return named(objects, "type", "search");
  }

  private static ObjectNode attributes(List<ObjectNode> objects) {
    return (ObjectNode) dashboard(objects).get("attributes");
  }

  private static ObjectNode reference(List<ObjectNode> objects, String name) {
    return named(dashboard(objects).get("references"), "name", name);
  }

  private static ObjectNode panel(ArrayNode panels, String index) {
    return named(panels, "panelIndex", index);
  }

  private static ObjectNode grid(ArrayNode panels, String index) {
    return (ObjectNode) panel(panels, index).get("gridData");
  }

  private static ObjectNode column(ArrayNode panels, String index, String column) {
    return (ObjectNode) panel(panels, index).at(COLUMNS + "/" + column);
  }

  private static void field(ArrayNode panels, String index, String field) {
    column(panels, index, "c0").put("sourceField", field);
  }

  private static ObjectNode chart(ArrayNode panels, String index) {
    return (ObjectNode) panel(panels, index).at("/embeddableConfig/attributes");
  }

  private static ObjectNode layer(ArrayNode panels, String index) {
    return (ObjectNode) chart(panels, index).at("/state/datasourceStates/formBased/layers/main");
  }

  private static ObjectNode meta(ObjectNode attributes) {
    return (ObjectNode) attributes.get("kibanaSavedObjectMeta");
  }

  /** Changes the JSON that a text holds. */
  private static void encoded(ObjectNode parent, String field, Consumer<ObjectNode> change)
      throws IOException {
    ObjectNode tree = (ObjectNode) MAPPER.readTree(parent.path(field).asText());
    change.accept(tree);
    parent.put(field, tree.toString());
  }

  private static void control(List<ObjectNode> objects, Consumer<ObjectNode> change)
      throws IOException {
    encoded(
        (ObjectNode) attributes(objects).get("controlGroupInput"),
        "panelsJSON",
        group -> change.accept((ObjectNode) group.get("control-host-id")));
  }

  private static void query(ArrayNode panels, String index, String query) {
    ((ObjectNode) panel(panels, index).at("/embeddableConfig/attributes/state/query"))
        .put("query", query);
  }
}
