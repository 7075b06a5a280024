package io.leukocyte.analyzer;

import static io.leukocyte.analyzer.TestEvents.WEB;
import static io.leukocyte.analyzer.TestEvents.facts;
import static org.assertj.core.api.Assertions.assertThat;

import io.leukocyte.events.ContainerFacts;
import io.leukocyte.events.EventId;
import io.leukocyte.events.EventJson;
import io.leukocyte.events.Observed;
import io.leukocyte.events.ProducerSettings;
import io.leukocyte.events.Topic;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is taken out of the topic of containers, on a real broker. */
class FactsSweepIT {
  private static final Instant NOW = Instant.parse("2026-03-10T12:00:00Z");
  private static final ContainerFacts LIVES = facts(1, WEB, Map.of());
  private static final ContainerFacts DESTROYED = LIVES.destroyed(2);

  @TempDir private Path folder;

  @Test
  void whatIsDestroyedForADayOrSilentForAWeekGoesAndTheRestStays() throws Exception {
    try (TestBroker broker = TestBroker.start(folder, 2)) {
      put(broker, "lives", LIVES, Duration.ofDays(6));
      put(broker, "silent", LIVES, Duration.ofDays(7));
      put(broker, "came-back", LIVES, Duration.ofDays(8));
      put(broker, "came-back", LIVES, Duration.ofHours(1));
      put(broker, "just-destroyed", DESTROYED, Duration.ofHours(23));
      put(broker, "destroyed", LIVES, Duration.ofHours(30));
      put(broker, "destroyed", DESTROYED, Duration.ofHours(24));
      FactsSweep sweep = new FactsSweep(broker.settings());

      assertThat(sweep.sweep(NOW)).isEqualTo(2);

      assertThat(last(broker))
          .isEqualTo(
              new TreeMap<>(
                  Map.of(
                      "lives", true,
                      "silent", false,
                      "came-back", true,
                      "just-destroyed", true,
                      "destroyed", false)));
      assertThat(sweep.sweep(NOW)).isZero();
    }
  }

  private static void put(TestBroker broker, String key, ContainerFacts facts, Duration age)
      throws Exception {
    byte[] value = EventJson.write(new Observed(new EventId(TestEvents.HOST, 1, 1, 1), facts));
    try (KafkaProducer<byte[], byte[]> producer =
        new KafkaProducer<>(ProducerSettings.of(broker.client()))) {
      producer
          .send(
              new ProducerRecord<>(
                  Topic.CONTAINERS.text(),
                  null,
                  NOW.minus(age).toEpochMilli(),
                  key.getBytes(StandardCharsets.UTF_8),
                  value))
          .get();
    }
  }

  /** Of each key, whether its last record has a value. */
  private static Map<String, Boolean> last(TestBroker broker) {
    Map<String, Object> properties = new HashMap<>(broker.client());
    properties.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
    List<TopicPartition> partitions =
        List.of(
            new TopicPartition(Topic.CONTAINERS.text(), 0),
            new TopicPartition(Topic.CONTAINERS.text(), 1));
    Map<String, Boolean> last = new TreeMap<>();
    try (KafkaConsumer<byte[], byte[]> consumer =
        new KafkaConsumer<>(properties, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
      consumer.assign(partitions);
      consumer.seekToBeginning(partitions);
      Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
      while (ends.entrySet().stream().anyMatch(e -> consumer.position(e.getKey()) < e.getValue())) {
        consumer
            .poll(Duration.ofMillis(200))
            .forEach(r -> last.put(new String(r.key(), StandardCharsets.UTF_8), r.value() != null));
      }
    }
    return last;
  }
}
