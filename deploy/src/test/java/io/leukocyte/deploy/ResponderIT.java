package io.leukocyte.deploy;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.leukocyte.engine.ContainerSpec;
import io.leukocyte.engine.InMemoryEngine;
import io.leukocyte.events.Action;
import io.leukocyte.events.ActionJson;
import io.leukocyte.events.Alert;
import io.leukocyte.events.AlertJson;
import io.leukocyte.events.ContainerId;
import io.leukocyte.events.ContainerRef;
import io.leukocyte.events.EventId;
import io.leukocyte.events.HostId;
import io.leukocyte.events.MalformedJsonException;
import io.leukocyte.events.Observed;
import io.leukocyte.events.Priority;
import io.leukocyte.events.ProcessExec;
import io.leukocyte.events.ProcessInfo;
import io.leukocyte.events.ProcessRef;
import io.leukocyte.events.Topic;
import io.leukocyte.events.config.Config;
import io.leukocyte.responder.Responder;
import io.leukocyte.responder.ResponderControl;
import io.leukocyte.responder.ResponderSettings;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.CommonClientConfigs;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The responder behind a real Kafka: what it reads, what it publishes, and what it does without.
 */
class ResponderIT {
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final HostId HOST = new HostId("5a1f6d1e-host");
  private static final int PARTITIONS = 4;

  @TempDir Path temporary;
  private final int port = LoopbackPorts.free();
  private final int controller = LoopbackPorts.free();
  private final InMemoryEngine engine = new InMemoryEngine();
  private EmbeddedKafka kafka =
      EmbeddedKafka.create(Path.of(""), new EmbeddedKafka.Settings(port, controller, Access.OPEN));
  private int alerts;

  private EmbeddedKafka broker() {
    return EmbeddedKafka.create(
        temporary.resolve("kafka"), new EmbeddedKafka.Settings(port, controller, Access.OPEN));
  }

  @BeforeEach
  void start() throws Exception {
    Files.writeString(
        temporary.resolve("policy.yaml"),
        "- policy: p\n  match: {rules: [shell]}\n  actions: [pause: {for: 10m}]\n"
            + "  guard: {mode: enforce}\n");
    kafka = broker();
    kafka.start();
    try (Admin admin = Admin.create(properties())) {
      admin
          .createTopics(
              List.of(Topic.ALERTS, Topic.ACTIONS).stream()
                  .map(t -> new NewTopic(t.text(), PARTITIONS, (short) 1))
                  .toList())
          .all()
          .get(30, TimeUnit.SECONDS);
    }
  }

  @AfterEach
  void stop() {
    kafka.close();
    engine.close();
  }

  @Test
  void onlyCommittedAlertsOfItsHostAreActedOnAndEachStepIsPublishedInOrder() throws Exception {
    ContainerId aborted = engine.run(ContainerSpec.of("aborted", "x:1"));
    ContainerId web = engine.run(ContainerSpec.of("web", "x:1"));
    try (Responder responder = responder()) {
      responder.start();
      produce(HOST, aborted, false);
      produce(new HostId("other"), aborted, true);
      produce(HOST, web, true);
      await().atMost(PATIENCE).until(() -> state(web).equals("paused"));
      assertThat(state(aborted)).isEqualTo("running");
      await().atMost(PATIENCE).until(() -> actions().size() == 3);
      assertThat(actions())
          .extracting(Action::step)
          .containsExactly(Action.Step.INTENDED, Action.Step.APPLIED, Action.Step.VERIFIED);
      assertThat(actions()).extracting(Action::number).containsExactly(0, 1, 2);
    }
  }

  @Test
  void alertsThatCameWhileItWasDownAreActedOnOnceAndOldOnesNotAgain() throws Exception {
    ContainerId first = engine.run(ContainerSpec.of("first", "x:1"));
    ContainerId second = engine.run(ContainerSpec.of("second", "x:1"));
    try (Responder responder = responder()) {
      responder.start();
      produce(HOST, first, true);
      await().atMost(PATIENCE).until(() -> state(first).equals("paused"));
    }
    engine.unpause(first);
    try (ResponderControl control = ResponderControl.open(data(), HOST, engine)) {
      assertThat(control.releaseAll("alice")).hasSize(1);
    }
    produce(HOST, second, true);
    try (Responder responder = responder()) {
      responder.start();
      await().atMost(PATIENCE).until(() -> state(second).equals("paused"));
      assertThat(state(first)).isEqualTo("running");
    }
  }

