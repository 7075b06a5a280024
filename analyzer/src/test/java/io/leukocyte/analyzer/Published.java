package io.leukocyte.analyzer;

import static org.awaitility.Awaitility.await;

import io.leukocyte.events.Alert;
import io.leukocyte.events.AlertJson;
import io.leukocyte.events.MalformedJsonException;
import io.leukocyte.events.Topic;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/** What analyzers wrote to a broker, and how to tell whether it is what a replay finds. */
final class Published {
  private static final Duration PATIENCE = Duration.ofSeconds(90);

  private final TestBroker broker;
  private final int partitions;

  Published(TestBroker broker, int partitions) {
    this.broker = broker;
    this.partitions = partitions;
  }

  /** Waits until so many alerts were written, committed or not: an analyzer is at work then. */
  void awaitAlerts(int count) {
    Set<String> seen = new HashSet<>();
    try (Consumer<byte[], byte[]> consumer = consumer(Topic.ALERTS, "read_uncommitted")) {
      await()
          .pollInterval(Duration.ofMillis(5))
          .atMost(PATIENCE)
          .until(() -> {
            consumer
                .poll(Duration.ofMillis(5))
                .forEach(record -> seen.add(alert(record.value()).id().value()));
            return seen.size() >= count;
          });
    }
  }

  /** The committed alerts once there are so many, and what comes within two seconds more. */
  List<Alert> alertsWhenThereAre(int count) {
    List<Alert> alerts = new ArrayList<>();
    try (Consumer<byte[], byte[]> consumer = consumer(Topic.ALERTS, "read_committed")) {
      long deadline = System.nanoTime() + PATIENCE.toNanos();
      while (alerts.size() < count && System.nanoTime() < deadline) {
        for (ConsumerRecord<byte[], byte[]> record : consumer.poll(Duration.ofMillis(100))) {
          alerts.add(alert(record.value()));
        }
      }
      long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(2);
      while (System.nanoTime() < end) {
        for (ConsumerRecord<byte[], byte[]> record : consumer.poll(Duration.ofMillis(500))) {
          alerts.add(alert(record.value()));
        }
      }
    }
    return alerts;
  }

  /** The committed incidents, every version of each. */
  List<Incident> incidents() {
    List<Incident> incidents = new ArrayList<>();
    try (Consumer<byte[], byte[]> consumer = consumer(Topic.INCIDENTS, "read_committed")) {
      int before;
      do {
        before = incidents.size();
        consumer
            .poll(Duration.ofSeconds(1))
            .forEach(record -> incidents.add(IncidentJson.read(record.value())));
      } while (incidents.size() > before);
    }
    return incidents;
  }

  private Consumer<byte[], byte[]> consumer(Topic topic, String isolation) {
    Map<String, Object> properties = broker.client();
    properties.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, isolation);
    Consumer<byte[], byte[]> consumer =
        new KafkaConsumer<>(properties, new ByteArrayDeserializer(), new ByteArrayDeserializer());
    List<TopicPartition> all = new ArrayList<>();
    for (int i = 0; i < partitions; i++) {
      all.add(new TopicPartition(topic.text(), i));
    }
    consumer.assign(all);
    consumer.seekToBeginning(all);
    return consumer;
  }

  private static Alert alert(byte[] document) {
    try {
      return AlertJson.read(document);
    } catch (MalformedJsonException e) {
      throw new AssertionError(e);
    }
  }

  static List<String> ids(List<Alert> alerts) {
    return alerts.stream().map(alert -> alert.id().value()).toList();
  }

  /** Ids of alerts by host: order holds within a host. */
  static Map<String, List<String>> byHost(List<Alert> alerts) {
    return alerts.stream()
        .collect(
            Collectors.groupingBy(
                alert -> alert.host().value(),
                Collectors.mapping(alert -> alert.id().value(), Collectors.toList())));
  }

  /** Every version of each incident, by its id: each was published once, in order. */
  static Map<String, List<Incident>> byId(List<Incident> incidents) {
    Map<String, List<Incident>> byId = new LinkedHashMap<>();
    incidents.forEach(incident ->
        byId.computeIfAbsent(incident.id().value(), id -> new ArrayList<>()).add(incident));
    return byId;
  }
}
