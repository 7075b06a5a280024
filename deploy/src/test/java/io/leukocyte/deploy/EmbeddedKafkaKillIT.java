package io.leukocyte.deploy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.leukocyte.events.KafkaSettings;
import io.leukocyte.events.config.HostPort;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.ProducerState;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Kafka as a process that is killed in the middle of transactions. */
class EmbeddedKafkaKillIT {
  private static final int KILLS = 3;
  private static final int WRITERS = 8;
  private static final int TIMEOUT = 2_000;
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final List<TopicPartition> LETTERS =
      IntStream.range(0, WRITERS).mapToObj(i -> new TopicPartition("letters", i)).toList();

  @TempDir Path folder;
  private final int port = LoopbackPorts.free();
  private final Map<String, Object> client =
      KafkaSettings.plain(new HostPort("127.0.0.1", port)).clientProperties();
  private Child kafka;

  @BeforeEach
  void start() throws Exception {
    kafka =
        new Child(
            "kafka",
            FleetMember.command(
                256,
                "kafka",
                folder.resolve("data").toString(),
                String.valueOf(port),
                String.valueOf(LoopbackPorts.free())),
            Map.of(),
            folder.resolve("kafka.log"),
            this::listens);
    kafka.start();
    kafka.awaitReady();
    try (Admin admin = Admin.create(client)) {
      admin.createTopics(List.of(new NewTopic("letters", WRITERS, (short) 1))).all().get();
    }
  }

  @AfterEach
  void end() {
    kafka.close();
  }

  @Test
  void transactionsThatWereOpenAreEndedAfterEachKill() throws Exception {
    for (int kill = 1; kill <= KILLS; kill++) {
      List<KafkaProducer<String, String>> writers = openTransactions();
      assertThat(open()).hasSize(WRITERS);
      kafka.kill();
      writers.forEach(writer -> writer.close(Duration.ZERO));
      kafka.start();
      kafka.awaitReady();
      await("transactions ended after kill " + kill)
          .atMost(PATIENCE)
          .untilAsserted(() -> assertThat(open()).isEmpty());
      commitOne();
      assertThat(ends("read_committed")).isEqualTo(ends("read_uncommitted"));
    }
  }

  /** A transaction in each partition, with a record that is written and not committed. */
  private List<KafkaProducer<String, String>> openTransactions() throws Exception {
    List<KafkaProducer<String, String>> writers = new ArrayList<>();
    for (TopicPartition letters : LETTERS) {
      KafkaProducer<String, String> writer = writer("writer-" + letters.partition());
      writers.add(writer);
      writer.initTransactions();
      writer.beginTransaction();
      writer.send(new ProducerRecord<>(letters.topic(), letters.partition(), "", "open")).get();
    }
    return writers;
  }

  /** One that was killed in the middle can go on. */
  private void commitOne() throws ExecutionException, InterruptedException {
    try (KafkaProducer<String, String> writer = writer("writer-0")) {
      writer.initTransactions();
      writer.beginTransaction();
      writer.send(new ProducerRecord<>("letters", 0, "", "committed")).get();
      writer.commitTransaction();
    }
  }

  private KafkaProducer<String, String> writer(String name) {
    Map<String, Object> properties = new HashMap<>(client);
    properties.put("transactional.id", name);
    properties.put("transaction.timeout.ms", TIMEOUT);
    return new KafkaProducer<>(properties, new StringSerializer(), new StringSerializer());
  }

  /** Producers with a transaction that has not ended, as the partitions know it. */
  private List<ProducerState> open() throws ExecutionException, InterruptedException {
    try (Admin admin = Admin.create(client)) {
      return admin.describeProducers(LETTERS).all().get().values().stream()
          .flatMap(partition -> partition.activeProducers().stream())
          .filter(producer -> producer.currentTransactionStartOffset().isPresent())
          .toList();
    }
  }

  private Map<TopicPartition, Long> ends(String isolation) {
    Map<String, Object> properties = new HashMap<>(client);
    properties.put("isolation.level", isolation);
    try (KafkaConsumer<String, String> consumer =
        new KafkaConsumer<>(properties, new StringDeserializer(), new StringDeserializer())) {
      return consumer.endOffsets(LETTERS);
    }
  }

  private boolean listens() {
    try (Socket socket = new Socket()) {
      socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 1000);
      return true;
    } catch (IOException e) {
      return false;
    }
  }
}
