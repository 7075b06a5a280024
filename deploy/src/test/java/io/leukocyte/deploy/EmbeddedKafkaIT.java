package io.leukocyte.deploy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.SaslAuthenticationException;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EmbeddedKafkaIT {
  private static final TopicPartition TOPIC = new TopicPartition("letters", 0);

  @TempDir Path data;
  private final EmbeddedKafka.Settings settings =
      new EmbeddedKafka.Settings(LoopbackPorts.free(), LoopbackPorts.free(), Access.PASSWORD);

  @Test
  void committedRecordsAreThereAfterARestart() throws Exception {
    try (EmbeddedKafka kafka = EmbeddedKafka.create(data, settings)) {
      kafka.start();
      createTopic(kafka.clientProperties());
      write(kafka.clientProperties(), "a", true);
      write(kafka.clientProperties(), "lost", false);
      write(kafka.clientProperties(), "b", true);
      assertThat(readCommitted(kafka.clientProperties())).containsExactly("a", "b");
    }

    try (EmbeddedKafka kafka = EmbeddedKafka.create(data, settings)) {
      kafka.start();
      assertThat(readCommitted(EmbeddedKafka.clientProperties(data).orElseThrow()))
          .containsExactly("a", "b");
      write(kafka.clientProperties(), "c", true);
      assertThat(readCommitted(kafka.clientProperties())).containsExactly("a", "b", "c");
    }
  }

  @Test
  void wrongPasswordIsRefusedByBrokerAndController() {
    try (EmbeddedKafka kafka = EmbeddedKafka.create(data, settings)) {
      kafka.start();
      Map<String, Object> wrong = new HashMap<>(kafka.clientProperties());
      wrong.computeIfPresent(
          "sasl.jaas.config",
          (key, jaas) -> jaas.toString().replaceFirst("password=\".", "password=\"~"));

      assertRefused(wrong);
      wrong.remove("bootstrap.servers");
      wrong.put("bootstrap.controllers", "127.0.0.1:" + settings.controllerPort());
      assertRefused(wrong);
    }
  }

  @Test
  void openKafkaAsksForNoPassword() throws Exception {
    try (EmbeddedKafka kafka = EmbeddedKafka.create(data, settings.withAccess(Access.OPEN))) {
      kafka.start();
      assertThat(kafka.clientProperties())
          .containsExactlyEntriesOf(Map.of("bootstrap.servers", kafka.bootstrap()));
      createTopic(kafka.clientProperties());
      write(kafka.clientProperties(), "a", true);
      assertThat(readCommitted(kafka.clientProperties())).containsExactly("a");
    }
  }

  @Test
  void takenPortIsAnErrorBeforeAnythingIsWritten() throws IOException {
    try (ServerSocket taken =
            new ServerSocket(settings.port(), 1, InetAddress.ofLiteral("127.0.0.1"));
        EmbeddedKafka kafka = EmbeddedKafka.create(data, settings)) {
      assertThatThrownBy(kafka::start)
          .isInstanceOf(EnvironmentException.class)
          .hasMessageContaining("127.0.0.1:" + taken.getLocalPort())
          .hasMessageContaining("pid " + ProcessHandle.current().pid());
      assertThat(data).isEmptyDirectory();
    }
  }

  @Test
  void folderInUseIsRefusedAndItsUserGoesOn() throws Exception {
    EmbeddedKafka.Settings other =
        new EmbeddedKafka.Settings(LoopbackPorts.free(), LoopbackPorts.free(), Access.PASSWORD);
    try (EmbeddedKafka kafka = EmbeddedKafka.create(data, settings);
        EmbeddedKafka second = EmbeddedKafka.create(data, other)) {
      kafka.start();
      assertThatThrownBy(second::start)
          .isInstanceOf(EnvironmentException.class)
          .hasMessageContaining("Cannot use " + data.resolve("kafka"))
          .hasMessageContaining("process " + ProcessHandle.current().pid());
      createTopic(kafka.clientProperties());
    }
  }

  private static void assertRefused(Map<String, Object> properties) {
    try (Admin admin = Admin.create(properties)) {
      assertThatThrownBy(() -> admin.describeCluster().nodes().get())
          .hasCauseInstanceOf(SaslAuthenticationException.class);
    }
  }

  private static void createTopic(Map<String, String> properties)
      throws ExecutionException, InterruptedException {
    try (Admin admin = Admin.create(Map.copyOf(properties))) {
      admin.createTopics(List.of(new NewTopic(TOPIC.topic(), 1, (short) 1))).all().get();
    }
  }

  private static void write(Map<String, String> properties, String value, boolean commit)
      throws ExecutionException, InterruptedException {
    Map<String, Object> all = new HashMap<>(properties);
    all.put("transactional.id", "writer");
    try (KafkaProducer<String, String> producer =
        new KafkaProducer<>(all, new StringSerializer(), new StringSerializer())) {
      producer.initTransactions();
      producer.beginTransaction();
      producer.send(new ProducerRecord<>(TOPIC.topic(), value)).get();
      if (commit) {
        producer.commitTransaction();
      } else {
        producer.abortTransaction();
      }
    }
  }

  /**
   * All committed values, read from the start up to the end of the log. The end is that of those
   * who read everything: a transaction's marker may come after the answer to its commit, and until
   * then it is not in the log of those who read committed records alone.
   */
  private static List<String> readCommitted(Map<String, String> properties) throws Exception {
    long end;
    try (Admin admin = Admin.create(Map.copyOf(properties))) {
      end =
          admin
              .listOffsets(Map.of(TOPIC, OffsetSpec.latest()))
              .partitionResult(TOPIC)
              .get()
              .offset();
    }
    Map<String, Object> all = new HashMap<>(properties);
    all.put("isolation.level", "read_committed");
    List<String> values = new ArrayList<>();
    try (KafkaConsumer<String, String> consumer =
        new KafkaConsumer<>(all, new StringDeserializer(), new StringDeserializer())) {
      consumer.assign(List.of(TOPIC));
      consumer.seekToBeginning(List.of(TOPIC));
      for (int polls = 0; consumer.position(TOPIC) < end && polls < 20; polls++) {
        consumer.poll(Duration.ofSeconds(1)).forEach(record -> values.add(record.value()));
      }
      return values;
    }
  }
}
