package io.leukocyte.responder;

import io.leukocyte.events.BlockedImage;
import io.leukocyte.events.BlockedImageJson;
import io.leukocyte.events.HostId;
import io.leukocyte.events.MalformedJsonException;
import io.leukocyte.events.OrderKeys;
import io.leukocyte.events.ProducerSettings;
import io.leukocyte.events.Topic;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.WakeupException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps this host's list of blocked images and that of the fleet the same. The topic is read whole
 * at each start; what was said on this host later than the last word on the topic is sent first,
 * then the last word on the topic counts. A word that nobody vouches for is left alone.
 */
final class BlockTopic implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(BlockTopic.class);
  private static final Duration POLL = Duration.ofMillis(200);
  private static final Duration PATIENCE = Duration.ofSeconds(5);
  private static final Duration PAUSE = Duration.ofSeconds(1);
  private static final long SIGN_OF_LIFE_NANOS = Duration.ofSeconds(10).toNanos();

  private final Map<String, Object> kafka;
  private final HostId host;
  private final FleetSettings settings;
  private final BlockList list;
  private final Consumer<BlockedImage> news;
  private final ReadingThread thread;

  /** What is to be sent, by image. */
  private final Map<String, BlockedImage> unsent = new LinkedHashMap<>();

  private volatile @Nullable String problem = "not connected yet";
  private long aliveAt;

  /**
   * Makes the reader and writer.
   *
   * @param settings who vouches for what is said
   * @param list of this host
   * @param news hears what others said, once it is on the list
   */
  BlockTopic(
      Map<String, Object> kafka,
      HostId host,
      FleetSettings settings,
      BlockList list,
      Consumer<BlockedImage> news) {
    this.kafka = Map.copyOf(kafka);
    this.host = host;
    this.settings = settings;
    this.list = list;
    this.news = news;
    this.thread =
        new ReadingThread(Thread.ofPlatform().daemon().name("responder-blocked"), this::run);
  }

  void start() {
    thread.start();
  }

  /** Why the fleet's list is not known; null when it is. */
  @Nullable String problem() {
    return problem;
  }

  /** Tells the fleet what was said on this host, as soon as it can be. */
  void say(BlockedImage image) {
    synchronized (unsent) {
      unsent.put(image.digest(), image);
    }
  }

  private void run() {
    while (!thread.isClosed()) {
      try {
        thread.read(consumerProperties(), this::follow);
      } catch (WakeupException e) {
        return; // closed
      } catch (KafkaException | HostException e) {
        if (thread.isClosed()) {
          return;
        }
        String message = String.valueOf(e.getMessage());
        if (!message.equals(problem)) {
          LOG.warn("Blocked images cannot be shared, trying again: {}", message);
        }
        problem = message;
      }
      if (!thread.pause(PAUSE)) {
        return;
      }
    }
  }

  private Map<String, Object> consumerProperties() {
    Map<String, Object> properties = new HashMap<>(kafka);
    properties.put(ConsumerConfig.CLIENT_ID_CONFIG, "leuko-responder-blocked-" + host);
    properties.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
    properties.put(ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG, false);
    properties.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
    properties.put(ConsumerConfig.KEY_DESERIALIZER_CLASS_CONFIG, ByteArrayDeserializer.class);
    properties.put(ConsumerConfig.VALUE_DESERIALIZER_CLASS_CONFIG, ByteArrayDeserializer.class);
    return properties;
  }

  private Map<String, Object> producerProperties() {
    Map<String, Object> properties = ProducerSettings.of(kafka);
    int millis = (int) PATIENCE.toMillis();
    properties.put(ProducerConfig.CLIENT_ID_CONFIG, "leuko-responder-blocked-" + host);
    properties.put(ProducerConfig.LINGER_MS_CONFIG, 0);
    properties.put(ProducerConfig.MAX_BLOCK_MS_CONFIG, millis);
    properties.put(ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG, millis);
    properties.put(ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, 2 * millis);
    return properties;
  }

  private void follow(KafkaConsumer<byte[], byte[]> from) {
    try (KafkaProducer<byte[], byte[]> to = new KafkaProducer<>(producerProperties())) {
      from.assign(partitions(from.partitionsFor(Topic.BLOCKED.text(), PATIENCE)));
      from.seekToBeginning(from.assignment());
      reconcile(whole(from));
      problem = null;
      while (!thread.isClosed()) {
        send(to);
        for (ConsumerRecord<byte[], byte[]> record : from.poll(POLL)) {
          trusted(record).ifPresentOrElse(this::hear, () -> sayAgain(record));
        }
        signOfLife(from);
      }
    }
  }

  private static List<TopicPartition> partitions(@Nullable List<PartitionInfo> found) {
    if (found == null || found.isEmpty()) {
      throw new KafkaException("there is no topic " + Topic.BLOCKED.text() + " yet");
    }
    return found.stream().map(p -> new TopicPartition(p.topic(), p.partition())).toList();
  }

  /** The last word of each image that somebody vouches for. */
  private Map<String, BlockedImage> whole(KafkaConsumer<byte[], byte[]> from) {
    Map<TopicPartition, Long> ends = from.endOffsets(from.assignment(), PATIENCE);
    Map<String, BlockedImage> words = new LinkedHashMap<>();
    while (!thread.isClosed()
        && ends.entrySet().stream()
            .anyMatch(e -> from.position(e.getKey(), PATIENCE) < e.getValue())) {
      for (ConsumerRecord<byte[], byte[]> record : from.poll(POLL)) {
        trusted(record).ifPresent(image -> words.put(image.digest(), image));
      }
    }
    return words;
  }

  /** What was said here since is said there; what is said there counts here. */
  private void reconcile(Map<String, BlockedImage> words) {
    for (BlockedImage own : list.everything()) {
      BlockedImage there = words.get(own.digest());
      if (there == null || there.since() < own.since()) {
        say(own);
        words.remove(own.digest());
      }
    }
    words.values().forEach(this::hear);
  }

  /** A word of ours that is on its way is the later one. */
  private void hear(BlockedImage image) {
    synchronized (unsent) {
      if (unsent.containsKey(image.digest())) {
        return;
      }
    }
    if (list.hear(image)) {
      LOG.info(
          "The image {} is {} by {}: {}",
          image.shown(),
          image.blocked() ? "blocked" : "trusted again",
          image.author(),
          image.reason());
      news.accept(image);
    }
  }

  /**
   * A record that counts for nobody would outlive the one that does when the topic is compacted.
   */
  private void sayAgain(ConsumerRecord<byte[], byte[]> record) {
    byte[] key = record.key();
    String digest = key == null ? "" : new String(key, StandardCharsets.UTF_8);
    list.everything().stream().filter(i -> i.digest().equals(digest)).forEach(this::say);
  }

  private Optional<BlockedImage> trusted(ConsumerRecord<byte[], byte[]> record) {
    byte[] value = record.value();
    byte[] key = record.key();
    if (value == null || key == null) {
      return Optional.empty();
    }
    try {
      BlockedImageJson.Signed read = BlockedImageJson.read(value);
      boolean itsOwn = read.image().digest().equals(new String(key, StandardCharsets.UTF_8));
      boolean trusted =
          switch (settings.trust()) {
            case ACL -> true;
            case HMAC -> settings.keys().filter(read::isSignedBy).isPresent();
          };
      if (itsOwn && trusted) {
        return Optional.of(read.image());
      }
      LOG.warn(
          "A word about the image {} is left alone: nobody vouches for it", read.image().digest());
    } catch (MalformedJsonException e) {
      LOG.warn("A record of {} cannot be read: {}", record.topic(), e.getMessage());
    }
    return Optional.empty();
  }

  private void send(KafkaProducer<byte[], byte[]> to) {
    Map<String, BlockedImage> sending;
    synchronized (unsent) {
      sending = new LinkedHashMap<>(unsent);
    }
    for (BlockedImage image : sending.values()) {
      byte[] value =
          settings
              .keys()
              .map((OrderKeys keys) -> BlockedImageJson.write(image, keys))
              .orElseGet(() -> BlockedImageJson.write(image));
      byte[] key = image.digest().getBytes(StandardCharsets.UTF_8);
      await(to, new ProducerRecord<>(Topic.BLOCKED.text(), key, value));
      synchronized (unsent) {
        boolean _ = unsent.remove(image.digest(), image);
      }
    }
  }

  private static void await(
      KafkaProducer<byte[], byte[]> to, ProducerRecord<byte[], byte[]> record) {
    try {
      var _ = to.send(record).get(2 * PATIENCE.toSeconds(), TimeUnit.SECONDS);
    } catch (ExecutionException | TimeoutException e) {
      throw new KafkaException("a word about an image cannot be sent: " + e.getMessage(), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new WakeupException();
    }
  }

  private void signOfLife(KafkaConsumer<byte[], byte[]> from) {
    if (System.nanoTime() - aliveAt > SIGN_OF_LIFE_NANOS) {
      var _ = from.endOffsets(from.assignment(), PATIENCE);
      aliveAt = System.nanoTime();
    }
  }

  @Override
  public void close() {
    thread.close();
  }
}
