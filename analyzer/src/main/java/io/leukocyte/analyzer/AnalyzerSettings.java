package io.leukocyte.analyzer;

import io.leukocyte.events.config.Config;
import io.leukocyte.events.config.ConfigException;
import io.leukocyte.events.config.Key;
import io.leukocyte.events.config.ValueType;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * How the analyzer runs.
 *
 * @param detector what the detector's own rules hold against
 * @param applicationId group, changelog and transactions have this name in Kafka
 * @param threads stream threads of this process
 * @param standbys copies of the state kept warm on other analyzers
 * @param commitInterval at most this long until results and state are committed; an alert asks for
 *     a commit at once
 * @param sessionTimeout silence after which Kafka gives a dead analyzer's partitions and open
 *     transactions up
 * @param stateDir where Kafka Streams keeps its lock and process id; absent: below the system's
 *     folder for temporary files. The state itself is in memory and in Kafka
 * @param silence after which a host that sent heartbeats is an alert
 */
public record AnalyzerSettings(
    DetectorSettings detector,
    String applicationId,
    int threads,
    int standbys,
    Duration commitInterval,
    Duration sessionTimeout,
    Optional<Path> stateDir,
    Duration silence) {

  /** {@code analyzer.allowed-networks}. */
  public static final Key<List<String>> ALLOWED_NETWORKS =
      Key.of(
          "analyzer.allowed-networks",
          ValueType.list(),
          Networks.PRIVATE,
          "Address ranges to which a container's egress does not count.");

  /** {@code analyzer.egress-limit}. */
  public static final Key<Long> EGRESS_LIMIT =
      Key.of(
          "analyzer.egress-limit",
          ValueType.bytes(1, 1L << 50),
          DetectorSettings.EGRESS_LIMIT,
          "Bytes a container may send to other addresses within 60 seconds; its label "
              + Detector.EGRESS_LABEL
              + " wins.");

  /** {@code analyzer.max-containers}. */
  public static final Key<Integer> MAX_CONTAINERS =
      Key.of(
          "analyzer.max-containers",
          ValueType.integer(16, 10_000_000),
          DetectorSettings.MAX_CONTAINERS,
          "Containers remembered for each partition; the one unseen for longest makes room.");

  /** {@code analyzer.max-groups}. */
  public static final Key<Integer> MAX_GROUPS =
      Key.of(
          "analyzer.max-groups",
          ValueType.integer(16, 10_000_000),
          DetectorSettings.MAX_GROUPS,
          "Groups of correlations remembered for each partition; the one unused for longest makes"
              + " room.");

  /** {@code analyzer.application-id}. */
  public static final Key<String> APPLICATION_ID =
      Key.of(
          "analyzer.application-id",
          ValueType.text(),
          "leuko-analyzer",
          "Name of the analyzers' group in Kafka; another name begins without state.");

  /** {@code analyzer.threads}. */
  public static final Key<Integer> THREADS =
      Key.of(
          "analyzer.threads",
          ValueType.integer(1, 256),
          1,
          "Stream threads of this process; more than partitions are idle.");

  /** {@code analyzer.standby-replicas}. */
  public static final Key<Integer> STANDBYS =
      Key.of(
          "analyzer.standby-replicas",
          ValueType.integer(0, 16),
          0,
          "Copies of the state kept warm on other analyzers.");

  /** {@code analyzer.commit-interval}. */
  public static final Key<Duration> COMMIT_INTERVAL =
      Key.of(
          "analyzer.commit-interval",
          ValueType.duration(Duration.ofMillis(10), Duration.ofSeconds(5)),
          Duration.ofMillis(500),
          "Longest time until results are committed; an alert asks for a commit at once.");

  /** {@code analyzer.session-timeout}. */
  public static final Key<Duration> SESSION_TIMEOUT =
      Key.of(
          "analyzer.session-timeout",
          ValueType.duration(Duration.ofSeconds(1), Duration.ofMinutes(5)),
          Duration.ofSeconds(6),
          "Silence after which Kafka takes an analyzer for dead; brokers allow 6s and more.");

  /** {@code analyzer.state-dir}. */
  public static final Key<Optional<Path>> STATE_DIR =
      Key.optional(
          "analyzer.state-dir",
          ValueType.path(),
          "Folder for the lock of Kafka Streams; the state itself is in Kafka.");

  /** {@code analyzer.silence}. */
  public static final Key<Duration> SILENCE =
      Key.of(
          "analyzer.silence",
          ValueType.duration(Duration.ofSeconds(2), Duration.ofHours(1)),
          Duration.ofSeconds(30),
          "A host that sent heartbeats and sends nothing for so long is an alert.");

  /** All settings of the analyzer. */
  public static final List<Key<?>> KEYS =
      List.of(
          ALLOWED_NETWORKS,
          EGRESS_LIMIT,
          MAX_CONTAINERS,
          MAX_GROUPS,
          APPLICATION_ID,
          THREADS,
          STANDBYS,
          COMMIT_INTERVAL,
          SESSION_TIMEOUT,
          STATE_DIR,
          SILENCE);

  /**
   * The settings of a configuration.
   *
   * @throws ConfigException when a range of addresses cannot be read
   */
  public static AnalyzerSettings from(Config config) {
    return new AnalyzerSettings(
        new DetectorSettings(
            networks(config),
            config.get(EGRESS_LIMIT),
            config.get(MAX_CONTAINERS),
            config.get(MAX_GROUPS)),
        config.get(APPLICATION_ID),
        config.get(THREADS),
        config.get(STANDBYS),
        config.get(COMMIT_INTERVAL),
        config.get(SESSION_TIMEOUT),
        config.get(STATE_DIR),
        config.get(SILENCE));
  }

  private static Networks networks(Config config) {
    try {
      return Networks.parse(config.get(ALLOWED_NETWORKS));
    } catch (IllegalArgumentException e) {
      throw new ConfigException(
          List.of(
              config.problem(
                  ALLOWED_NETWORKS,
                  String.valueOf(e.getMessage()),
                  "write ranges such as 10.0.0.0/8 or fc00::/7")));
    }
  }

  /** The same with a folder for the lock. */
  public AnalyzerSettings withStateDir(Path folder) {
    return new AnalyzerSettings(
        detector,
        applicationId,
        threads,
        standbys,
        commitInterval,
        sessionTimeout,
        Optional.of(folder),
        silence);
  }
}
