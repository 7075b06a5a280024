package io.leukocyte.collector;

import io.leukocyte.events.Topic;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.WakeupException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.utils.Utils;
import org.jspecify.annotations.Nullable;

/**
 * The end of this host's partition of {@code leuko.events}, from the batch that was the last one
 * known to be stored: there stands what was stored after it. A place is {@code PARTITION:OFFSET}.
 *
 * <p>Bounds: {@link #PATIENCE} until Kafka answers and again for reading, {@link #MOST_BYTES} of
 * all hosts' batches. Where the log does not reach to the place any more, or the partitions were
 * made anew, the last {@link #LOOK_BACK} records are read.
 */
final class KafkaTail implements StoredBatches {
  /** Longest time to wait for Kafka; the logs' lines wait as long, the kernel's events do not. */
  static final Duration PATIENCE = Duration.ofSeconds(5);

  /** Most bytes that are read: a collector's own batches stand near the begin of what follows. */
  static final long MOST_BYTES = 64L << 20;

  /** Records that are read of a partition in which the place means nothing. */
  static final long LOOK_BACK = 10_000;

  private static final Duration POLL = Duration.ofMillis(200);

  private final Supplier<Consumer<byte[], byte[]>> consumers;
  private final byte[] key;
  private volatile String place = "";
  private volatile boolean closed;
  private volatile @Nullable Consumer<byte[], byte[]> reading;

  /**
   * A tail that is not read.
   *
   * @param consumers makes a consumer of {@link #settings}
   * @param key of the host's records
   */
  KafkaTail(Supplier<Consumer<byte[], byte[]>> consumers, byte[] key) {
    this.consumers = consumers;
    this.key = key;
  }

  /** The consumer's settings on top of those of any client. */
  static Map<String, Object> settings(Map<String, Object> client) {
    Map<String, Object> settings = new HashMap<>(client);
    settings.put(
        ConsumerConfig.KEY_DESERIALIZER_CLASS_CONFIG, ByteArrayDeserializer.class.getName());
    settings.put(
        ConsumerConfig.VALUE_DESERIALIZER_CLASS_CONFIG, ByteArrayDeserializer.class.getName());
    settings.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
    settings.put(ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG, false);
    settings.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
    settings.put(
        ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_uncommitted"); // none is a transaction
    settings.put(ConsumerConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, (int) PATIENCE.toMillis());
    settings.put(ConsumerConfig.REQUEST_TIMEOUT_MS_CONFIG, (int) PATIENCE.toMillis());
    return settings;
  }

  /** A batch is stored, and its receipt was told. */
  void stored(RecordMetadata metadata) {
    if (metadata.hasOffset()) {
      place = metadata.partition() + ":" + (metadata.offset() + 1);
    }
  }

  @Override
  public String place() {
    return place;
  }

  @Override
  public Outcome read(String since, java.util.function.Consumer<byte[]> each) {
    try (Consumer<byte[], byte[]> consumer = consumers.get()) {
      reading = consumer;
      return closed ? new Outcome.Part("it is closed") : read(consumer, since, each);
    } catch (WakeupException e) {
      return new Outcome.Part("it is closed");
    } catch (KafkaException | IllegalArgumentException | IllegalStateException e) {
      return new Outcome.Part(e.getMessage() == null ? e.toString() : e.getMessage());
    } finally {
      reading = null;
    }
  }

  private Outcome read(
      Consumer<byte[], byte[]> consumer, String since, java.util.function.Consumer<byte[]> each) {
    List<PartitionInfo> partitions = consumer.partitionsFor(Topic.EVENTS.text(), PATIENCE);
    if (partitions == null || partitions.isEmpty()) {
      return new Outcome.Part("there is no topic " + Topic.EVENTS.text());
    }
    Map<TopicPartition, Long> places = places(since, partitions.size());
    consumer.assign(places.keySet());
    Map<TopicPartition, Long> ends = consumer.endOffsets(places.keySet(), PATIENCE);
    consumer
        .beginningOffsets(places.keySet(), PATIENCE)
        .forEach((partition, begin) ->
            consumer.seek(
                partition, from(begin, places.getOrDefault(partition, -1L), end(ends, partition))));
    return read(consumer, ends, each);
  }

  /** Where each partition that may have batches of this host goes on; -1: it is not known. */
  private Map<TopicPartition, Long> places(String since, int partitions) {
    Map<TopicPartition, Long> places = new HashMap<>();
    places.put(topic(Utils.toPositive(Utils.murmur2(key)) % partitions), -1L);
    int colon = since.indexOf(':');
    int partition = Integer.parseInt(since.substring(0, Math.max(0, colon)));
    if (partition >= 0 && partition < partitions) {
      places.put(topic(partition), Long.parseLong(since.substring(colon + 1)));
    }
    return places;
  }

  private static TopicPartition topic(int partition) {
    return new TopicPartition(Topic.EVENTS.text(), partition);
  }

  private static long from(long begin, long place, long end) {
    return place < 0 || place > end ? Math.max(begin, end - LOOK_BACK) : Math.max(begin, place);
  }

  private static long end(Map<TopicPartition, Long> ends, TopicPartition partition) {
    return ends.getOrDefault(partition, 0L);
  }

  private Outcome read(
      Consumer<byte[], byte[]> consumer,
      Map<TopicPartition, Long> ends,
      java.util.function.Consumer<byte[]> each) {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    long left = MOST_BYTES;
    while (ends.keySet().stream().anyMatch(p -> consumer.position(p) < end(ends, p))) {
      if (System.nanoTime() - deadline > 0) {
        return new Outcome.Part("reading took more than " + PATIENCE.toSeconds() + " s");
      }
      if (left <= 0) {
        return new Outcome.Part("more than " + (MOST_BYTES >> 20) + " MiB stand there");
      }
      for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL)) {
        left -= Math.max(0, record.serializedValueSize());
        if (Arrays.equals(record.key(), key) && record.value() != null) {
          each.accept(record.value());
        }
      }
    }
    return new Outcome.Whole();
  }

  @Override
  public void close() {
    closed = true;
    Consumer<byte[], byte[]> consumer = reading;
    if (consumer != null) {
      consumer.wakeup();
    }
  }
}
