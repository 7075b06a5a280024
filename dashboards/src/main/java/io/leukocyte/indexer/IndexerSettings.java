package io.leukocyte.indexer;

import io.leukocyte.events.Kind;
import io.leukocyte.events.config.Config;
import io.leukocyte.events.config.Key;
import io.leukocyte.events.config.ValueType;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Settings of the indexer.
 *
 * @param urls nodes of Elasticsearch, {@code http://host:port}
 * @param username for basic authentication
 * @param password for basic authentication
 * @param apiKey instead of user and password
 * @param caFile PEM certificates to trust, for {@code https}
 * @param namespace last part of the data streams' names
 * @param keeping how long documents are kept
 * @param bulkBytes most bytes of a bulk request
 * @param selection what of the events is indexed
 * @param templates who installs the index templates
 */
public record IndexerSettings(
    List<String> urls,
    Optional<String> username,
    Optional<String> password,
    Optional<String> apiKey,
    Optional<Path> caFile,
    String namespace,
    Keeping keeping,
    int bulkBytes,
    Selection selection,
    Templating templates) {
  /** Who installs the index templates. */
  public enum Templating {
    /** The indexer, at its start. */
    INSTALL,
    /** Somebody else: the indexer waits until they are there. */
    EXPECT
  }

  /** {@code elasticsearch.url}. */
  public static final Key<List<String>> URLS =
      Key.of(
          "elasticsearch.url",
          ValueType.list(),
          List.of("http://127.0.0.1:9200"),
          "Nodes of Elasticsearch.");

  /** {@code elasticsearch.username}. */
  public static final Key<Optional<String>> USERNAME =
      Key.optional("elasticsearch.username", ValueType.text(), "User for basic authentication.");

  /** {@code elasticsearch.password}. */
  public static final Key<Optional<String>> PASSWORD =
      Key.secret("elasticsearch.password", "Password for basic authentication.");

  /** {@code elasticsearch.api-key}. */
  public static final Key<Optional<String>> API_KEY =
      Key.secret("elasticsearch.api-key", "API key, instead of user and password.");

  /** {@code elasticsearch.ca-file}. */
  public static final Key<Optional<Path>> CA_FILE =
      Key.optional(
          "elasticsearch.ca-file", ValueType.path(), "PEM certificates to trust, for https.");

  /** {@code indexer.namespace}. */
  public static final Key<String> NAMESPACE =
      Key.of(
          "indexer.namespace",
          ValueType.text(),
          "default",
          "Last part of the data streams' names: logs-leukocyte.alerts-NAMESPACE.");

  /** {@code indexer.templates}. */
  public static final Key<Templating> TEMPLATES =
      Key.of(
          "indexer.templates",
          ValueType.oneOf(Templating.class),
          Templating.INSTALL,
          "install puts the index templates into Elasticsearch at the start; expect waits until"
              + " somebody did, for a user who may only write.");

  /** {@code indexer.lifecycle}. */
  public static final Key<Keeping.Lifecycle> LIFECYCLE =
      Key.of(
          "indexer.lifecycle",
          ValueType.oneOf(Keeping.Lifecycle.class),
          Keeping.Lifecycle.DATA_STREAM,
          "What removes old documents: the data streams' own lifecycle, policies of index lifecycle"
              + " management, or nothing of ours.");

  /** {@code indexer.retention}. */
  public static final Key<Duration> RETENTION =
      Key.of(
          "indexer.retention",
          ValueType.duration(Duration.ofDays(1), Duration.ofDays(36_500)),
          Duration.ofDays(90),
          "How long documents are kept; raw events 7 days and metrics 30 days at most, unless"
              + " indexer.retention-of says otherwise.");

  /** {@code indexer.retention-of}. */
  public static final Key<Map<String, String>> RETENTION_OF =
      Key.of(
          "indexer.retention-of",
          ValueType.map(),
          Map.of(),
          "How long documents of one kind are kept, such as alerts=365d,container=14d.");

  /** {@code indexer.bulk-bytes}. */
  public static final Key<Long> BULK_BYTES =
      Key.of(
          "indexer.bulk-bytes",
          ValueType.bytes(64 << 10, 64 << 20),
          5L << 20,
          "Most bytes of one bulk request.");

  /** {@code indexer.logs}. */
  public static final Key<Optional<Selection.Logs>> LOGS =
      Key.optional(
          "indexer.logs",
          ValueType.oneOf(Selection.Logs.class),
          "Whose lines are indexed, of the containers whose logs are followed: labelled are those"
              + " with the label leuko.logs=true. Without it all in leuko up, labelled elsewhere.");

  /** {@code indexer.metrics}. */
  public static final Key<Boolean> METRICS =
      Key.of(
          "indexer.metrics",
          ValueType.bool(),
          true,
          "Whether the sensors' health and what containers use is indexed.");

  /** {@code indexer.metrics-interval}. */
  public static final Key<Duration> METRICS_INTERVAL =
      Key.of(
          "indexer.metrics-interval",
          ValueType.duration(Duration.ZERO, Duration.ofHours(1)),
          Duration.ofMinutes(1),
          "One document of each sensor and container in so long; 0 is one of each report.");

  /** {@code indexer.events}. */
  public static final Key<Selection.Mode> EVENTS =
      Key.of(
          "indexer.events",
          ValueType.oneOf(Selection.Mode.class),
          Selection.Mode.OFF,
          "Whether events are indexed as they are: none, one of indexer.events-one-of, or those of"
              + " indexer.events-kinds and indexer.events-label.");

  /** {@code indexer.events-kinds}. */
  public static final Key<List<String>> EVENTS_KINDS =
      Key.of(
          "indexer.events-kinds",
          ValueType.words(Selection.Events.kindNames()),
          List.of(),
          "Kinds of events that are indexed; empty is all but those with documents of their own.");

  /** {@code indexer.events-label}. */
  public static final Key<Optional<String>> EVENTS_LABEL =
      Key.optional(
          "indexer.events-label",
          ValueType.text(),
          "Label, key or key=value, of the containers whose events are indexed.");

  /** {@code indexer.events-one-of}. */
  public static final Key<Integer> EVENTS_ONE_OF =
      Key.of(
          "indexer.events-one-of",
          ValueType.integer(1, 1_000_000_000),
          100,
          "Of sampled events one of so many is indexed.");

  /** {@code indexer.events-rate}. */
  public static final Key<Integer> EVENTS_RATE =
      Key.of(
          "indexer.events-rate",
          ValueType.integer(1, 1_000_000),
          500,
          "Events that one indexer takes in a second at most; what is more is left out and"
              + " counted.");

  /** All settings of the indexer. */
  public static final List<Key<?>> KEYS =
      List.of(
          URLS,
          USERNAME,
          PASSWORD,
          API_KEY,
          CA_FILE,
          NAMESPACE,
          TEMPLATES,
          LIFECYCLE,
          RETENTION,
          RETENTION_OF,
          BULK_BYTES,
          LOGS,
          METRICS,
          METRICS_INTERVAL,
          EVENTS,
          EVENTS_KINDS,
          EVENTS_LABEL,
          EVENTS_ONE_OF,
          EVENTS_RATE);

  private static final Pattern DAYS = Pattern.compile("([1-9][0-9]{0,4})d");
  private static final Pattern NAMESPACE_FORM = Pattern.compile("[a-z0-9_.]{1,100}");

  /**
   * Checks the namespace and copies the list.
   *
   * @throws IllegalArgumentException when Elasticsearch would not take the namespace
   */
  public IndexerSettings {
    urls = List.copyOf(urls);
    if (!NAMESPACE_FORM.matcher(namespace).matches()) {
      throw new IllegalArgumentException(
          "indexer.namespace is '" + namespace + "'; use lower-case letters, digits, _ and .");
    }
  }

  /**
   * Settings of an indexer that installs the templates and has no events but lines.
   *
   * @param retention how long documents are kept
   * @param logs whether lines of containers are indexed
   */
  public IndexerSettings(
      List<String> urls,
      Optional<String> username,
      Optional<String> password,
      Optional<String> apiKey,
      Optional<Path> caFile,
      String namespace,
      Duration retention,
      int bulkBytes,
      boolean logs) {
    this(
        urls,
        username,
        password,
        apiKey,
        caFile,
        namespace,
        Keeping.of(retention),
        bulkBytes,
        Selection.of(logs),
        Templating.INSTALL);
  }

  /** The settings of a configuration, of an indexer by itself. */
  public static IndexerSettings from(Config config) {
    return from(config, Selection.Logs.LABELLED);
  }

  /**
   * The settings of a configuration.
   *
   * @param logs whose lines are indexed where nothing is said of that
   * @throws IllegalArgumentException when a value is not usable; the message says what to do
   */
  public static IndexerSettings from(Config config, Selection.Logs logs) {
    return new IndexerSettings(
        config.get(URLS),
        config.get(USERNAME),
        config.get(PASSWORD),
        config.get(API_KEY),
        config.get(CA_FILE),
        config.get(NAMESPACE),
        new Keeping(config.get(LIFECYCLE), config.get(RETENTION), retentions(config)),
        Math.toIntExact(config.get(BULK_BYTES)),
        new Selection(
            config.get(LOGS).orElse(logs),
            config.get(METRICS),
            config.get(METRICS_INTERVAL),
            events(config)),
        config.get(TEMPLATES));
  }

  private static Selection.Events events(Config config) {
    return new Selection.Events(
        config.get(EVENTS),
        config.get(EVENTS_KINDS).stream()
            .map(name -> Objects.requireNonNull(Kind.ofText(name)))
            .collect(Collectors.toUnmodifiableSet()),
        config.get(EVENTS_LABEL).map(Selection.Label::parse),
        config.get(EVENTS_ONE_OF),
        config.get(EVENTS_RATE));
  }

  private static Map<String, Duration> retentions(Config config) {
    Map<String, Duration> retentions = new TreeMap<>();
    config.get(RETENTION_OF).forEach((kind, text) -> retentions.put(kind, retention(kind, text)));
    return retentions;
  }

  private static Duration retention(String kind, String text) {
    Matcher days = DAYS.matcher(text);
    if (!days.matches()) {
      throw new IllegalArgumentException(
          "indexer.retention-of has '" + text + "' for " + kind + "; write days, such as 30d");
    }
    return Duration.ofDays(Long.parseLong(days.group(1)));
  }

  /** The settings without the secrets. */
  @Override
  public String toString() {
    return "IndexerSettings[urls=" + urls + ", namespace=" + namespace + "]";
  }
}
