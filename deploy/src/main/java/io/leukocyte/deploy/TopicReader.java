package io.leukocyte.deploy;

import io.leukocyte.events.KafkaSettings;
import io.leukocyte.events.Topic;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndTimestamp;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/** Reads what a topic holds by now, committed records only, and ends. */
final class TopicReader {
  private static final Duration PATIENCE = Duration.ofSeconds(15);

  private TopicReader() {}

  /**
   * Reads a topic.
   *
   * @param since records of this time or later; the epoch for all
   * @param each hears of each record, in order within a partition
   * @throws EnvironmentException when Kafka does not give them
   */
  static void read(
      KafkaSettings kafka,
      Topic topic,
      Instant since,
      Consumer<ConsumerRecord<byte[], byte[]>> each) {
    Map<String, Object> properties = new HashMap<>(kafka.clientProperties());
    properties.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
    properties.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
    properties.put(ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG, false);
    try (KafkaConsumer<byte[], byte[]> consumer =
        new KafkaConsumer<>(properties, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
      List<PartitionInfo> infos = consumer.partitionsFor(topic.text(), PATIENCE);
      if (infos != null && !infos.isEmpty()) {
        read(consumer, infos, since, each);
      }
    } catch (KafkaException e) {
      throw KafkaAccess.unreadable(topic.text(), properties, e);
    }
  }

  private static void read(
      KafkaConsumer<byte[], byte[]> consumer,
      List<PartitionInfo> infos,
      Instant since,
      Consumer<ConsumerRecord<byte[], byte[]>> each) {
    List<TopicPartition> partitions =
        infos.stream().map(i -> new TopicPartition(i.topic(), i.partition())).toList();
    consumer.assign(partitions); // the client warns of ends of what is not assigned
    Map<TopicPartition, Long> ends = consumer.endOffsets(partitions, PATIENCE);
    if (since.equals(Instant.EPOCH)) {
      consumer.seekToBeginning(partitions);
    } else {
      seek(consumer, partitions, ends, since);
    }
    while (ends.entrySet().stream()
        .anyMatch(end -> consumer.position(end.getKey(), PATIENCE) < end.getValue())) {
      consumer.poll(Duration.ofMillis(200)).forEach(each);
    }
  }

  private static void seek(
      KafkaConsumer<byte[], byte[]> consumer,
      List<TopicPartition> partitions,
      Map<TopicPartition, Long> ends,
      Instant since) {
    Map<TopicPartition, Long> times =
        partitions.stream().collect(Collectors.toMap(p -> p, p -> since.toEpochMilli()));
    Map<TopicPartition, OffsetAndTimestamp> found = consumer.offsetsForTimes(times, PATIENCE);
    for (TopicPartition partition : partitions) {
      OffsetAndTimestamp first = found.get(partition);
      consumer.seek(partition, first == null ? ends.getOrDefault(partition, 0L) : first.offset());
    }
  }
}
