package io.leukocyte.deploy;

import io.leukocyte.analyzer.AnalyzerSettings;
import io.leukocyte.collector.CollectorSettings;
import io.leukocyte.collector.HostIdFile;
import io.leukocyte.events.HostId;
import io.leukocyte.events.KafkaSettings;
import io.leukocyte.events.TopicSpecs;
import io.leukocyte.events.config.Config;
import io.leukocyte.events.config.Key;
import io.leukocyte.events.config.ValueType;
import io.leukocyte.indexer.IndexerSettings;
import io.leukocyte.responder.ResponderSettings;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Settings that no single role owns.
 *
 * @param hostId of this host; absent means the one in the data folder
 * @param rules files and folders of rules, besides those shipped
 * @param shippedRules whether the shipped rules are in force
 * @param rulesFrom where rules and policies come from
 * @param httpAddress where /health and /metrics listen
 * @param logFormat form of our own log
 * @param logLevel what our own log says
 * @param logLines lines a minute of the same message
 */
record DeploySettings(
    Optional<String> hostId,
    List<String> rules,
    boolean shippedRules,
    RulesFrom rulesFrom,
    String httpAddress,
    LogFormat logFormat,
    LogLevel logLevel,
    int logLines) {

  static final Key<Optional<String>> HOST_ID =
      Key.optional(
          "host.id",
          ValueType.text(),
          "Name of this host in every event: 1 to 128 letters, digits, . _ or -; default a UUID"
              + " made once in the data folder.");
  static final Key<List<String>> RULES =
      Key.of(
          "rules.paths",
          ValueType.list(),
          List.of(),
          "Files and folders of rules, besides those shipped.");
  static final Key<Boolean> SHIPPED_RULES =
      Key.of("rules.shipped", ValueType.bool(), true, "Whether the shipped rules are in force.");
  static final Key<RulesFrom> RULES_FROM =
      Key.of(
          "rules.from",
          ValueType.oneOf(RulesFrom.class),
          RulesFrom.FILES,
          "Where rules and policies come from: files of this host, read again when they change; or"
              + " bundle, what leuko rules push last gave to the fleet, and no files.");
  static final Key<String> HTTP_ADDRESS =
      Key.of(
          "http.address",
          ValueType.text(),
          "127.0.0.1",
          "Address on which /health and /metrics listen.");
  static final Key<LogFormat> LOG_FORMAT =
      Key.of(
          "log.format",
          ValueType.oneOf(LogFormat.class),
          LogFormat.TEXT,
          "Form of Leukocyte's own log: lines for people, or ECS in JSON for Elasticsearch.");
  static final Key<LogLevel> LOG_LEVEL =
      Key.of(
          "log.level",
          ValueType.oneOf(LogLevel.class),
          LogLevel.INFO,
          "The least that Leukocyte's own log tells; --verbose is debug.");
  static final Key<Integer> LOG_LINES =
      Key.of(
          "log.lines-per-minute",
          ValueType.integer(1, 1_000_000),
          30,
          "Lines a minute of the same message; of more, only their number is logged.");
  static final Key<Boolean> SECOND_COLLECTOR =
      Key.of(
          "collector.allow-second",
          ValueType.bool(),
          false,
          "Whether a collector starts where another runs on the same host for the same Kafka.");
  static final List<Key<?>> KEYS =
      List.of(
          HOST_ID,
          RULES,
          SHIPPED_RULES,
          RULES_FROM,
          HTTP_ADDRESS,
          LOG_FORMAT,
          LOG_LEVEL,
          LOG_LINES,
          SECOND_COLLECTOR);

  /** Where rules and policies come from. */
  enum RulesFrom {
    /** Files of this host. */
    FILES,
    /** The fleet's bundle. */
    BUNDLE
  }

  /** Forms of our own log. */
  enum LogFormat {
    /** For people. */
    TEXT,
    /** One JSON object a line, in the Elastic Common Schema. */
    ECS
  }

  /** What our own log says at least. */
  enum LogLevel {
    /** What does not work. */
    ERROR,
    /** What may need somebody. */
    WARN,
    /** What began and ended. */
    INFO,
    /** Everything. */
    DEBUG
  }

  static DeploySettings from(Config config) {
    return new DeploySettings(
        config.get(HOST_ID),
        config.get(RULES),
        config.get(SHIPPED_RULES),
        config.get(RULES_FROM),
        config.get(HTTP_ADDRESS),
        config.get(LOG_FORMAT),
        config.get(LOG_LEVEL),
        config.get(LOG_LINES));
  }

  /**
   * The id of this host.
   *
   * @throws BadInputException when the setting is no host id
   */
  HostId host(Path data) {
    try {
      return hostId.map(HostId::new).orElseGet(() -> HostIdFile.readOrMake(data));
    } catch (IllegalArgumentException e) {
      throw new BadInputException(e.getMessage());
    }
  }

  /** Where the fleet's bundle is kept; empty where files of this host are in force. */
  Optional<BundleFolder> bundle(Path data) {
    return switch (rulesFrom) {
      case FILES -> Optional.empty();
      case BUNDLE -> Optional.of(new BundleFolder(data));
    };
  }

  /** The settings of every role, each once. */
  static List<Key<?>> allKeys() {
    Set<Key<?>> keys = new LinkedHashSet<>();
    keys.addAll(KafkaSettings.KEYS);
    keys.addAll(TopicSpecs.KEYS);
    keys.addAll(CollectorSettings.KEYS);
    keys.addAll(AnalyzerSettings.KEYS);
    keys.addAll(ResponderSettings.KEYS);
    keys.addAll(IndexerSettings.KEYS);
    keys.addAll(KEYS);
    return new ArrayList<>(keys);
  }
}
