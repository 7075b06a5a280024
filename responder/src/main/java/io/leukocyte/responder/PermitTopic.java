package io.leukocyte.responder;

import io.leukocyte.events.HostId;
import io.leukocyte.events.ProducerSettings;
import io.leukocyte.events.Topic;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.InvalidOffsetException;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.WakeupException;
import org.apache.kafka.common.record.TimestampType;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The topic of permits: one partition, read whole as far back as anything counts, and followed. A
 * server that is away is tried again until it is back.
 */
final class PermitTopic implements FleetBudget.Sender, AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(PermitTopic.class);
  private static final TopicPartition LOG_OF_PERMITS = new TopicPartition(Topic.PERMITS.text(), 0);
  private static final Duration POLL = Duration.ofMillis(200);
  private static final Duration PATIENCE = Duration.ofSeconds(5);
  private static final Duration PAUSE = Duration.ofMillis(500);
  private static final long MAINTAIN_NANOS = Duration.ofSeconds(1).toNanos();
  private static final long SIGN_OF_LIFE_NANOS = Duration.ofSeconds(10).toNanos();

  /** Longer than anything counts: decisions about late requests are the same as everywhere. */
  private static final Duration BACK = PermitLedger.MEMORY.plusHours(2);

  private final Map<String, Object> kafka;
  private final HostId host;
  private final Duration deadline;
  private final Clock clock;
  private final Meters meters;
  private final ReadingThread thread;
  private final ExecutorService senders =
      Executors.newSingleThreadExecutor(
          Thread.ofPlatform().daemon().name("responder-permits-send").factory());
  private final CountDownLatch ready = new CountDownLatch(1);
  private @Nullable KafkaProducer<byte[], byte[]> producer;
  private @Nullable FleetBudget budget;
  private volatile @Nullable String problem = "not connected yet";
  private OptionalLong next = OptionalLong.empty();
  private long aliveAt;
  private long maintainedAt;

  /**
   * Makes the reader and writer.
   *
   * @param deadline after which a record need not be sent any more
   */
  PermitTopic(
      Map<String, Object> kafka, HostId host, Duration deadline, Clock clock, Meters meters) {
    this.kafka = Map.copyOf(kafka);
    this.host = host;
    this.deadline = deadline;
    this.clock = clock;
    this.meters = meters;
    this.thread =
        new ReadingThread(Thread.ofPlatform().daemon().name("responder-permits"), this::run);
  }

  private Map<String, Object> consumerProperties() {
    Map<String, Object> properties = new HashMap<>(kafka);
    properties.put(ConsumerConfig.CLIENT_ID_CONFIG, "leuko-responder-permits-" + host);
    properties.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
    properties.put(ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG, false);
    properties.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "none");
    properties.put(ConsumerConfig.KEY_DESERIALIZER_CLASS_CONFIG, ByteArrayDeserializer.class);
    properties.put(ConsumerConfig.VALUE_DESERIALIZER_CLASS_CONFIG, ByteArrayDeserializer.class);
    return properties;
  }

  private Map<String, Object> producerProperties() {
    Map<String, Object> properties = ProducerSettings.of(kafka);
    int millis = (int) deadline.toMillis();
    properties.put(ProducerConfig.CLIENT_ID_CONFIG, "leuko-responder-permits-" + host);
    properties.put(ProducerConfig.LINGER_MS_CONFIG, 0);
    properties.put(ProducerConfig.MAX_BLOCK_MS_CONFIG, millis);
    properties.put(ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG, millis);
    properties.put(ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, 2 * millis);
    return properties;
  }

  /** Begins to read, for a budget. */
  void start(FleetBudget of) {
    budget = of;
    thread.start();
  }

  /** Why no permits can be had; null when they can. */
  @Nullable String problem() {
    return problem;
  }

  /** Waits until the log is read to its end once; false when the time is over before. */
  boolean awaitReady(Duration most) throws InterruptedException {
    return ready.await(most.toMillis(), TimeUnit.MILLISECONDS);
  }

  @Override
  public CompletableFuture<?> send(PermitRecord record) {
    CompletableFuture<Object> sent = new CompletableFuture<>();
    try {
      senders.execute(() -> send(record, sent));
    } catch (RejectedExecutionException e) {
      sent.completeExceptionally(e); // closed
    }
    return sent;
  }

  private void send(PermitRecord record, CompletableFuture<Object> sent) {
    byte[] key = key(record).getBytes(StandardCharsets.UTF_8);
    byte[] value = PermitJson.write(record);
    try {
      if (producer == null) {
        producer = new KafkaProducer<>(producerProperties());
      }
      var _ =
          producer.send(
              new ProducerRecord<>(LOG_OF_PERMITS.topic(), LOG_OF_PERMITS.partition(), key, value),
              (metadata, e) -> {
                if (e == null) {
                  sent.complete(metadata);
                } else {
                  sent.completeExceptionally(e);
                }
              });
    } catch (KafkaException e) {
      sent.completeExceptionally(e);
    }
  }

  private static String key(PermitRecord record) {
    return switch (record) {
      case PermitRecord.Request request -> request.policy();
      case PermitRecord.Turn turn -> turn.service();
      case PermitRecord.Returned _, PermitRecord.Ended _, PermitRecord.Census _ ->
          record.host().value();
    };
  }

  private void run() {
    while (!thread.isClosed()) {
      try {
        thread.read(consumerProperties(), this::follow);
      } catch (WakeupException e) {
        return; // closed
      } catch (KafkaException | JournalException e) {
        if (thread.isClosed()) {
          return;
        }
        if (problem == null) {
          LOG.warn("Cannot read permits, trying again: {}", e.getMessage());
        }
        problem = String.valueOf(e.getMessage());
      }
      if (!thread.pause(PAUSE)) {
        return;
      }
    }
  }

  private void follow(KafkaConsumer<byte[], byte[]> from) {
    requireOnePartition(from.partitionsFor(LOG_OF_PERMITS.topic(), PATIENCE));
    from.assign(Set.of(LOG_OF_PERMITS));
    begin(from);
    while (!thread.isClosed()) {
      read(from);
    }
  }

  private static void requireOnePartition(@Nullable List<PartitionInfo> partitions) {
    if (partitions == null || partitions.isEmpty()) {
      throw new KafkaException("there is no topic " + LOG_OF_PERMITS.topic() + " yet");
    }
    if (partitions.size() != 1) {
      throw new KafkaException(
          "the topic %s has %d partitions, but its one order decides; make it anew with one"
              .formatted(LOG_OF_PERMITS.topic(), partitions.size()));
    }
  }

  private void begin(KafkaConsumer<byte[], byte[]> from) {
    if (next.isPresent()) {
      from.seek(LOG_OF_PERMITS, next.getAsLong());
    } else {
      beginAnew(from);
    }
  }

  private void beginAnew(KafkaConsumer<byte[], byte[]> from) {
    budget().forget();
    long begin = AlertFeed.firstSince(from, LOG_OF_PERMITS, clock.millis() - BACK.toMillis());
    from.seek(LOG_OF_PERMITS, begin);
    next = OptionalLong.of(begin);
  }

  private void read(KafkaConsumer<byte[], byte[]> from) {
    try {
      for (ConsumerRecord<byte[], byte[]> record : from.poll(POLL)) {
        take(record);
        next = OptionalLong.of(record.offset() + 1);
      }
    } catch (InvalidOffsetException e) {
      LOG.warn("The permits where the responder was are gone; it reads them anew");
      beginAnew(from);
    }
    long now = System.nanoTime();
    if (problem != null || now - aliveAt > SIGN_OF_LIFE_NANOS) {
      alive(from);
    }
    if (problem == null && now - maintainedAt > MAINTAIN_NANOS) {
      maintainedAt = now;
      budget().maintain();
    }
  }

  /** Well is who has read to the end. */
  private void alive(KafkaConsumer<byte[], byte[]> from) {
    long end = from.endOffsets(Set.of(LOG_OF_PERMITS), PATIENCE).getOrDefault(LOG_OF_PERMITS, 0L);
    aliveAt = System.nanoTime();
    if (problem != null && from.position(LOG_OF_PERMITS, PATIENCE) >= end) {
      LOG.info("Permits are read");
      problem = null;
      ready.countDown();
    }
  }

  private void take(ConsumerRecord<byte[], byte[]> record) {
    if (record.timestampType() != TimestampType.LOG_APPEND_TIME) {
      throw new KafkaException(
          "the topic %s has the clocks of its writers; set message.timestamp.type=LogAppendTime"
              .formatted(LOG_OF_PERMITS.topic()));
    }
    try {
      byte[] value = record.value();
      if (value == null) {
        throw new IllegalArgumentException("it is empty");
      }
      budget().read(record.timestamp(), PermitJson.read(value));
    } catch (IllegalArgumentException e) {
      meters.permitUnreadable();
      LOG.warn("The permit at offset {} counts for nobody: {}", record.offset(), e.getMessage());
    }
  }

  private FleetBudget budget() {
    FleetBudget of = budget;
    if (of == null) {
      throw new IllegalStateException("The topic of permits was not started");
    }
    return of;
  }

  @Override
  public void close() {
    thread.close();
    senders.execute(() -> {
      if (producer != null) {
        producer.close(problem == null ? Duration.ofSeconds(1) : Duration.ZERO);
      }
    });
    senders.shutdown();
    try {
      boolean _ = senders.awaitTermination(5, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
