package io.leukocyte.deploy;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.leukocyte.events.Topic;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.DescribeTopicsOptions;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.acl.AccessControlEntry;
import org.apache.kafka.common.acl.AclBinding;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.acl.AclPermissionType;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.TopicAuthorizationException;
import org.apache.kafka.common.resource.PatternType;
import org.apache.kafka.common.resource.ResourcePattern;
import org.apache.kafka.common.resource.ResourceType;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import picocli.CommandLine;

/** What `leuko rights grant` gives, on a real broker that asks for rights. */
class KafkaRightsIT {
  private static final String PREFIX = "leuko-";
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  @TempDir private static Path folder;
  private static GuardedKafka kafka;
  private static String granted;

  @BeforeAll
  static void start() throws Exception {
    kafka = GuardedKafka.start(folder.resolve("kafka"), PREFIX);
    granted = leuko(ExitCode.FINE, "admin", "grant", "--revoke");
  }

  @AfterAll
  static void stop() {
    if (kafka != null) {
      kafka.close();
    }
  }

  /** What the command says when a user of Kafka's runs it. */
  private static String leuko(int code, String user, String... words) throws Exception {
    Path config = folder.resolve(user + ".yaml");
    Files.writeString(
        config,
        """
        kafka.bootstrap: 127.0.0.1:%d
        kafka.security: sasl-plaintext
        kafka.mechanism: plain
        kafka.user: %s
        kafka.password: %s
        topics.partitions: 2
        """
            .formatted(kafka.port(), user, user));
    StringWriter out = new StringWriter();
    PrintWriter writer = new PrintWriter(out, true);
    CommandLine leuko = Leuko.commandLine().setOut(writer).setErr(writer);
    List<String> all =
        Stream.concat(
                Stream.of("rights"),
                Stream.concat(
                    Stream.of(words), Stream.of("--prefix", PREFIX, "--config", config.toString())))
            .toList();
    assertThat(leuko.execute(all.toArray(String[]::new))).as("%s: %s", all, out).isEqualTo(code);
    return out.toString();
  }

  private static Map<String, Object> client(KafkaRole role) {
    return new HashMap<>(kafka.as(PREFIX + role.text()).clientProperties());
  }

  @Test
  void grantMakesTopicsAndRightsAndTheSecondTimeNothing() throws Exception {
    int rights = KafkaRights.wanted(PREFIX, "leuko-analyzer").size();
    assertThat(granted)
        .endsWith(
            "%d rights: %d added, 0 not needed and taken away, 0 of others\n"
                .formatted(rights, rights));
    try (Admin admin = Admin.create(kafka.as("admin").clientProperties())) {
      assertThat(admin.listTopics().names().get())
          .containsAll(Stream.of(Topic.values()).map(Topic::text).toList());
    }
    assertThat(leuko(ExitCode.FINE, "admin", "grant"))
        .isEqualTo("%d rights: 0 added, 0 not needed, 0 of others\n".formatted(rights));
  }

  @ParameterizedTest
  @EnumSource
  void roleMayDoWithTheTopicsWhatItsListSaysAndNoMore(KafkaRole role) throws Exception {
    try (Admin admin = Admin.create(client(role))) {
      List<String> topics = Stream.of(Topic.values()).map(Topic::text).toList();
      admin
          .describeTopics(topics, new DescribeTopicsOptions().includeAuthorizedOperations(true))
          .allTopicNames()
          .get()
          .forEach((name, topic) -> {
            Set<AclOperation> expected = EnumSet.of(AclOperation.DESCRIBE);
            Topic of = Topic.ofText(name).orElseThrow();
            if (role.reads().contains(of)) {
              expected.add(AclOperation.READ);
            }
            if (role.writes().contains(of)) {
              expected.add(AclOperation.WRITE);
            }
            assertThat(topic.authorizedOperations()).as(name).isEqualTo(expected);
          });
      assertThatThrownBy(() ->
              admin.createTopics(List.of(new NewTopic("leuko.mine", 1, (short) 1))).all().get())
          .isInstanceOf(ExecutionException.class)
          .hasCauseInstanceOf(TopicAuthorizationException.class);
    }
  }

  /** What the threat model promises of a stolen login, tried with what is stolen. */
  @ParameterizedTest
  @CsvSource({
    "COLLECTOR, READ, leuko.alerts",
    "COLLECTOR, WRITE, leuko.alerts",
    "COLLECTOR, WRITE, leuko.commands",
    "COLLECTOR, READ, leuko.commands",
    "COLLECTOR, WRITE, leuko.config",
    "COLLECTOR, WRITE, leuko.dead",
    "ANALYZER, WRITE, leuko.events",
    "ANALYZER, WRITE, leuko.commands",
    "ANALYZER, READ, leuko.actions",
    "RESPONDER, READ, leuko.events",
    "RESPONDER, WRITE, leuko.alerts",
    "RESPONDER, WRITE, leuko.commands",
    "INDEXER, WRITE, leuko.alerts",
    "INDEXER, WRITE, leuko.commands",
    "OPERATOR, WRITE, leuko.alerts",
    "OPERATOR, WRITE, leuko.events",
    "RETRY, WRITE, leuko.commands",
    "RETRY, READ, leuko.alerts",
  })
  void stolenLoginIsRefused(KafkaRole role, AclOperation operation, String topic) {
    assertThatThrownBy(() -> use(role, operation, topic))
        .satisfiesAnyOf(
            thrown -> assertThat(thrown).isInstanceOf(TopicAuthorizationException.class),
            thrown -> assertThat(thrown).hasCauseInstanceOf(TopicAuthorizationException.class));
  }

