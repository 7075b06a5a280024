package io.leukocyte.responder;

import io.leukocyte.events.Alert;
import io.leukocyte.events.AlertJson;
import io.leukocyte.events.HostId;
import io.leukocyte.events.MalformedJsonException;
import io.leukocyte.events.Topic;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Fetches the alerts of this host that came before the responder started, once, for people to look
 * at: nothing is done about them. It is tried until Kafka gives them.
 */
final class PastAlerts implements AutoCloseable {
  /** Older ones are not of interest. */
  static final Duration AGE = Duration.ofHours(24);

  /** No more records of the partition, which hosts share, than these. */
  static final long MOST_RECORDS = 5_000;

  private static final Logger LOG = LoggerFactory.getLogger(PastAlerts.class);
  private static final Duration POLL = Duration.ofMillis(100);
  private static final Duration PATIENCE = Duration.ofSeconds(5);
  private static final Duration PAUSE = Duration.ofSeconds(5);

  private final Map<String, Object> properties;
  private final HostId host;
  private final RecentAlerts recent;
  private final Clock clock;
  private final ReadingThread thread =
      new ReadingThread(Thread.ofVirtual().name("responder-past"), this::run);

  PastAlerts(Map<String, Object> kafka, HostId host, RecentAlerts recent, Clock clock) {
    this.properties = AlertFeed.consumerProperties(kafka, "leuko-responder-past-" + host);
    this.host = host;
    this.recent = recent;
    this.clock = clock;
  }

  void start() {
    thread.start();
  }

  private void run() {
    while (!fetched() && thread.pause(PAUSE)) {
      LOG.debug("Trying again to read the alerts of before");
    }
  }

  private boolean fetched() {
    try {
      thread.read(properties, this::fetch);
      return true;
    } catch (KafkaException e) {
      LOG.debug("Alerts of before cannot be read yet: {}", e.getMessage());
      return false;
    }
  }

  private void fetch(KafkaConsumer<byte[], byte[]> from) {
    List<PartitionInfo> partitions = from.partitionsFor(Topic.ALERTS.text(), PATIENCE);
    if (partitions == null || partitions.isEmpty()) {
      throw new KafkaException("there is no topic " + Topic.ALERTS.text() + " yet");
    }
    int number = AlertFeed.partition(host.value(), partitions.size());
    read(from, new TopicPartition(Topic.ALERTS.text(), number));
  }

  private void read(KafkaConsumer<byte[], byte[]> consumer, TopicPartition mine) {
    consumer.assign(Set.of(mine));
    long end = consumer.endOffsets(Set.of(mine), PATIENCE).getOrDefault(mine, 0L);
    long since = AlertFeed.firstSince(consumer, mine, clock.millis() - AGE.toMillis());
    consumer.seek(mine, Math.max(since, end - MOST_RECORDS));
    while (!thread.isClosed() && consumer.position(mine, PATIENCE) < end) {
      consumer.poll(POLL).forEach(this::take);
    }
  }

  private void take(ConsumerRecord<byte[], byte[]> record) {
    byte @Nullable [] value = record.value();
    try {
      Alert alert = AlertJson.read(value == null ? new byte[0] : value);
      if (alert.host().equals(host)) {
        recent.add(alert);
      }
    } catch (MalformedJsonException e) {
      LOG.debug("{} cannot be shown: {}", record.offset(), e.getMessage()); // the inbox buried it
    }
  }

  @Override
  public void close() {
    thread.close();
  }
}
