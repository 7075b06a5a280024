package io.leukocyte.indexer;

import io.leukocyte.events.config.Config;
import io.leukocyte.events.config.Key;
import io.leukocyte.events.config.ValueType;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Settings of the indexer.
 *
 * @param urls nodes of Elasticsearch, {@code http://host:port}
 * @param username for basic authentication
 * @param password for basic authentication
 * @param apiKey instead of user and password
 * @param caFile PEM certificates to trust, for {@code https}
 * @param namespace last part of the data streams' names
 * @param retention how long documents are kept
 * @param bulkBytes most bytes of a bulk request
 * @param logs whether lines of containers are indexed
 */
public record IndexerSettings(
    List<String> urls,
    Optional<String> username,
    Optional<String> password,
    Optional<String> apiKey,
    Optional<Path> caFile,
    String namespace,
    Duration retention,
    int bulkBytes,
    boolean logs) {

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

  /** {@code indexer.retention}. */
  public static final Key<Duration> RETENTION =
      Key.of(
          "indexer.retention",
          ValueType.duration(Duration.ofDays(1), Duration.ofDays(36_500)),
          Duration.ofDays(90),
          "How long documents are kept, by data stream lifecycle.");

  /** {@code indexer.bulk-bytes}. */
  public static final Key<Long> BULK_BYTES =
      Key.of(
          "indexer.bulk-bytes",
          ValueType.bytes(64 << 10, 64 << 20),
          5L << 20,
          "Most bytes of one bulk request.");

  /** {@code indexer.logs}. */
  public static final Key<Boolean> LOGS =
      Key.of(
          "indexer.logs",
          ValueType.bool(),
          true,
          "Whether lines that containers wrote are indexed.");

  /** All settings of the indexer. */
  public static final List<Key<?>> KEYS =
      List.of(URLS, USERNAME, PASSWORD, API_KEY, CA_FILE, NAMESPACE, RETENTION, BULK_BYTES, LOGS);

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

  /** The settings of a configuration. */
  public static IndexerSettings from(Config config) {
    return new IndexerSettings(
        config.get(URLS),
        config.get(USERNAME),
        config.get(PASSWORD),
        config.get(API_KEY),
        config.get(CA_FILE),
        config.get(NAMESPACE),
        config.get(RETENTION),
        Math.toIntExact(config.get(BULK_BYTES)),
        config.get(LOGS));
  }

  /** The settings without the secrets. */
  @Override
  public String toString() {
    return "IndexerSettings[urls=" + urls + ", namespace=" + namespace + "]";
  }
}
