package io.leukocyte.deploy;

import io.leukocyte.events.KafkaSettings;
import io.leukocyte.events.KafkaSettings.Mechanism;
import io.leukocyte.events.KafkaSettings.Security;
import io.leukocyte.events.TopicException;
import io.leukocyte.events.TopicSpecs;
import io.leukocyte.events.Topics;
import io.leukocyte.events.config.Config;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.apache.kafka.clients.CommonClientConfigs;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.TimeoutException;

/** How the command reaches Kafka: the configured one, or the one that {@code leuko up} runs. */
final class KafkaAccess {
  private KafkaAccess() {}

  /**
   * The configured Kafka; where none is configured, the one that was last started with the data
   * folder.
   */
  static KafkaSettings of(CommonOptions common) {
    Config config = common.load();
    if (config.isSet(KafkaSettings.BOOTSTRAP)) {
      return KafkaSettings.from(config);
    }
    return EmbeddedKafka.clientProperties(common.dataFolder())
        .map(KafkaAccess::embedded)
        .orElseGet(() -> KafkaSettings.from(config));
  }

  /** The embedded Kafka by the properties it tells its clients; they say everything. */
  static KafkaSettings embedded(Map<String, String> client) {
    return new KafkaSettings(
        List.of(),
        Security.PLAINTEXT,
        Mechanism.PLAIN,
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        client);
  }

  /**
   * Makes the topics that are missing.
   *
   * @throws EnvironmentException when Kafka does not answer, or has them with other numbers
   */
  static void ensureTopics(KafkaSettings kafka, TopicSpecs specs) {
    Map<String, Object> client = new HashMap<>(kafka.clientProperties());
    client.putIfAbsent(AdminClientConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, 30_000);
    try (Admin admin = Admin.create(client)) {
      Topics.ensure(admin, specs);
    } catch (TopicException e) {
      boolean silent = e.getCause() instanceof TimeoutException;
      throw new EnvironmentException(
          silent ? silence(kafka.clientProperties()) : String.valueOf(e.getMessage()), e);
    } catch (KafkaException e) {
      throw new EnvironmentException(
          "Cannot reach Kafka: %s; check kafka.bootstrap and the security settings."
              .formatted(e.getMessage()),
          e);
    }
  }

  /** A topic could not be read; says where Kafka was looked for when it does not answer. */
  static EnvironmentException unreadable(
      String topic, Map<String, ?> clientProperties, KafkaException cause) {
    String problem =
        cause instanceof TimeoutException
            ? silence(clientProperties)
            : cause.getMessage() + "; check kafka.bootstrap, and the user and its rights.";
    return new EnvironmentException("Cannot read %s: %s".formatted(topic, problem), cause);
  }

  private static String silence(Map<String, ?> clientProperties) {
    Object servers = clientProperties.get(CommonClientConfigs.BOOTSTRAP_SERVERS_CONFIG);
    String where =
        servers instanceof Collection<?> many
            ? many.stream().map(String::valueOf).collect(Collectors.joining(","))
            : String.valueOf(servers);
    return "Kafka at %s does not answer; start it, or correct kafka.bootstrap.".formatted(where);
  }
}
