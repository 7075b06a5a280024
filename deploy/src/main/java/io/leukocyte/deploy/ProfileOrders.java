package io.leukocyte.deploy;

import io.leukocyte.events.ActionId;
import io.leukocyte.events.KafkaSettings;
import io.leukocyte.events.OrderKeys;
import io.leukocyte.events.ProducerSettings;
import io.leukocyte.events.ProfileOrder;
import io.leukocyte.events.ProfileOrderJson;
import io.leukocyte.events.Topic;
import io.leukocyte.responder.FleetSettings;
import io.leukocyte.rules.Profile;
import io.leukocyte.rules.ProfileJson;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;

/** Sends an operator's order about a profile over Kafka and waits for what becomes of it. */
final class ProfileOrders {
  private static final Duration PATIENCE = Duration.ofSeconds(20);
  private static final int SEND_MILLIS = 10_000;

  private final KafkaSettings kafka;
  private final Optional<OrderKeys> keys;
  private long last;

  private ProfileOrders(KafkaSettings kafka, Optional<OrderKeys> keys) {
    this.kafka = kafka;
    this.keys = keys;
  }

  /** The way to the analyzers that the settings name. */
  static ProfileOrders of(CommonOptions common) {
    return new ProfileOrders(KafkaAccess.of(common), FleetSettings.from(common.load()).keys());
  }

  /** An order of now; each is younger than the one before. */
  ProfileOrder order(
      Profile.Key key,
      ProfileOrder.Kind kind,
      List<String> items,
      Optional<Duration> length,
      String document) {
    last = Math.max(System.currentTimeMillis() * 1_000_000, last + 1);
    try {
      return new ProfileOrder(
          ActionId.of("profile-order", UUID.randomUUID().toString()),
          key.baseline(),
          key.subject(),
          kind,
          items,
          length,
          document,
          Operator.user(),
          last);
    } catch (IllegalArgumentException e) {
      throw new BadInputException("Not an order: " + e.getMessage() + ".");
    }
  }

  /**
   * Sends an order.
   *
   * @return what became of it
   * @throws BadInputException when the analyzer refused it
   * @throws EnvironmentException when Kafka does not take it, or no analyzer answers
   */
  String give(ProfileOrder order) throws InterruptedException {
    BlockingQueue<Profile.LastOrder> answers = new LinkedBlockingQueue<>();
    try (TopicFollower _ =
        TopicFollower.start(
            kafka.clientProperties(),
            List.of(Topic.PROFILES),
            record -> take(record.value(), answers))) {
      send(order);
      long end = System.nanoTime() + PATIENCE.toNanos();
      while (true) {
        Profile.LastOrder answer = answers.poll(end - System.nanoTime(), TimeUnit.NANOSECONDS);
        if (answer == null) {
          throw new EnvironmentException(
              "No analyzer answered within %d s: check that one runs and, in its log, whether it refused the order; it carries out orders with a signature of commands.keys, or any with commands.trust: acl."
                  .formatted(PATIENCE.toSeconds()));
        }
        if (answer.id().equals(order.id().value())) {
          return outcome(answer.outcome());
        }
      }
    } catch (KafkaException e) {
      throw unreachable(String.valueOf(e.getMessage()), e);
    }
  }

  private static String outcome(String outcome) {
    if (outcome.startsWith("refused")) {
      throw new BadInputException("The order was " + outcome + ".");
    }
    return outcome;
  }

  private static void take(byte[] document, BlockingQueue<Profile.LastOrder> answers) {
    try {
      Profile.LastOrder order = ProfileJson.read(document).order();
      if (order != null) {
        answers.add(order);
      }
    } catch (IllegalArgumentException e) {
      // no profile: nothing to hear
    }
  }

  private void send(ProfileOrder order) throws InterruptedException {
    Map<String, Object> properties = ProducerSettings.of(kafka.clientProperties());
    properties.put(ProducerConfig.LINGER_MS_CONFIG, 0);
    properties.put(ProducerConfig.MAX_BLOCK_MS_CONFIG, SEND_MILLIS);
    properties.put(ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG, SEND_MILLIS);
    properties.put(ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, SEND_MILLIS);
    byte[] document =
        keys.map(k -> ProfileOrderJson.write(order, k))
            .orElseGet(() -> ProfileOrderJson.write(order));
    byte[] key = ProfileOrderJson.key(order.baseline(), order.subject());
    try (KafkaProducer<byte[], byte[]> producer = new KafkaProducer<>(properties)) {
      producer
          .send(new ProducerRecord<>(Topic.COMMANDS.text(), key, document))
          .get(2L * SEND_MILLIS, TimeUnit.MILLISECONDS);
    } catch (ExecutionException e) {
      throw unreachable(String.valueOf(e.getCause()), e);
    } catch (TimeoutException e) {
      throw unreachable("it does not take the order", e);
    }
  }

  private static EnvironmentException unreachable(String why, Exception e) {
    return new EnvironmentException(
        "Cannot give the order over Kafka: " + why + "; check kafka.bootstrap.", e);
  }
}
