package io.leukocyte.indexer;

import java.util.stream.Collectors;
import java.util.stream.Stream;

/** What a panel looks at: a Kibana data view over one kind of document, or over several. */
enum DataView {
  /** Alerts. */
  ALERTS("alerts", DataStream.ALERTS.pattern(), "Leukocyte alerts", "alerts"),
  /** Steps of actions. */
  ACTIONS("actions", DataStream.ACTIONS.pattern(), "Leukocyte actions", "actions"),
  /** Lines that containers wrote. */
  LOGS("logs", DataStream.CONTAINER.pattern(), "Leukocyte container logs", "log lines"),
  /** Events as the collectors sent them; none unless they were asked for. */
  EVENTS("events", DataStream.EVENTS.pattern(), "Leukocyte events", "indexed events"),
  /** Heartbeats and losses of sensors. */
  SENSOR("sensor", DataStream.SENSOR.pattern(), "Leukocyte sensors", "reports of sensors"),
  /** What containers use. */
  STATS("stats", DataStream.STATS.pattern(), "Leukocyte container use", "figures of containers"),
  /** Incidents. */
  INCIDENTS("incidents", DataStream.INCIDENTS.pattern(), "Leukocyte incidents", "incidents"),
  /** Packages with known flaws. */
  FINDINGS("findings", DataStream.FINDINGS.pattern(), "Leukocyte findings", "findings"),
  /** All but events, for controls that choose a container or a host. */
  ALL(
      "all",
      Stream.of(DataStream.values())
          .filter(stream -> stream != DataStream.EVENTS)
          .map(DataStream::pattern)
          .collect(Collectors.joining(",")),
      "Leukocyte",
      "documents");

  private final String word;
  private final String pattern;
  private final String label;
  private final String things;

  DataView(String word, String pattern, String label, String things) {
    this.word = word;
    this.pattern = pattern;
    this.label = label;
    this.things = things;
  }

  /** The saved object's id. */
  String id() {
    return "leukocyte-view-" + word;
  }

  /** The indices, as Kibana and Elasticsearch take them. */
  String pattern() {
    return pattern;
  }

  /** What Kibana shows in its list. */
  String label() {
    return label;
  }

  /** What its documents are, in the plural. */
  String things() {
    return things;
  }

  /** Whether its documents say what is so until they change, however long ago they were written. */
  boolean isState() {
    return this == FINDINGS;
  }
}
