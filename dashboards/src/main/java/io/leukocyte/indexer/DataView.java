package io.leukocyte.indexer;

/** What a panel looks at: a Kibana data view over one data stream of every namespace, or all. */
enum DataView {
  /** Alerts. */
  ALERTS("alerts", DataStream.ALERTS.pattern(), "Leukocyte alerts", "alerts"),
  /** Steps of actions. */
  ACTIONS("actions", DataStream.ACTIONS.pattern(), "Leukocyte actions", "actions"),
  /** Lines that containers wrote. */
  LOGS("logs", DataStream.CONTAINER.pattern(), "Leukocyte container logs", "log lines"),
  /** The three together, for controls that choose a container. */
  ALL(
      "all",
      DataStream.ALERTS.pattern()
          + ","
          + DataStream.ACTIONS.pattern()
          + ","
          + DataStream.CONTAINER.pattern(),
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
}
