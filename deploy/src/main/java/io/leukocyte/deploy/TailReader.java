package io.leukocyte.deploy;

import io.leukocyte.events.Topic;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/**
 * A topic from its present end on, or from where a state ended; committed records only, outside of
 * any consumer group. What Kafka no longer keeps is passed over.
 */
final class TailReader implements AutoCloseable {
  private static final Duration POLL = Duration.ofMillis(200);
  private static final Duration PATIENCE = Duration.ofSeconds(15);

  private final KafkaConsumer<byte[], byte[]> consumer;
  private final Optional<TailState> state;

  private TailReader(KafkaConsumer<byte[], byte[]> consumer, Optional<TailState> state) {
    this.consumer = consumer;
    this.state = state;
  }

  /**
   * Finds its place, so that every record from now on will be read.
   *
   * @throws EnvironmentException when Kafka does not answer, or has no such topic
   */
  static TailReader open(Map<String, Object> client, Topic topic, Optional<TailState> state) {
    Map<String, Object> properties = new HashMap<>(client);
    properties.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
    properties.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
    properties.put(ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG, false);
    properties.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest"); // of what is gone
    properties.put(ConsumerConfig.FETCH_MAX_WAIT_MS_CONFIG, 100);
    KafkaConsumer<byte[], byte[]> consumer =
        new KafkaConsumer<>(properties, new ByteArrayDeserializer(), new ByteArrayDeserializer());
    try {
      TailReader reader = new TailReader(consumer, state);
      reader.seek(topic);
      return reader;
    } catch (KafkaException e) {
      consumer.close();
      throw KafkaAccess.unreadable(topic.text(), properties, e);
    } catch (RuntimeException e) {
      consumer.close();
      throw e;
    }
  }

  private void seek(Topic topic) {
    List<PartitionInfo> infos = consumer.partitionsFor(topic.text(), PATIENCE);
    if (infos == null || infos.isEmpty()) {
      throw new EnvironmentException(
          "There is no topic %s yet; start a role, which makes it.".formatted(topic.text()));
    }
    List<TopicPartition> partitions =
        infos.stream().map(info -> new TopicPartition(info.topic(), info.partition())).toList();
    consumer.assign(partitions);
    Map<Integer, Long> known = state.map(TailState::next).orElse(Map.of());
    if (known.isEmpty()) {
      consumer.seekToEnd(partitions);
    } else {
      for (TopicPartition partition : partitions) {
        consumer.seek(partition, known.getOrDefault(partition.partition(), 0L));
      }
    }
    remember();
  }

  /** The next records, in order within a partition; none after a short while. */
  Iterable<ConsumerRecord<byte[], byte[]>> poll() {
    ConsumerRecords<byte[], byte[]> records = consumer.poll(POLL);
    return records;
  }

  /** All that was polled is written: the state, if there is one, goes to the disk. */
  void remember() {
    for (TopicPartition partition : consumer.assignment()) {
      long position = consumer.position(partition, PATIENCE);
      state.ifPresent(kept -> kept.note(partition.partition(), position));
    }
    state.ifPresent(TailState::write);
  }

  @Override
  public void close() {
    consumer.close();
  }
}
