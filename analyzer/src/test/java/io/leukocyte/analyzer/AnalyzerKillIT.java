package io.leukocyte.analyzer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.leukocyte.events.Alert;
import io.leukocyte.events.AlertJson;
import io.leukocyte.events.MalformedJsonException;
import io.leukocyte.events.Topic;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The analyzer is killed in the middle of windows, again and again; nothing is lost or doubled. */
class AnalyzerKillIT {
  private static final int PARTITIONS = 2;
  private static final int KILLS = 3;

  @TempDir Path folder;

  @Test
  void killedAnalyzerRaisesEachAlertExactlyOnce() throws Exception {
    TestHistory history = TestHistory.random(42, 4, 6_000);
    Findings expected = new Findings(TestEvents.SHELL_RULES);
    history.batches().forEach(batch -> expected.take(batch.value()));
    assertThat(expected.alerts).hasSizeGreaterThan(300);

    try (TestBroker broker = TestBroker.start(folder.resolve("kafka"), PARTITIONS)) {
      CompletableFuture<Void> fed = CompletableFuture.runAsync(() -> feed(broker, history));
      Process analyzer = AnalyzerProcess.start(broker.port(), folder, 0);
      try {
        for (int kill = 1; kill <= KILLS; kill++) {
          awaitAlerts(broker, kill * expected.alerts.size() / (KILLS + 1));
          analyzer.destroyForcibly().waitFor();
          analyzer = AnalyzerProcess.start(broker.port(), folder, kill);
        }
        fed.get(30, TimeUnit.SECONDS);
        List<Alert> alerts = alertsWhenThereAre(broker, expected.alerts.size());
        assertThat(ids(alerts)).doesNotHaveDuplicates().containsAll(ids(expected.alerts));
        assertThat(byHost(alerts)).isEqualTo(byHost(expected.alerts));
        assertThat(lastIncidents(incidents(broker))).isEqualTo(lastIncidents(expected.incidents));
      } finally {
        analyzer.destroyForcibly().waitFor();
      }
    }
  }

  /** Waits until so many alerts were written, committed or not: the analyzer is at work then. */
  private static void awaitAlerts(TestBroker broker, int count) {
    Set<String> seen = new HashSet<>();
    try (Consumer<byte[], byte[]> consumer = consumer(broker, Topic.ALERTS, "read_uncommitted")) {
      await()
          .pollInterval(Duration.ofMillis(5))
          .atMost(Duration.ofSeconds(40))
          .until(() -> {
            consumer
                .poll(Duration.ofMillis(5))
                .forEach(record -> seen.add(alert(record.value()).id().value()));
            return seen.size() >= count;
          });
    }
  }

  private static Alert alert(byte[] document) {
    try {
      return AlertJson.read(document);
    } catch (MalformedJsonException e) {
      throw new AssertionError(e);
    }
  }

  /** Sends the history at about 500 batches a second. */
  private static void feed(TestBroker broker, TestHistory history) {
    Map<String, Object> properties = broker.client();
    properties.put("linger.ms", 5);
    try (KafkaProducer<byte[], byte[]> producer =
        new KafkaProducer<>(properties, new ByteArraySerializer(), new ByteArraySerializer())) {
      List<Future<RecordMetadata>> sent = new ArrayList<>();
      for (TestHistory.Batch batch : history.batches()) {
        byte[] key = batch.host().value().getBytes(StandardCharsets.UTF_8);
        sent.add(producer.send(new ProducerRecord<>(Topic.EVENTS.text(), key, batch.value())));
        LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(2));
      }
      for (Future<RecordMetadata> one : sent) {
        one.get();
      }
    } catch (InterruptedException | ExecutionException e) {
      throw new AssertionError(e);
    }
  }

  private static Consumer<byte[], byte[]> consumer(
      TestBroker broker, Topic topic, String isolation) {
    Map<String, Object> properties = broker.client();
    properties.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, isolation);
    Consumer<byte[], byte[]> consumer =
        new KafkaConsumer<>(properties, new ByteArrayDeserializer(), new ByteArrayDeserializer());
    List<TopicPartition> partitions = new ArrayList<>();
    for (int i = 0; i < PARTITIONS; i++) {
      partitions.add(new TopicPartition(topic.text(), i));
    }
    consumer.assign(partitions);
    consumer.seekToBeginning(partitions);
    return consumer;
  }

  private static List<Alert> alertsWhenThereAre(TestBroker broker, int count) {
    List<Alert> alerts = new ArrayList<>();
    try (Consumer<byte[], byte[]> consumer = consumer(broker, Topic.ALERTS, "read_committed")) {
      long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
      while (alerts.size() < count && System.nanoTime() < deadline) {
        for (ConsumerRecord<byte[], byte[]> record : consumer.poll(Duration.ofMillis(100))) {
          alerts.add(alert(record.value()));
        }
      }
      for (ConsumerRecord<byte[], byte[]> record : consumer.poll(Duration.ofSeconds(2))) {
        alerts.add(alert(record.value()));
      }
    }
    return alerts;
  }

  private static List<Incident> incidents(TestBroker broker) {
    List<Incident> incidents = new ArrayList<>();
    try (Consumer<byte[], byte[]> consumer = consumer(broker, Topic.INCIDENTS, "read_committed")) {
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

  private static List<String> ids(List<Alert> alerts) {
    return alerts.stream().map(alert -> alert.id().value()).toList();
  }

  /** Order holds within a host. */
  private static Map<String, List<String>> byHost(List<Alert> alerts) {
    return alerts.stream()
        .collect(
            Collectors.groupingBy(
                alert -> alert.host().value(),
                Collectors.mapping(alert -> alert.id().value(), Collectors.toList())));
  }

  private static Map<String, Incident> lastIncidents(List<Incident> incidents) {
    Map<String, Incident> last = new LinkedHashMap<>();
    incidents.forEach(incident -> last.put(incident.id().value(), incident));
    return last;
  }
}
