package io.leukocyte.indexer;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Where documents go, each with its own index template: data streams, where a document stays as it
 * is, and indices of what changes, where the latest version of a document takes the place of the
 * one before.
 */
enum DataStream {
  /** Alerts. */
  ALERTS(Form.LOGS, "alerts", Optional.empty()),
  /** Steps of actions. */
  ACTIONS(Form.LOGS, "actions", Optional.empty()),
  /** Lines that containers wrote. */
  CONTAINER(Form.LOGS, "container", Optional.empty()),
  /** Events as the collectors sent them. */
  EVENTS(Form.LOGS, "events", Optional.of(Duration.ofDays(7))),
  /** How the sensors are, and what they lost. */
  SENSOR(Form.METRICS, "sensor", Optional.of(Duration.ofDays(30))),
  /** What containers use. */
  STATS(Form.METRICS, "stats", Optional.of(Duration.ofDays(30))),
  /** Incidents, each as it is now. */
  INCIDENTS(Form.LATEST, "incidents", Optional.empty()),
  /** Packages with known flaws, each as it is now. */
  FINDINGS(Form.LATEST, "findings", Optional.empty());

  /** How documents are kept. */
  enum Form {
    /** A data stream of the type logs. */
    LOGS,
    /** A data stream of the type metrics. */
    METRICS,
    /** An index in which a newer version of a document replaces an older one. */
    LATEST
  }

  private final Form form;
  private final String word;
  private final Optional<Duration> retention;

  DataStream(Form form, String word, Optional<Duration> retention) {
    this.form = form;
    this.word = word;
    this.retention = retention;
  }

  /** Those of them that are data streams. */
  static List<DataStream> streams() {
    return Stream.of(values()).filter(stream -> !stream.isLatest()).toList();
  }

  /** ECS event.dataset and data_stream.dataset. */
  String dataset() {
    return "leukocyte." + word;
  }

  /** The short name, in settings and metrics. */
  String text() {
    return word;
  }

  /** ECS data_stream.type; empty for an index. */
  Optional<String> type() {
    return switch (form) {
      case LOGS -> Optional.of("logs");
      case METRICS -> Optional.of("metrics");
      case LATEST -> Optional.empty();
    };
  }

  /** Whether documents are replaced by newer versions: an index, and no data stream. */
  boolean isLatest() {
    return form == Form.LATEST;
  }

  /** How long its documents are kept unless a setting says otherwise; empty is as the others. */
  Optional<Duration> retention() {
    return retention;
  }

  /** The index template's name. */
  String template() {
    return type().map(type -> type + "-" + dataset()).orElse("leukocyte-" + word);
  }

  /**
   * The name to write to: {@code logs-leukocyte.alerts-NAMESPACE}, or {@code
   * leukocyte-incidents-NAMESPACE} of an index.
   */
  String name(String namespace) {
    return template() + "-" + namespace;
  }

  /** The pattern of its template, for every namespace. */
  String pattern() {
    return template() + "-*";
  }
}
