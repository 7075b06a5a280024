package io.leukocyte.responder;

import io.leukocyte.events.HostId;
import io.leukocyte.events.Topic;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.InvalidOffsetException;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndTimestamp;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.WakeupException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.utils.Utils;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads the alerts of this host: its partition of the topic, committed records only. Where it is
 * stands in the journal. A server that is away is tried again until it is back.
 */
final class AlertFeed implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(AlertFeed.class);
  private static final Duration POLL = Duration.ofMillis(100);
  private static final Duration PATIENCE = Duration.ofSeconds(5);
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(10);
  private static final long POSITION_NANOS = Duration.ofSeconds(1).toNanos();
  private static final long SIGN_OF_LIFE_NANOS = Duration.ofSeconds(10).toNanos();

  private final Map<String, Object> properties;
  private final HostId host;
  private final Duration maxAge;
  private final Journal journal;
  private final Clock clock;
  private final Listener listener;
  private final ReadingThread thread;
  private volatile @Nullable String problem = "not connected yet";
  private volatile long lag = -1;
  private long positionAt;
  private long position = -1;
  private long aliveAt;

  /** Hears of alerts. */
  interface Listener {
    /** Records of this host's partition; whatever is wrong with them is the listener's to say. */
    void alerts(List<ConsumerRecord<byte[], byte[]>> records);
  }

  AlertFeed(
      Map<String, Object> kafka,
      HostId host,
      Duration maxAge,
      Journal journal,
      Clock clock,
      Listener listener) {
    this.properties = consumerProperties(kafka, "leuko-responder-" + host);
    this.host = host;
    this.maxAge = maxAge;
    this.journal = journal;
    this.clock = clock;
    this.listener = listener;
    this.thread =
        new ReadingThread(Thread.ofPlatform().daemon().name("responder-alerts"), this::run);
  }

  /** Properties of a client that reads committed records from where it is told to. */
  static Map<String, Object> consumerProperties(Map<String, Object> kafka, String client) {
    Map<String, Object> properties = new HashMap<>(kafka);
    properties.put(ConsumerConfig.CLIENT_ID_CONFIG, client);
    properties.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
    properties.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
    properties.put(ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG, false);
    properties.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "none");
    properties.put(ConsumerConfig.KEY_DESERIALIZER_CLASS_CONFIG, ByteArrayDeserializer.class);
    properties.put(ConsumerConfig.VALUE_DESERIALIZER_CLASS_CONFIG, ByteArrayDeserializer.class);
    return properties;
  }

  /** The partition that Kafka's default partitioner gives a key. */
  static int partition(String text, int partitions) {
    byte[] key = text.getBytes(StandardCharsets.UTF_8);
    return Utils.toPositive(Utils.murmur2(key)) % partitions;
  }

  void start() {
    thread.start();
  }

  /** How many records of the partition were not read yet; -1 when that is not known. */
  long lag() {
    return lag;
  }

  /** Why no alerts can be read; null when they can. */
  @Nullable String problem() {
    return problem;
  }

  private void run() {
    Duration pause = Duration.ofMillis(500);
    while (!thread.isClosed()) {
      try {
        thread.read(properties, this::follow);
      } catch (WakeupException e) {
        return; // closed
      } catch (KafkaException e) {
        if (thread.isClosed()) {
          return;
        }
        if (problem == null) {
          LOG.warn("Cannot read alerts, trying again: {}", e.getMessage());
        }
        problem = String.valueOf(e.getMessage());
      } catch (JournalException e) {
        LOG.error("No alerts are acted on: {}", e.getMessage());
        problem = String.valueOf(e.getMessage());
      }
      if (!thread.pause(pause)) {
        return;
      }
      Duration doubled = pause.multipliedBy(2);
      pause = doubled.compareTo(LONGEST_PAUSE) < 0 ? doubled : LONGEST_PAUSE;
    }
  }

  private void follow(KafkaConsumer<byte[], byte[]> from) {
    List<PartitionInfo> partitions = from.partitionsFor(Topic.ALERTS.text(), PATIENCE);
    if (partitions == null || partitions.isEmpty()) {
      throw new KafkaException("there is no topic " + Topic.ALERTS.text() + " yet");
    }
    TopicPartition mine =
        new TopicPartition(Topic.ALERTS.text(), partition(host.value(), partitions.size()));
    from.assign(Set.of(mine));
    begin(from, mine);
    while (!thread.isClosed()) {
      read(from, mine);
    }
  }

  private void begin(KafkaConsumer<byte[], byte[]> from, TopicPartition mine) {
    OptionalLong known = journal.read(ledger -> ledger.offset(mine.partition()));
    if (known.isPresent()) {
      from.seek(mine, known.getAsLong());
    } else {
      seekByTime(from, mine);
    }
    alive(from, mine);
  }

  /** To the first alert that is not stale. */
  private void seekByTime(KafkaConsumer<byte[], byte[]> from, TopicPartition mine) {
    from.seek(mine, firstSince(from, mine, clock.millis() - maxAge.toMillis()));
  }

  /**
   * The offset of the first record of that time or later; the end where there is none yet. The end
   * is asked for first: what comes between the two questions lies behind it, and is not passed
   * over.
   *
   * @param since unix milliseconds
   */
  static long firstSince(Consumer<byte[], byte[]> from, TopicPartition partition, long since) {
    long end = from.endOffsets(Set.of(partition), PATIENCE).getOrDefault(partition, 0L);
    OffsetAndTimestamp found =
        from.offsetsForTimes(Map.of(partition, since), PATIENCE).get(partition);
    return found == null ? end : found.offset();
  }

  private void read(KafkaConsumer<byte[], byte[]> from, TopicPartition mine) {
    try {
      ConsumerRecords<byte[], byte[]> records = from.poll(POLL);
      if (!records.isEmpty()) {
        listener.alerts(records.records(mine));
      }
      lag = from.currentLag(mine).orElse(lag);
      notePosition(mine, from.position(mine, PATIENCE));
      if (records.isEmpty() && System.nanoTime() - aliveAt > SIGN_OF_LIFE_NANOS) {
        alive(from, mine);
      }
    } catch (InvalidOffsetException e) {
      LOG.warn(
          "The alerts where the responder stopped are gone; it goes on with those of the last {} s",
          maxAge.toSeconds());
      seekByTime(from, mine);
    }
  }

  private void alive(KafkaConsumer<byte[], byte[]> from, TopicPartition mine) {
    from.endOffsets(Set.of(mine), PATIENCE);
    aliveAt = System.nanoTime();
    if (problem != null) {
      LOG.info("Alerts are read from {}", mine);
    }
    problem = null;
  }

  /** What is read again after a crash does nothing twice: once a second is enough. */
  private void notePosition(TopicPartition mine, long now) {
    if (now != position && System.nanoTime() - positionAt > POSITION_NANOS) {
      journal.note(new JournalEntry.Read(mine.partition(), now));
      position = now;
      positionAt = System.nanoTime();
    }
  }

  @Override
  public void close() {
    thread.close();
  }
}