  @Test
  void whileKafkaIsAwayAReleaseWorksAndIsPublishedAfterwards() throws Exception {
    ContainerId web = engine.run(ContainerSpec.of("web", "x:1"));
    try (Responder responder = responder()) {
      responder.start();
      produce(HOST, web, true);
      await().atMost(PATIENCE).until(() -> state(web).equals("paused"));
      await().atMost(PATIENCE).until(() -> actions().size() == 3);
      kafka.close();
      try (ResponderControl control = ResponderControl.open(data(), HOST, engine)) {
        assertThat(control.actions()).hasSize(1);
        assertThat(control.release("web", "alice")).hasSize(1);
      }
      assertThat(state(web)).isEqualTo("running");
      kafka = broker();
      kafka.start();
      await().atMost(PATIENCE).until(() -> actions().size() == 4);
      assertThat(actions().getLast().step()).isEqualTo(Action.Step.UNDONE);
      assertThat(actions().getLast().operator()).isEqualTo("alice");
      ContainerId next = engine.run(ContainerSpec.of("next", "x:1"));
      produce(HOST, next, true);
      await().atMost(PATIENCE).until(() -> state(next).equals("paused"));
    }
  }

  private Path data() {
    return temporary.resolve("r");
  }

  private Responder responder() {
    Config config =
        Config.parse(
            "test",
            "responder.policies: " + temporary.resolve("policy.yaml") + "\nresponder.web.port: 0",
            Map.of(),
            ResponderSettings.KEYS);
    return new Responder(
        ResponderSettings.from(config),
        data(),
        HOST,
        properties(),
        engine,
        new SimpleMeterRegistry());
  }

  private Map<String, Object> properties() {
    return Map.of(CommonClientConfigs.BOOTSTRAP_SERVERS_CONFIG, "127.0.0.1:" + port);
  }

  private String state(ContainerId container) {
    return engine.inspect(container).orElseThrow().state();
  }

  private void produce(HostId host, ContainerId container, boolean commit) throws Exception {
    Map<String, Object> properties = new HashMap<>(properties());
    properties.put(ProducerConfig.TRANSACTIONAL_ID_CONFIG, "test");
    try (KafkaProducer<byte[], byte[]> producer =
        new KafkaProducer<>(properties, new ByteArraySerializer(), new ByteArraySerializer())) {
      producer.initTransactions();
      producer.beginTransaction();
      byte[] document = AlertJson.write(alert(host, container));
      byte[] key = host.value().getBytes(UTF_8);
      producer.send(new ProducerRecord<>(Topic.ALERTS.text(), key, document)).get();
      if (commit) {
        producer.commitTransaction();
      } else {
        producer.abortTransaction();
      }
    }
  }

  private Alert alert(HostId host, ContainerId container) {
    long now = System.currentTimeMillis() * 1_000_000;
    EventId id = new EventId(host, 1, alerts++, 0);
    ContainerRef ref = new ContainerRef(container, "", "x", "1", null, false);
    ProcessInfo process = ProcessInfo.unknown(new ProcessRef(4711, now));
    return new Alert(
        Alert.idOf("shell", List.of(), id),
        new Alert.RuleInfo("shell", "", Priority.WARNING, List.of(), "test.yaml"),
        "a shell",
        "a shell",
        List.of(),
        new Observed(id, new ProcessExec(now, ref, process)),
        new TreeMap<>(),
        null,
        "bundle");
  }

  private List<Action> actions() throws MalformedJsonException {
    List<Action> actions = new ArrayList<>();
    try (KafkaConsumer<byte[], byte[]> consumer =
        new KafkaConsumer<>(
            properties(), new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
      List<TopicPartition> all = new ArrayList<>();
      for (int i = 0; i < PARTITIONS; i++) {
        all.add(new TopicPartition(Topic.ACTIONS.text(), i));
      }
      consumer.assign(all);
      consumer.seekToBeginning(all);
      Map<TopicPartition, Long> ends = consumer.endOffsets(all);
      while (ends.entrySet().stream().anyMatch(e -> consumer.position(e.getKey()) < e.getValue())) {
        for (ConsumerRecord<byte[], byte[]> record : consumer.poll(Duration.ofMillis(200))) {
          assertThat(record.key()).isEqualTo(HOST.value().getBytes(UTF_8));
          actions.add(ActionJson.read(record.value()));
        }
      }
    }
    return actions;
  }
}
