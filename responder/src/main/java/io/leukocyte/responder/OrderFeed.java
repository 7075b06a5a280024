package io.leukocyte.responder;

import io.leukocyte.events.HostId;
import io.leukocyte.events.Order;
import io.leukocyte.events.Topic;
import java.time.Clock;
import java.time.Duration;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.OptionalLong;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentSkipListSet;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.InvalidOffsetException;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.WakeupException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads the orders to this host and to all: their two partitions of the topic. Where it is stands
 * in the journal; what is read again is known there. A server that is away is tried again.
 */
final class OrderFeed implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(OrderFeed.class);
  private static final Duration POLL = Duration.ofMillis(200);
  private static final Duration PATIENCE = Duration.ofSeconds(5);
  private static final Duration FIRST_PAUSE = Duration.ofMillis(500);
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(5);
  private static final long SIGN_OF_LIFE_NANOS = Duration.ofSeconds(10).toNanos();

  private final Map<String, Object> properties;
  private final HostId host;
  private final Journal journal;
  private final Clock clock;
  private final Listener listener;
  private final ReadingThread thread;
  private volatile @Nullable String problem = "not connected yet";
  private final Map<Integer, NavigableSet<Long>> pending = new HashMap<>();
  private final Map<Integer, Long> noted = new HashMap<>();
  private long aliveAt;

  /** Hears of orders. */
  interface Listener {
    /**
     * A record of the partitions of orders; whatever is wrong with it is the listener's to say.
     *
     * @return completes when it need not be read again; fails when it must, after the next start
     */
    CompletableFuture<?> order(ConsumerRecord<byte[], byte[]> record);
  }

  OrderFeed(
      Map<String, Object> kafka, HostId host, Journal journal, Clock clock, Listener listener) {
    this.properties = consumerProperties(kafka, host);
    this.host = host;
    this.journal = journal;
    this.clock = clock;
    this.listener = listener;
    this.thread =
        new ReadingThread(Thread.ofPlatform().daemon().name("responder-orders"), this::run);
  }

  private static Map<String, Object> consumerProperties(Map<String, Object> kafka, HostId host) {
    Map<String, Object> properties = new HashMap<>(kafka);
    properties.put(ConsumerConfig.CLIENT_ID_CONFIG, "leuko-responder-orders-" + host);
    properties.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
    properties.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
    properties.put(ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG, false);
    properties.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "none");
    properties.put(ConsumerConfig.KEY_DESERIALIZER_CLASS_CONFIG, ByteArrayDeserializer.class);
    properties.put(ConsumerConfig.VALUE_DESERIALIZER_CLASS_CONFIG, ByteArrayDeserializer.class);
    return properties;
  }

  void start() {
    thread.start();
  }

  /** Why no orders can be read; null when they can. */
  @Nullable String problem() {
    return problem;
  }

  private void run() {
    Duration pause = FIRST_PAUSE;
    while (!thread.isClosed()) {
      try {
        thread.read(properties, this::follow);
      } catch (WakeupException e) {
        return; // closed
      } catch (KafkaException | JournalException e) {
        if (thread.isClosed()) {
          return;
        }
        String message = String.valueOf(e.getMessage());
        if (!message.equals(problem)) {
          LOG.warn("Cannot read orders, trying again: {}", message);
        }
        problem = message;
      }
      if (!thread.pause(pause)) {
        return;
      }
      Duration doubled = pause.multipliedBy(2);
      pause = doubled.compareTo(LONGEST_PAUSE) < 0 ? doubled : LONGEST_PAUSE;
    }
  }

  private void follow(KafkaConsumer<byte[], byte[]> from) {
    List<PartitionInfo> partitions = from.partitionsFor(Topic.COMMANDS.text(), PATIENCE);
    if (partitions == null || partitions.isEmpty()) {
      throw new KafkaException("there is no topic " + Topic.COMMANDS.text() + " yet");
    }
    List<TopicPartition> ours = ours(partitions.size());
    from.assign(ours);
    ours.forEach(partition -> begin(from, partition));
    alive(from);
    while (!thread.isClosed()) {
      read(from);
    }
  }

  private List<TopicPartition> ours(int partitions) {
    TreeSet<Integer> numbers = new TreeSet<>();
    numbers.add(AlertFeed.partition(host.value(), partitions));
    numbers.add(AlertFeed.partition(Order.EVERYWHERE, partitions));
    return numbers.stream().map(n -> new TopicPartition(Topic.COMMANDS.text(), n)).toList();
  }

  private void begin(KafkaConsumer<byte[], byte[]> from, TopicPartition partition) {
    OptionalLong known = journal.read(ledger -> ledger.orderOffset(partition.partition()));
    if (known.isPresent()) {
      from.seek(partition, known.getAsLong());
    } else {
      seekByTime(from, partition);
    }
  }

  /** To the first order that may still be valid. */
  private void seekByTime(KafkaConsumer<byte[], byte[]> from, TopicPartition partition) {
    long since = clock.millis() - Order.LONGEST_LIFE.toMillis();
    from.seek(partition, AlertFeed.firstSince(from, partition, since));
  }

  private void read(KafkaConsumer<byte[], byte[]> from) {
    try {
      ConsumerRecords<byte[], byte[]> records = from.poll(POLL);
      for (ConsumerRecord<byte[], byte[]> record : records) {
        take(record);
      }
      from.assignment().forEach(partition -> note(partition, from.position(partition, PATIENCE)));
    } catch (InvalidOffsetException e) {
      LOG.warn(
          "The orders where the responder stopped are gone; it goes on with those still valid");
      e.partitions().forEach(partition -> seekByTime(from, partition));
    }
    if (problem != null || System.nanoTime() - aliveAt > SIGN_OF_LIFE_NANOS) {
      alive(from);
    }
  }

  private void take(ConsumerRecord<byte[], byte[]> record) {
    NavigableSet<Long> open =
        pending.computeIfAbsent(record.partition(), p -> new ConcurrentSkipListSet<>());
    open.add(record.offset());
    CompletableFuture<?> _ =
        listener
            .order(record)
            .whenComplete((nothing, failure) -> {
              if (failure == null) {
                open.remove(record.offset());
              }
            });
  }

  /** Orders before the first that is not carried out yet need not be read again. */
  private void note(TopicPartition partition, long position) {
    NavigableSet<Long> open =
        pending.getOrDefault(partition.partition(), Collections.emptyNavigableSet());
    Long first = open.ceiling(0L);
    long offset = first == null ? position : first;
    Long before = noted.put(partition.partition(), offset);
    if (before == null || before != offset) {
      journal.note(new JournalEntry.OrdersRead(partition.partition(), offset));
    }
  }

  private void alive(KafkaConsumer<byte[], byte[]> from) {
    from.endOffsets(from.assignment(), PATIENCE);
    aliveAt = System.nanoTime();
    problem = null;
  }

  @Override
  public void close() {
    thread.close();
  }
}
