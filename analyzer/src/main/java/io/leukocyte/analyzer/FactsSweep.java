package io.leukocyte.analyzer;

import io.leukocyte.events.ContainerFacts;
import io.leukocyte.events.EventJson;
import io.leukocyte.events.KafkaSettings;
import io.leukocyte.events.MalformedJsonException;
import io.leukocyte.events.ProducerSettings;
import io.leukocyte.events.Topic;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes out of the topic {@code leuko.containers} what nobody asks for any more: a container a day
 * after it was destroyed, and one of which nothing was said for a week, because its host is silent.
 * Facts of a container that lives are told again each day. Each analyzer looks the topic over once
 * an hour: a tombstone more does no harm.
 */
final class FactsSweep implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(FactsSweep.class);
  private static final Duration AFTER_DESTROY = Duration.ofHours(24);
  private static final Duration AFTER_SILENCE = Duration.ofDays(7);
  private static final long EVERY_MINUTES = 60;
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final Duration POLL = Duration.ofMillis(500);

  private final KafkaSettings kafka;
  private @Nullable ScheduledExecutorService timer;

  FactsSweep(KafkaSettings kafka) {
    this.kafka = kafka;
  }

  /** Begins some time within the first hour, so that analyzers take turns. */
  synchronized void start() {
    timer =
        Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().daemon().name("leuko-facts-sweep").factory());
    long first = ThreadLocalRandom.current().nextLong(1, EVERY_MINUTES);
    var _ = timer.scheduleWithFixedDelay(this::run, first, EVERY_MINUTES, TimeUnit.MINUTES);
  }

  private void run() {
    try {
      int removed = sweep(Instant.now());
      if (removed > 0) {
        LOG.info("{} containers are taken out of {}", removed, Topic.CONTAINERS.text());
      }
    } catch (InterruptException e) {
      Thread.currentThread().interrupt();
    } catch (KafkaException e) {
      LOG.warn(
          "Old facts stay in {} for another hour: {}; the analyzer needs to read and write it",
          Topic.CONTAINERS.text(),
          e.getMessage());
    }
  }

  /**
   * Looks the topic over once.
   *
   * @return how many containers were taken out
   * @throws KafkaException when Kafka does not let it
   */
  int sweep(Instant now) {
    Map<String, Boolean> over = new HashMap<>();
    read(record -> {
      if (record.key() != null) {
        over.put(
            new String(record.key(), StandardCharsets.UTF_8),
            record.value() != null && isOver(record.value(), record.timestamp(), now));
      }
    });
    over.values().removeIf(is -> !is);
    if (!over.isEmpty()) {
      remove(over.keySet());
    }
    return over.size();
  }

  /** Whether nobody asks for this any more; what cannot be read is nobody's use either. */
  static boolean isOver(byte[] value, long timestamp, Instant now) {
    if (now.toEpochMilli() - timestamp >= AFTER_SILENCE.toMillis()) {
      return true;
    }
    try {
      return EventJson.read(value).event() instanceof ContainerFacts facts
          && facts.state().equals(ContainerFacts.DESTROYED)
          && now.toEpochMilli() - timestamp >= AFTER_DESTROY.toMillis();
    } catch (MalformedJsonException e) {
      return true;
    }
  }

  private void read(Consumer<ConsumerRecord<byte[], byte[]>> each) {
    Map<String, Object> properties = new HashMap<>(kafka.clientProperties());
    properties.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
    properties.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
    properties.put(ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG, false);
    try (KafkaConsumer<byte[], byte[]> consumer =
        new KafkaConsumer<>(properties, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
      List<PartitionInfo> infos = consumer.partitionsFor(Topic.CONTAINERS.text(), PATIENCE);
      List<TopicPartition> partitions =
          infos == null
              ? List.of()
              : infos.stream().map(i -> new TopicPartition(i.topic(), i.partition())).toList();
      consumer.assign(partitions);
      Map<TopicPartition, Long> ends = consumer.endOffsets(partitions, PATIENCE);
      consumer.seekToBeginning(partitions);
      while (ends.entrySet().stream()
          .anyMatch(end -> consumer.position(end.getKey(), PATIENCE) < end.getValue())) {
        consumer.poll(POLL).forEach(each);
      }
    }
  }

  private void remove(Iterable<String> containers) {
    try (KafkaProducer<byte[], byte[]> producer =
        new KafkaProducer<>(ProducerSettings.of(kafka.clientProperties()))) {
      for (String container : containers) {
        byte[] key = container.getBytes(StandardCharsets.UTF_8);
        var _ = producer.send(new ProducerRecord<>(Topic.CONTAINERS.text(), key, null));
      }
      producer.flush();
    }
  }

  @Override
  public synchronized void close() {
    if (timer != null) {
      timer.shutdownNow();
    }
  }
}
