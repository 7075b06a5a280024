package io.leukocyte.deploy;

import io.leukocyte.deploy.BenchContainers.Running;
import io.leukocyte.events.KafkaSettings;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * The least that an alert and a quarantine could take on this machine: one record through a Kafka
 * transaction, and nft in a container's network.
 */
final class LatencyLimits implements AutoCloseable {
  private static final String TOPIC = "bench.limit";
  private static final int PATIENCE_SECONDS = 20;
  private static final String RULESET =
      "add table inet leuko_bench\n"
          + "add chain inet leuko_bench input { type filter hook input priority -500; policy"
          + " accept; }\n"
          + "delete table inet leuko_bench\n";

  private final KafkaProducer<byte[], byte[]> producer;
  private final BlockingQueue<Long> arrived = new ArrayBlockingQueue<>(16);
  private final TopicFollower follower;

  LatencyLimits(KafkaSettings kafka) throws InterruptedException {
    Map<String, Object> client = kafka.clientProperties();
    try (Admin admin = Admin.create(client)) {
      var _ = admin.createTopics(List.of(new NewTopic(TOPIC, 1, (short) 1))).all().get();
    } catch (ExecutionException e) {
      throw new EnvironmentException("The bench cannot make its topic: " + e.getCause(), e);
    }
    client.put(ProducerConfig.TRANSACTIONAL_ID_CONFIG, "leuko-bench-limit");
    client.put(ProducerConfig.LINGER_MS_CONFIG, 0);
    producer = new KafkaProducer<>(client, new ByteArraySerializer(), new ByteArraySerializer());
    producer.initTransactions();
    follower =
        TopicFollower.start(
            kafka.clientProperties(),
            List.of(TOPIC),
            "read_committed",
            record -> arrived.add(LatencyWatch.now() - ByteBuffer.wrap(record.value()).getLong()));
  }

  /** Nanoseconds from the send of a record until a consumer had it, committed. */
  long transaction() throws InterruptedException {
    producer.beginTransaction();
    byte[] value = ByteBuffer.allocate(Long.BYTES).putLong(LatencyWatch.now()).array();
    var _ = producer.send(new ProducerRecord<>(TOPIC, value));
    producer.commitTransaction();
    Long taken = arrived.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
    return Optional.ofNullable(taken)
        .orElseThrow(() -> new IllegalStateException("A committed record did not arrive"));
  }

  /** Nanoseconds of changing and listing the packet filter of a container, by nsenter and nft. */
  static long filter(Running container) throws IOException, InterruptedException {
    long begin = System.nanoTime();
    nft(container, RULESET);
    nft(container, "list ruleset\n");
    return System.nanoTime() - begin;
  }

  private static void nft(Running container, String script)
      throws IOException, InterruptedException {
    Process process =
        new ProcessBuilder("nsenter", "-t", Long.toString(container.pid()), "-n", "nft", "-f", "-")
            .redirectErrorStream(true)
            .start();
    try (var in = process.outputWriter(StandardCharsets.UTF_8)) {
      in.write(script);
    }
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (process.waitFor() != 0) {
      throw new EnvironmentException("nft does not work in a container's network: " + output);
    }
  }

  @Override
  public void close() {
    follower.close();
    producer.close();
  }
}
