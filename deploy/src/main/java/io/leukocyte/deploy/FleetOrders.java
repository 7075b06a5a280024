package io.leukocyte.deploy;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.leukocyte.events.Action;
import io.leukocyte.events.ActionId;
import io.leukocyte.events.ActionJson;
import io.leukocyte.events.KafkaSettings;
import io.leukocyte.events.MalformedJsonException;
import io.leukocyte.events.Order;
import io.leukocyte.events.OrderJson;
import io.leukocyte.events.ProducerSettings;
import io.leukocyte.events.Topic;
import io.leukocyte.events.config.Config;
import io.leukocyte.responder.FleetSettings;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;

/** Sends an operator's order over Kafka and gathers what hosts answer on the topic of actions. */
final class FleetOrders {
  private static final Duration LIFE = Duration.ofMinutes(5);
  private static final int SEND_MILLIS = 10_000;

  private final KafkaSettings kafka;
  private final FleetSettings settings;

  private FleetOrders(KafkaSettings kafka, FleetSettings settings) {
    this.kafka = kafka;
    this.settings = settings;
  }

  /**
   * The way to the fleet that the settings name.
   *
   * @throws BadInputException when nothing would carry an order out
   */
  static FleetOrders of(CommonOptions common) {
    Config config = common.load();
    FleetSettings settings = FleetSettings.from(config);
    if (!settings.canTrustOrders()) {
      throw new BadInputException(
          "An order over Kafka needs a signature: set commands.keys-file to the keys that the"
              + " responders have.");
    }
    return new FleetOrders(KafkaAccess.of(common), settings);
  }

  /** An order that is valid from now on for some minutes. */
  static Order order(
      String host,
      Order.Kind kind,
      String what,
      Optional<Duration> length,
      boolean undo,
      String reason) {
    long now = System.currentTimeMillis() * 1_000_000;
    try {
      return new Order(
          ActionId.of("order", UUID.randomUUID().toString()),
          host,
          kind,
          what,
          length,
          undo,
          Operator.user(),
          reason,
          now,
          now + LIFE.toNanos());
    } catch (IllegalArgumentException e) {
      throw new BadInputException("Not an order: " + e.getMessage());
    }
  }

  /**
   * Sends an order and waits for answers.
   *
   * @param wait how long
   * @param first whether one answer is enough
   * @param heard hears of each as it comes
   * @return the answers, in their order
   */
  List<Action> give(Order order, Duration wait, boolean first, Consumer<Action> heard)
      throws InterruptedException {
    BlockingQueue<Action> answers = new LinkedBlockingQueue<>();
    List<Action> all = new ArrayList<>();
    try (TopicFollower _ =
        TopicFollower.start(
            kafka.clientProperties(), List.of(Topic.ACTIONS), r -> take(r, order, answers))) {
      send(order);
      long end = System.nanoTime() + wait.toNanos();
      while (all.isEmpty() || !first) {
        Action answer = answers.poll(end - System.nanoTime(), TimeUnit.NANOSECONDS);
        if (answer == null) {
          return all;
        }
        heard.accept(answer);
        all.add(answer);
      }
      return all;
    } catch (KafkaException e) {
      throw unreachable(String.valueOf(e.getMessage()), e);
    }
  }

  private static void take(
      ConsumerRecord<byte[], byte[]> record, Order order, BlockingQueue<Action> answers) {
    try {
      Action action = ActionJson.read(record.value());
      if (action.id().equals(order.answerOf(action.host()))) {
        answers.add(action);
      }
    } catch (MalformedJsonException e) {
      // no answer to an order; its readers bury it
    }
  }

  private void send(Order order) throws InterruptedException {
    Map<String, Object> properties = ProducerSettings.of(kafka.clientProperties());
    properties.put(ProducerConfig.LINGER_MS_CONFIG, 0);
    properties.put(ProducerConfig.MAX_BLOCK_MS_CONFIG, SEND_MILLIS);
    properties.put(ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG, SEND_MILLIS);
    properties.put(ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, SEND_MILLIS);
    byte[] document =
        settings
            .keys()
            .map(keys -> OrderJson.write(order, keys))
            .orElseGet(() -> OrderJson.write(order));
    try (KafkaProducer<byte[], byte[]> producer = new KafkaProducer<>(properties)) {
      producer
          .send(new ProducerRecord<>(Topic.COMMANDS.text(), order.host().getBytes(UTF_8), document))
          .get(2L * SEND_MILLIS, TimeUnit.MILLISECONDS);
    } catch (ExecutionException e) {
      throw unreachable(String.valueOf(e.getCause()), e);
    } catch (TimeoutException e) {
      throw unreachable("it does not take the order", e);
    }
  }

  private static EnvironmentException unreachable(String why, Exception e) {
    return new EnvironmentException(
        "Cannot give the order over Kafka: "
            + why
            + "; check kafka.bootstrap, or give it on the host itself.",
        e);
  }
}