  @ParameterizedTest
  @CsvSource({
    "COLLECTOR, WRITE, leuko.events",
    "COLLECTOR, READ, leuko.events",
    "RESPONDER, WRITE, leuko.permits",
    "RESPONDER, READ, leuko.blocked",
    "OPERATOR, WRITE, leuko.commands",
    "OPERATOR, READ, leuko.dead",
    "RETRY, WRITE, leuko.alerts",
  })
  void whatARoleIsForWorks(KafkaRole role, AclOperation operation, String topic) throws Exception {
    use(role, operation, topic);
  }

  private static void use(KafkaRole role, AclOperation operation, String topic) throws Exception {
    Map<String, Object> client = client(role);
    if (operation == AclOperation.WRITE) {
      client.put(ProducerConfig.MAX_BLOCK_MS_CONFIG, (int) PATIENCE.toMillis());
      client.put(ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, (int) PATIENCE.toMillis());
      client.put(ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG, (int) PATIENCE.toMillis());
      client.put(ProducerConfig.LINGER_MS_CONFIG, 0);
      try (KafkaProducer<byte[], byte[]> producer =
          new KafkaProducer<>(client, new ByteArraySerializer(), new ByteArraySerializer())) {
        byte[] key = "k".getBytes(UTF_8); // what is compacted takes none without
        producer.send(new ProducerRecord<>(topic, key, new byte[] {1})).get();
      }
      return;
    }
    try (KafkaConsumer<byte[], byte[]> consumer =
        new KafkaConsumer<>(client, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
      List<TopicPartition> partition = List.of(new TopicPartition(topic, 0));
      consumer.assign(partition);
      consumer.seekToBeginning(partition);
      consumer.poll(Duration.ofMillis(100));
      consumer.poll(Duration.ofMillis(100));
    }
  }

  @Test
  void whatARoleNeedsNotIsToldAndTakenAwayAndOthersWhoMayWriteAreTold() throws Exception {
    AclBinding surplus = right("User:leuko-collector", AclOperation.READ, "leuko.alerts");
    AclBinding another = right("User:*", AclOperation.WRITE, "leuko.commands");
    try (Admin admin = Admin.create(kafka.as("admin").clientProperties())) {
      admin.createAcls(List.of(surplus, another)).all().get();
      assertThat(leuko(ExitCode.FINDINGS, "admin", "grant", "--dry-run"))
          .containsPattern("not needed +User:leuko-collector +read +topic +leuko.alerts")
          .containsPattern("another's +User:\\* +write +topic +leuko.commands")
          .endsWith("0 missing, 1 not needed, 1 of others\n");
      assertThat(leuko(ExitCode.FINDINGS, "admin", "grant", "--revoke"))
          .contains("taken away  User:leuko-collector");
      admin.deleteAcls(List.of(another.toFilter())).all().get();
    }
    assertThat(leuko(ExitCode.FINE, "admin", "grant")).contains("0 not needed, 0 of others");
  }

  private static AclBinding right(String principal, AclOperation operation, String topic) {
    return new AclBinding(
        new ResourcePattern(ResourceType.TOPIC, topic, PatternType.LITERAL),
        new AccessControlEntry(principal, "*", operation, AclPermissionType.ALLOW));
  }

  @Test
  void whoMayNotChangeRightsIsToldWhoMay() throws Exception {
    assertThat(leuko(ExitCode.ENVIRONMENT, "leuko-operator", "grant"))
        .contains("Cannot read the rights", "use a user that super.users names");
  }

  @Test
  void brokerThatAsksForNoRightsIsToldHow() throws Exception {
    EmbeddedKafka.Settings settings =
        new EmbeddedKafka.Settings(LoopbackPorts.free(), LoopbackPorts.free(), Access.OPEN);
    try (EmbeddedKafka open = EmbeddedKafka.create(folder.resolve("open"), settings)) {
      open.start();
      Path config = folder.resolve("open.yaml");
      Files.writeString(config, "kafka.bootstrap: 127.0.0.1:" + settings.port() + "\n");
      StringWriter err = new StringWriter();
      int code =
          Leuko.commandLine()
              .setErr(new PrintWriter(err, true))
              .execute("rights", "grant", "--config", config.toString());
      assertThat(code).isEqualTo(ExitCode.ENVIRONMENT);
      assertThat(err.toString()).contains("StandardAuthorizer", "super user");
    }
  }

  @Test
  void groupsAndTransactionsOfOthersAreNotForARole() {
    Map<String, Object> client = client(KafkaRole.RESPONDER);
    client.put(ProducerConfig.TRANSACTIONAL_ID_CONFIG, "leuko-analyzer-1");
    client.put(ProducerConfig.MAX_BLOCK_MS_CONFIG, (int) PATIENCE.toMillis());
    try (KafkaProducer<byte[], byte[]> producer =
        new KafkaProducer<>(client, new ByteArraySerializer(), new ByteArraySerializer())) {
      assertThatThrownBy(producer::initTransactions).isInstanceOf(AuthorizationException.class);
    }
    Map<String, Object> group = client(KafkaRole.COLLECTOR);
    group.put("group.id", "leuko-indexer");
    try (KafkaConsumer<byte[], byte[]> consumer =
        new KafkaConsumer<>(group, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
      consumer.subscribe(List.of("leuko.events"));
      assertThatThrownBy(
              () -> {
                for (int i = 0; i < 50; i++) {
                  consumer.poll(Duration.ofMillis(200));
                }
              })
          .isInstanceOf(AuthorizationException.class);
    }
  }
}
