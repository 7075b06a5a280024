package io.leukocyte.deploy;

import io.leukocyte.events.Topic;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.WakeupException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/**
 * Reads topics from their ends on, outside of any consumer group, committed records only unless
 * told: for eyes, not for work.
 */
final class TopicFollower implements AutoCloseable {
  private static final Duration POLL = Duration.ofMillis(200);

  private final KafkaConsumer<byte[], byte[]> consumer;
  private final Consumer<ConsumerRecord<byte[], byte[]>> sink;
  private final Thread thread;

  private TopicFollower(
      KafkaConsumer<byte[], byte[]> consumer, Consumer<ConsumerRecord<byte[], byte[]>> sink) {
    this.consumer = consumer;
    this.sink = sink;
    this.thread = Thread.ofPlatform().daemon().name("leuko-follow").unstarted(this::run);
  }

  /**
   * Starts to read at the present ends.
   *
   * @param client how to reach Kafka
   * @param topics which
   * @param sink called by one thread for each record that has a value
   */
  static TopicFollower start(
      Map<String, Object> client,
      List<Topic> topics,
      Consumer<ConsumerRecord<byte[], byte[]>> sink) {
    return start(client, topics.stream().map(Topic::text).toList(), "read_committed", sink);
  }

  /**
   * Starts to read at the present ends.
   *
   * @param client how to reach Kafka
   * @param topics which, by name
   * @param isolation read_committed, or read_uncommitted for what may still be taken back
   * @param sink called by one thread
   */
  static TopicFollower start(
      Map<String, Object> client,
      List<String> topics,
      String isolation,
      Consumer<ConsumerRecord<byte[], byte[]>> sink) {
    Map<String, Object> properties = new HashMap<>(client);
    properties.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, isolation);
    properties.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
    properties.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "latest");
    properties.put(ConsumerConfig.FETCH_MAX_WAIT_MS_CONFIG, 100);
    KafkaConsumer<byte[], byte[]> consumer =
        new KafkaConsumer<>(properties, new ByteArrayDeserializer(), new ByteArrayDeserializer());
    List<TopicPartition> partitions = new ArrayList<>();
    for (String topic : topics) {
      for (PartitionInfo info : consumer.partitionsFor(topic)) {
        partitions.add(new TopicPartition(info.topic(), info.partition()));
      }
    }
    consumer.assign(partitions);
    consumer.seekToEnd(partitions);
    partitions.forEach(consumer::position);
    TopicFollower follower = new TopicFollower(consumer, sink);
    follower.thread.start();
    return follower;
  }

  private void run() {
    try {
      while (true) {
        for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL)) {
          if (record.value() != null) {
            sink.accept(record);
          }
        }
      }
    } catch (WakeupException e) {
      // Closing.
    } finally {
      consumer.close();
    }
  }

  @Override
  public void close() {
    consumer.wakeup();
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
