package io.leukocyte.indexer;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Examples of Kibana's alerting rules, as the bodies that its API takes: {@code POST
 * /api/alerting/rule/ID}. They are "Elasticsearch query" rules without an action: whom to tell is
 * the user's to add.
 */
final class AlertingRules {
  private static final ObjectMapper MAPPER =
      JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();
  private static final int HITS = 20;

  /**
   * A rule.
   *
   * @param id its id, and the file's name
   * @param name what Kibana shows
   * @param view what it searches
   * @param query in Lucene's language
   * @param comparator {@code >} or {@code <}
   * @param threshold how many documents it compares with
   * @param minutes how far it looks back
   */
  record Rule(
      String id,
      String name,
      DataView view,
      String query,
      String comparator,
      int threshold,
      int minutes) {}

  private AlertingRules() {}

  /** The rules. */
  static List<Rule> all() {
    return List.of(
        some("critical-alert", "Critical alert", DataView.ALERTS, "event.severity:99"),
        some(
            "host-silent",
            "A host's sensor is silent",
            DataView.ALERTS,
            "rule.name:\"Sensor silent\""),
        new Rule(
            "leukocyte-no-sensor",
            "Leukocyte: no sensor is heard at all",
            DataView.SENSOR,
            "leukocyte.kind:sensor.heartbeat",
            "<",
            1,
            10),
        some(
            "sensor-lost-events",
            "A sensor lost events",
            DataView.SENSOR,
            "leukocyte.kind:sensor.loss"),
        some("action-failed", "An action failed", DataView.ACTIONS, "leukocyte.action.step:failed"),
        some(
            "action-waits",
            "An action waits for somebody",
            DataView.ACTIONS,
            "leukocyte.action.step:waiting"),
        some(
            "critical-finding",
            "A critical flaw that has a fix",
            DataView.FINDINGS,
            "event.severity:99 AND leukocyte.finding.fix_available:true"
                + " AND NOT leukocyte.finding.state:fixed"));
  }

  /** A rule about any document in five minutes. */
  private static Rule some(String id, String name, DataView view, String query) {
    return new Rule("leukocyte-" + id, "Leukocyte: " + name, view, query, ">", 0, 5);
  }

  /** The files by name. */
  static Map<String, String> files() {
    Map<String, String> files = new LinkedHashMap<>();
    all().forEach(rule -> files.put(rule.id() + ".json", text(rule)));
    return files;
  }

  private static String text(Rule rule) {
    ObjectNode body = MAPPER.createObjectNode();
    body.put("name", rule.name());
    body.put("rule_type_id", ".es-query").put("consumer", "stackAlerts");
    body.putArray("tags").add("leukocyte");
    body.putObject("schedule").put("interval", "1m");
    body.put("notify_when", "onActionGroupChange");
    ObjectNode params = body.putObject("params");
    params.put("searchType", "esQuery").put("size", HITS);
    params.put("timeField", "@timestamp");
    List.of(rule.view().pattern().split(",")).forEach(params.putArray("index")::add);
    ObjectNode query = MAPPER.createObjectNode();
    query
        .putObject("query")
        .putObject("query_string")
        .put("query", rule.query())
        .put("analyze_wildcard", true);
    params.put("esQuery", query.toString());
    params.put("timeWindowSize", rule.minutes()).put("timeWindowUnit", "m");
    params.put("thresholdComparator", rule.comparator());
    params.putArray("threshold").add(rule.threshold());
    params.put("aggType", "count").put("groupBy", "all");
    params.put("excludeHitsFromPreviousRun", true);
    body.putArray("actions");
    try {
      return MAPPER.writeValueAsString(body) + "\n";
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("A tree could not be written", e);
    }
  }
}
