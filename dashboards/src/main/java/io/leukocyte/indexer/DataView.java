package io.leukocyte.indexer;

/** What a panel looks at: a Kibana data view over one data stream of every namespace, or all. */
enum DataView {
  /** Alerts. */
  ALERTS("alerts", DataStream.ALERTS.pattern(), "Leukocyte alerts"),
  /** Steps of actions. */
  ACTIONS("actions", DataStream.ACTIONS.pattern(), "Leukocyte actions"),
  /** Lines that containers wrote. */
  LOGS("logs", DataStream.CONTAINER.pattern(), "Leukocyte container logs"),
  /** The three together, for controls that choose a container. */
  ALL(
      "all",
      DataStream.ALERTS.pattern()
          + ","
          + DataStream.ACTIONS.pattern()
          + ","
          + DataStream.CONTAINER.pattern(),
      "Leukocyte");

  private final String word;
  private final String pattern;
  private final String label;

  DataView(String word, String pattern, String label) {
    this.word = word;
    this.pattern = pattern;
    this.label = label;
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
}
