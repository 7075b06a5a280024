package io.leukocyte.deploy;

import io.leukocyte.events.Bundle;
import io.leukocyte.events.BundleJson;
import io.leukocyte.events.CheckResult;
import io.leukocyte.events.Component;
import io.leukocyte.events.KafkaSettings;
import io.leukocyte.events.MalformedJsonException;
import io.leukocyte.events.Topic;
import io.leukocyte.responder.FleetSettings;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.WakeupException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings the fleet's bundle from {@code leuko.config} to this host's folder, whenever somebody
 * pushes one. A bundle that nobody vouches for is left alone, and health says so.
 */
final class BundleFeed implements Component {
  private static final Logger LOG = LoggerFactory.getLogger(BundleFeed.class);
  private static final String CHECK = "bundle";
  private static final Duration POLL = Duration.ofSeconds(1);
  private static final Duration PAUSE = Duration.ofSeconds(5);
  private static final int HASH_SHOWN = 12;
  private static final TopicPartition PARTITION = new TopicPartition(Topic.CONFIG.text(), 0);

  private final KafkaSettings kafka;
  private final FleetSettings trust;
  private final BundleFolder folder;
  private final CountDownLatch closed = new CountDownLatch(1);
  private volatile @Nullable String problem;
  private volatile @Nullable KafkaConsumer<byte[], byte[]> reading;

  private BundleFeed(KafkaSettings kafka, FleetSettings trust, BundleFolder folder) {
    this.kafka = kafka;
    this.trust = trust;
    this.folder = folder;
  }

  /**
   * A feed whose folder holds a bundle: the newest, or, while Kafka is away, the one that was in
   * force before.
   *
   * @throws EnvironmentException when there is none
   * @throws BadInputException when no bundle could be trusted
   */
  static BundleFeed open(KafkaSettings kafka, FleetSettings trust, BundleFolder folder) {
    if (!trust.canTrustOrders()) {
      throw new BadInputException(
          "rules.from is bundle, but no bundle could be trusted: set commands.keys-file, or"
              + " commands.trust to acl where only operators may write to leuko.config.");
    }
    BundleFeed feed = new BundleFeed(kafka, trust, folder);
    try {
      TopicReader.read(kafka, Topic.CONFIG, Instant.EPOCH, feed::take);
    } catch (EnvironmentException e) {
      if (folder.current().isEmpty()) {
        throw e;
      }
      LOG.warn("{} The bundle that was in force before is in force.", e.getMessage());
    }
    if (folder.current().isEmpty()) {
      throw new EnvironmentException(
          "There is no bundle of rules to take: "
              + Optional.ofNullable(feed.problem).orElse("none has been pushed")
              + "; run 'leuko rules push' with the keys that this host has.");
    }
    return feed;
  }

  /** The folder. */
  BundleFolder folder() {
    return folder;
  }

  @Override
  public void start() {
    Thread.ofPlatform().daemon().name("leuko-bundle").start(this::run);
  }

  private void run() {
    try {
      while (closed.getCount() > 0) {
        follow();
        closed.await(PAUSE.toMillis(), TimeUnit.MILLISECONDS);
      }
    } catch (InterruptedException e) {
      throw new IllegalStateException("Nobody interrupts this thread", e);
    }
  }

  private void follow() {
    Map<String, Object> properties = new HashMap<>(kafka.clientProperties());
    properties.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
    properties.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
    properties.put(ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG, false);
    try (KafkaConsumer<byte[], byte[]> consumer =
        new KafkaConsumer<>(properties, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
      reading = consumer;
      consumer.assign(List.of(PARTITION));
      consumer.seekToBeginning(List.of(PARTITION));
      while (closed.getCount() > 0) {
        consumer.poll(POLL).forEach(this::take);
      }
    } catch (WakeupException e) {
      // closing
    } catch (KafkaException e) {
      LOG.warn("Cannot read {}, tried again: {}", Topic.CONFIG.text(), e.getMessage());
    } finally {
      reading = null;
    }
  }

  /** Takes a record of the topic. */
  void take(ConsumerRecord<byte[], byte[]> record) {
    if (record.value() == null) {
      return;
    }
    try {
      BundleJson.Signed signed = BundleJson.read(record.value());
      Bundle bundle = signed.bundle();
      if (!isTrusted(signed)) {
        refuse("the bundle of " + bundle.author() + " is signed with no key of ours");
        return;
      }
      problem = null;
      if (folder.take(bundle)) {
        LOG.info("Bundle {} of {} is here", shown(bundle), bundle.author());
      }
    } catch (MalformedJsonException e) {
      refuse("a bundle cannot be read: " + e.getMessage());
    } catch (EnvironmentException e) {
      refuse(String.valueOf(e.getMessage()));
    }
  }

  private boolean isTrusted(BundleJson.Signed signed) {
    return trust.trust() == FleetSettings.Trust.ACL
        || trust.keys().map(signed::isSignedBy).orElse(false);
  }

  private void refuse(String why) {
    problem = why;
    LOG.error("{}; the former bundle stays in force", why);
  }

  private static String shown(Bundle bundle) {
    return bundle.hash().substring(0, HASH_SHOWN);
  }

  @Override
  public List<CheckResult> check() {
    String found = problem;
    if (found != null) {
      return List.of(
          new CheckResult.Degraded(
              CHECK,
              found + "; the former bundle stays in force",
              "push it with a key that this host has"));
    }
    return List.of(
        folder
            .current()
            .<CheckResult>map(bundle ->
                new CheckResult.Ok(
                    CHECK,
                    "%s of %s, %d files"
                        .formatted(shown(bundle), bundle.author(), bundle.files().size())))
            .orElseGet(() ->
                new CheckResult.Degraded(
                    CHECK, "its folder is empty", "push one with leuko rules push")));
  }

  @Override
  public void close() {
    closed.countDown();
    KafkaConsumer<byte[], byte[]> consumer = reading;
    if (consumer != null) {
      consumer.wakeup();
    }
  }
}
