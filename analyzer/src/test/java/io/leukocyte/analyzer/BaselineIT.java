package io.leukocyte.analyzer;

import static io.leukocyte.analyzer.TestBaselines.BASELINE;
import static io.leukocyte.analyzer.TestBaselines.HOUR;
import static io.leukocyte.analyzer.TestBaselines.IMAGE;
import static io.leukocyte.analyzer.TestBaselines.KEYS;
import static io.leukocyte.analyzer.TestBaselines.RULES;
import static io.leukocyte.analyzer.TestBaselines.order;
import static io.leukocyte.analyzer.TestEvents.NOON;
import static org.assertj.core.api.Assertions.assertThat;

import io.leukocyte.events.Alert;
import io.leukocyte.events.MalformedBatchException;
import io.leukocyte.events.ProducerSettings;
import io.leukocyte.events.ProfileOrder;
import io.leukocyte.events.ProfileOrderJson;
import io.leukocyte.events.Topic;
import io.leukocyte.rules.Aspect;
import io.leukocyte.rules.Profile;
import io.leukocyte.rules.ProfileJson;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A baseline over hosts in two partitions, on a real broker, with one of two analyzers killed in
 * the middle: each value is one alert a container, as in one replay, and an order reaches the
 * profile wherever it is kept.
 */
class BaselineIT {
  private static final int PARTITIONS = 2;

  @TempDir Path folder;

  @Test
  void killedAnalyzerForgetsNothingAndAlertsNothingTwice() throws Exception {
    TestHistory history = new TestHistory(TestBaselines.history());
    List<Alert> expected = new ArrayList<>();
    Replay replay = new Replay(RULES, DetectorSettings.DEFAULTS, expected::add);
    history.batches().forEach(batch -> add(replay, batch));
    assertThat(expected).hasSize(120);

    try (TestBroker broker = TestBroker.start(folder.resolve("kafka"), PARTITIONS)) {
      Published published = new Published(broker, PARTITIONS);
      Feed feed = new Feed(broker, history, Duration.ofMillis(5)).allow(history.batches().size());
      Process first = AnalyzerProcess.withBaselines(broker.port(), folder, 0);
      Process second = AnalyzerProcess.withBaselines(broker.port(), folder, 1);
      try {
        published.awaitAlerts(expected.size() / 4);
        first.destroyForcibly().waitFor();
        feed.await();
        List<Alert> alerts = published.alertsWhenThereAre(expected.size());
        assertThat(Published.ids(alerts)).doesNotHaveDuplicates();
        assertThat(Published.ids(alerts))
            .containsExactlyInAnyOrderElementsOf(Published.ids(expected));
        Profile profile = ordered(broker);
        assertThat(Objects.requireNonNull(profile.facets().get(Aspect.PROCESSES)).normal())
            .containsOnlyKeys("/bin/nginx", "/bin/tool0");
      } finally {
        first.destroyForcibly().waitFor();
        second.destroyForcibly().waitFor();
      }
    }
  }

  private static void add(Replay replay, TestHistory.Batch batch) {
    try {
      replay.add(batch.value());
    } catch (MalformedBatchException e) {
      throw new AssertionError(e);
    }
  }

  /** The profile after an operator's order, as the topic has it. */
  private static Profile ordered(TestBroker broker) throws Exception {
    ProfileOrder order = order(ProfileOrder.Kind.ACCEPT, NOON + 2 * HOUR, "process:/bin/tool0");
    byte[] key = ProfileOrderJson.key(BASELINE, IMAGE);
    Map<String, Object> properties = new HashMap<>(broker.settings().clientProperties());
    try (KafkaProducer<byte[], byte[]> producer =
        new KafkaProducer<>(ProducerSettings.of(properties))) {
      producer
          .send(
              new ProducerRecord<>(Topic.COMMANDS.text(), key, ProfileOrderJson.write(order, KEYS)))
          .get();
    }
    properties.put("isolation.level", "read_committed");
    try (KafkaConsumer<byte[], byte[]> consumer =
        new KafkaConsumer<>(properties, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
      List<TopicPartition> all =
          IntStream.range(0, PARTITIONS)
              .mapToObj(p -> new TopicPartition(Topic.PROFILES.text(), p))
              .toList();
      consumer.assign(all);
      consumer.seekToBeginning(all);
      long end = System.nanoTime() + Duration.ofSeconds(20).toNanos();
      while (System.nanoTime() < end) {
        for (ConsumerRecord<byte[], byte[]> record : consumer.poll(Duration.ofMillis(200))) {
          Profile profile = ProfileJson.read(record.value());
          if (profile.order() != null) {
            return profile;
          }
        }
      }
    }
    throw new AssertionError("The order had no effect within 20 s");
  }
}
