package io.leukocyte.deploy;

import io.leukocyte.events.KafkaSettings;
import io.leukocyte.events.ProducerSettings;
import io.leukocyte.events.Topic;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadInfo;
import java.lang.management.ThreadMXBean;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;

/**
 * The least that a collector could do: each batch that it publishes is sent once more, as it is, by
 * a bare producer with the same settings. So both have the same rate, sizes and moments.
 */
final class BareProducer implements AutoCloseable {
  private static final String TOPIC = "bench.bare";
  private static final String NAME = "leuko-bench-bare";
  private static final byte[] END = {};

  private final LinkedBlockingQueue<byte[]> values = new LinkedBlockingQueue<>();
  private final KafkaProducer<byte[], byte[]> producer;
  private final TopicFollower follower;
  private final Thread sender = Thread.ofPlatform().name(NAME).unstarted(this::send);

  private BareProducer(KafkaProducer<byte[], byte[]> producer, KafkaSettings kafka) {
    this.producer = producer;
    this.follower =
        TopicFollower.start(
            kafka.clientProperties(), List.of(Topic.EVENTS), record -> values.add(record.value()));
    sender.start();
  }

  /** Begins to send what comes from now on. */
  static BareProducer start(KafkaSettings kafka) throws InterruptedException {
    Map<String, Object> client = kafka.clientProperties();
    try (Admin admin = Admin.create(client)) {
      var _ = admin.createTopics(List.of(new NewTopic(TOPIC, 1, (short) 1))).all().get();
    } catch (ExecutionException e) {
      throw new EnvironmentException("The bench cannot make its topic: " + e.getCause(), e);
    }
    Map<String, Object> properties = ProducerSettings.of(client);
    properties.put(ProducerConfig.CLIENT_ID_CONFIG, NAME);
    properties.put(ProducerConfig.COMPRESSION_TYPE_CONFIG, "lz4");
    properties.put(ProducerConfig.LINGER_MS_CONFIG, 0);
    properties.put(ProducerConfig.MAX_REQUEST_SIZE_CONFIG, 2 << 20);
    return new BareProducer(new KafkaProducer<>(properties), kafka);
  }

  @SuppressWarnings("ReferenceEquality") // END is told by being that object
  private void send() {
    try {
      for (byte[] value = values.take(); value != END; value = values.take()) {
        var _ = producer.send(new ProducerRecord<>(TOPIC, value));
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** CPU time of the two threads that send, nanoseconds. */
  static long cpu() {
    ThreadMXBean threads = ManagementFactory.getThreadMXBean();
    return Arrays.stream(threads.getThreadInfo(threads.getAllThreadIds()))
        .filter(info -> info != null && info.getThreadName().contains(NAME))
        .mapToLong(ThreadInfo::getThreadId)
        .map(threads::getThreadCpuTime)
        .filter(nanos -> nanos > 0)
        .sum();
  }

  @Override
  public void close() {
    follower.close();
    values.add(END);
    try {
      sender.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    producer.close();
  }
}
