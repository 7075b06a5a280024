package io.leukocyte.indexer;

/** The data streams, each with its own index template. */
enum DataStream {
  /** Alerts. */
  ALERTS("alerts"),
  /** Steps of actions. */
  ACTIONS("actions"),
  /** Lines that containers wrote. */
  CONTAINER("container");

  private final String dataset;

  DataStream(String dataset) {
    this.dataset = dataset;
  }

  /** ECS event.dataset and data_stream.dataset. */
  String dataset() {
    return "leukocyte." + dataset;
  }

  /** The template's and the resource's short name. */
  String text() {
    return dataset;
  }

  /** The stream's name: {@code logs-leukocyte.alerts-NAMESPACE}. */
  String name(String namespace) {
    return "logs-" + dataset() + "-" + namespace;
  }

  /** The pattern of its template, for every namespace. */
  String pattern() {
    return "logs-" + dataset() + "-*";
  }
}
