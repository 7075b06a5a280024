package io.leukocyte.analyzer;

import static io.leukocyte.analyzer.TestEvents.HOST;
import static io.leukocyte.analyzer.TestEvents.NOON;
import static io.leukocyte.analyzer.TestEvents.NO_RULES;
import static io.leukocyte.analyzer.TestEvents.SECOND;
import static io.leukocyte.analyzer.TestEvents.SHELL_RULES;
import static io.leukocyte.analyzer.TestEvents.WEB;
import static io.leukocyte.analyzer.TestEvents.batch;
import static io.leukocyte.analyzer.TestEvents.heartbeat;
import static io.leukocyte.analyzer.TestEvents.shell;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.leukocyte.events.AlertJson;
import io.leukocyte.events.CheckResult;
import io.leukocyte.events.Topic;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AnalyzerIT {
  private static final int PARTITIONS = 2;
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  @TempDir Path folder;

  private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
  private final List<String> alerts = new ArrayList<>();

  @Test
  void findsWhatAReplayFindsReloadsRulesRestartsAndSaysWhenItCannotGoOn() throws Exception {
    byte[] first = batch(HOST, 0, shell(NOON, WEB));
    byte[] withoutRules = batch(HOST, 1, shell(NOON + 61 * SECOND, WEB));
    byte[] withRules = batch(HOST, 2, shell(NOON + 62 * SECOND, WEB));
    byte[] folded = batch(HOST, 3, shell(NOON + 100 * SECOND, WEB));
    byte[] next = batch(HOST, 4, shell(NOON + 122 * SECOND, WEB));
    try (TestBroker broker = TestBroker.start(folder.resolve("kafka"), PARTITIONS);
        KafkaConsumer<byte[], byte[]> committed = consumer(broker)) {
      try (Analyzer analyzer = analyzer(broker)) {
        assertThat(analyzer.check()).singleElement().isInstanceOf(CheckResult.Failed.class);
        analyzer.start();
        awaitRunning(analyzer);
        send(broker, first);
        awaitAlerts(committed, 1);
        analyzer.replaceRules(NO_RULES);
        send(broker, withoutRules);
        awaitEvents(2);
        analyzer.replaceRules(SHELL_RULES);
        send(broker, withRules);
        awaitAlerts(committed, 2);
      }
      try (Analyzer analyzer = analyzer(broker)) {
        analyzer.start();
        send(broker, folded);
        send(broker, next);
        awaitAlerts(committed, 3);
        byte[] newer = batch(HOST, 5, heartbeat(NOON));
        newer[4] = 2;
        send(broker, newer);
        await()
            .atMost(PATIENCE)
            .untilAsserted(() ->
                assertThat(analyzer.check())
                    .singleElement()
                    .isInstanceOfSatisfying(
                        CheckResult.Failed.class,
                        failed -> {
                          assertThat(failed.problem()).contains("major version 2");
                          assertThat(failed.todo()).contains("upgrade this analyzer");
                        }));
      }
    }
    Findings replay = new Findings(SHELL_RULES);
    replay.take(first);
    replay.detector.use(NO_RULES);
    replay.take(withoutRules);
    replay.detector.use(SHELL_RULES);
    replay.take(withRules).take(folded).take(next);
    assertThat(alerts).isEqualTo(replay.alerts.stream().map(alert -> alert.id().value()).toList());
  }

  @Test
  void stateOfANewerAnalyzerIsSaidAndNotOverwritten() throws Exception {
    try (TestBroker broker = TestBroker.start(folder.resolve("kafka"), 1)) {
      try (Analyzer analyzer = analyzer(broker)) {
        analyzer.start();
        awaitRunning(analyzer);
      }
      try (KafkaProducer<byte[], byte[]> producer =
          new KafkaProducer<>(
              broker.client(), new ByteArraySerializer(), new ByteArraySerializer())) {
        byte[] page = {9, 10, 0, 0, 0, 0, 0, 0, 0, 0};
        producer
            .send(
                new ProducerRecord<>(
                    "leuko-analyzer-detector-changelog", new byte[] {1, 0, 0, 0, 0}, page))
            .get();
      }
      try (Analyzer analyzer = analyzer(broker)) {
        analyzer.start();
        await()
            .atMost(PATIENCE)
            .untilAsserted(() ->
                assertThat(analyzer.check())
                    .first()
                    .isInstanceOfSatisfying(
                        CheckResult.Failed.class,
                        failed -> {
                          assertThat(failed.problem()).contains("a page of version 9");
                          assertThat(failed.todo()).contains("run the newest analyzer");
                        }));
      }
    }
  }

  private Analyzer analyzer(TestBroker broker) {
    return new Analyzer(
        AnalyzerProcess.settings(folder.resolve("state")),
        broker.settings(),
        SHELL_RULES,
        registry);
  }

  private static void awaitRunning(Analyzer analyzer) {
    await()
        .atMost(PATIENCE)
        .untilAsserted(() ->
            assertThat(analyzer.check())
                .contains(new CheckResult.Ok("analyzer", "1 rules, detection is running"))
                .contains(new CheckResult.Ok("kafka", "it answers"))
                .allMatch(result -> result instanceof CheckResult.Ok));
  }

  private void awaitEvents(int count) {
    await()
        .atMost(PATIENCE)
        .until(() ->
            registry.find("leuko.analyzer.events").counters().stream()
                    .mapToDouble(Counter::count)
                    .sum()
                >= count);
  }

  private void awaitAlerts(KafkaConsumer<byte[], byte[]> committed, int count) {
    await()
        .atMost(PATIENCE)
        .until(() -> {
          for (ConsumerRecord<byte[], byte[]> record : committed.poll(Duration.ofMillis(20))) {
            alerts.add(AlertJson.read(record.value()).id().value());
          }
          return alerts.size() >= count;
        });
    assertThat(alerts).hasSize(count);
  }

  private static void send(TestBroker broker, byte[] batch) throws Exception {
    try (KafkaProducer<byte[], byte[]> producer =
        new KafkaProducer<>(
            broker.client(), new ByteArraySerializer(), new ByteArraySerializer())) {
      byte[] key = HOST.value().getBytes(StandardCharsets.UTF_8);
      producer.send(new ProducerRecord<>(Topic.EVENTS.text(), key, batch)).get();
    }
  }

  private static KafkaConsumer<byte[], byte[]> consumer(TestBroker broker) {
    Map<String, Object> properties = broker.client();
    properties.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
    KafkaConsumer<byte[], byte[]> consumer =
        new KafkaConsumer<>(properties, new ByteArrayDeserializer(), new ByteArrayDeserializer());
    List<TopicPartition> partitions =
        IntStream.range(0, PARTITIONS)
            .mapToObj(partition -> new TopicPartition(Topic.ALERTS.text(), partition))
            .toList();
    consumer.assign(partitions);
    consumer.seekToBeginning(partitions);
    return consumer;
  }
}
