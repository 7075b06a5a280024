package io.leukocyte.indexer;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.ThrowableProxyUtil;
import ch.qos.logback.core.AppenderBase;
import io.leukocyte.events.BatchLimits;
import io.leukocyte.events.BatchWriter;
import io.leukocyte.events.CheckResult;
import io.leukocyte.events.ContainerId;
import io.leukocyte.events.ContainerLog;
import io.leukocyte.events.ContainerRef;
import io.leukocyte.events.DeadLetter;
import io.leukocyte.events.HostId;
import io.leukocyte.events.Topic;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.ByteArrayOutputStream;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Function;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.slf4j.LoggerFactory;

/** What no indexer can use: counted, whole among the dead, and the partition goes on. */
class IndexerPoisonTest {
  private static final TopicPartition ALERTS = new TopicPartition(Topic.ALERTS.text(), 0);
  private static final TopicPartition ACTIONS = new TopicPartition(Topic.ACTIONS.text(), 0);
  private static final TopicPartition EVENTS = new TopicPartition(Topic.EVENTS.text(), 0);
  private static final Instant NOW = Instant.parse("2026-01-02T03:04:05Z");

  private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
  private final MockConsumer<byte[], byte[]> consumer = new MockConsumer<>("earliest");
  private final MockProducer<byte[], byte[]> producer =
      new MockProducer<>(true, null, new ByteArraySerializer(), new ByteArraySerializer());
  private final List<Document> stored = Collections.synchronizedList(new ArrayList<>());
  private volatile Function<List<Document>, BulkAnswer> node =
      documents ->
          new BulkAnswer.Taken(
              Collections.nCopies(documents.size(), new BulkAnswer.Item.Created()));
  private final IndexerLoop loop =
      new IndexerLoop(
          consumer,
          producer,
          List.of(ALERTS.topic(), ACTIONS.topic(), EVENTS.topic()),
          new Documents("default", InstantSource.fixed(NOW)),
          this::send,
          200_000,
          new Meters(registry));
  private final Thread thread = new Thread(loop);

  private BulkAnswer send(List<Document> documents) {
    BulkAnswer answer = node.apply(documents);
    if (answer instanceof BulkAnswer.Taken) {
      stored.addAll(documents);
    }
    return answer;
  }

  @BeforeEach
  void assignTopics() {
    consumer.schedulePollTask(() -> {
      consumer.rebalance(List.of(ALERTS, ACTIONS, EVENTS));
      consumer.updateBeginningOffsets(Map.of(ALERTS, 0L, ACTIONS, 0L, EVENTS, 0L));
    });
  }

  @AfterEach
  void stop() throws InterruptedException {
    loop.stop();
    thread.join(10_000);
    assertThat(thread.isAlive()).isFalse();
  }

  static List<Arguments> poison() {
    byte[] alert = alert("a");
    return List.of(
        Arguments.of("no value", null),
        Arguments.of("nothing", new byte[0]),
        Arguments.of("cut", Arrays.copyOf(alert, alert.length - 1)),
        Arguments.of("not JSON", utf8("hello")),
        Arguments.of("JSON, but a list", utf8("[1,2]")),
        Arguments.of("null", utf8("null")),
        Arguments.of("without an event", utf8("{\"@timestamp\":\"2026-01-02T03:04:05Z\"}")),
        Arguments.of("event is a list", utf8("{\"event\":[{\"id\":\"x\"}]}")),
        Arguments.of("without a time", utf8("{\"event\":{\"id\":\"x\"}}")),
        Arguments.of("time is a number", utf8("{\"@timestamp\":1e999,\"event\":{\"id\":\"x\"}}")),
        Arguments.of("id longer than Elasticsearch takes", alert("x".repeat(513))),
        Arguments.of("id of 1 MiB", alert("x".repeat(1 << 20))),
        Arguments.of("a batch of events", batch(1)),
        Arguments.of("NUL", new byte[100]),
        Arguments.of("UTF-16", "{\"event\":{}}".getBytes(java.nio.charset.StandardCharsets.UTF_16)),
        Arguments.of(
            "not UTF-8",
            "{\"event\":{\"id\":\"é\"}}".getBytes(java.nio.charset.StandardCharsets.ISO_8859_1)),
        Arguments.of("nested deeply", utf8("{\"event\":".repeat(50_000))),
        Arguments.of("nested deeply in lists", utf8("[".repeat(1 << 20))),
        Arguments.of("a number of a megabyte", utf8("{\"event\":" + "9".repeat(1_000_000) + "}")),
        Arguments.of("a string of 100 MB", giant()));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("poison")
  void isBuriedWholeAndTheNextAlertIsStored(String name, byte @Nullable [] value) {
    add(record(ALERTS, 0, value));
    add(record(ALERTS, 1, alert("good")));
    thread.start();

    await()
        .atMost(Duration.ofSeconds(60))
        .untilAsserted(() -> assertThat(committed(ALERTS)).isEqualTo(2));
    assertThat(stored).extracting(Document::id).containsExactly("good");
    assertThat(wholeDead()).isEqualTo(value);
    DeadLetter says = DeadLetter.of(producer.history().getFirst().headers());
    assertThat(says.reason()).isNotBlank();
    assertThat(says.topic()).isEqualTo(Topic.ALERTS.text());
    assertThat(says.offset()).isZero();
    assertThat(counter("leuko.indexer.unreadable", Topic.ALERTS)).isEqualTo(1);
    assertThat(counter("leuko.indexer.dead", Topic.ALERTS)).isEqualTo(1);
  }

  private byte @Nullable [] wholeDead() {
    if (producer.history().size() == 1) {
      return producer.history().getFirst().value();
    }
    ByteArrayOutputStream whole = new ByteArrayOutputStream();
    for (ProducerRecord<byte[], byte[]> part : producer.history()) {
      whole.writeBytes(part.value());
    }
    return whole.toByteArray();
  }

  @Test
  void anAlertCutOrFlippedAnywhereIsStoredOrBuriedButNeverStops() {
    byte[] alert = alert("a");
    Random random = new Random(11);
    List<byte[]> variants = new ArrayList<>();
    for (int length = 0; length < alert.length; length++) {
      variants.add(Arrays.copyOf(alert, length));
    }
    for (int i = 0; i < alert.length; i++) {
      byte[] flipped = alert.clone();
      flipped[i] ^= (byte) (1 << random.nextInt(8));
      variants.add(flipped);
    }
    consumer.schedulePollTask(() -> {
      for (int i = 0; i < variants.size(); i++) {
        consumer.addRecord(record(ACTIONS, i, variants.get(i)));
      }
    });
    thread.start();

    await().untilAsserted(() -> assertThat(committed(ACTIONS)).isEqualTo(variants.size()));
    assertThat(stored.size() + producer.history().size()).isEqualTo(variants.size());
    assertThat(producer.history()).hasSizeGreaterThan(alert.length);
  }

  @Test
  void aKeyOfAnotherTopicAndATimeFarAheadDoNotMatter() {
    ConsumerRecord<byte[], byte[]> odd =
        new ConsumerRecord<>(ALERTS.topic(), 0, 0, null, alert("from-nobody"));
    add(odd);
    add(
        record(
            ALERTS,
            1,
            utf8("{\"@timestamp\":\"9999-12-31T23:59:59Z\",\"event\":{\"id\":\"late\"}}")));
    add(record(ALERTS, 2, alert("from-nobody")));
    thread.start();

    await().untilAsserted(() -> assertThat(committed(ALERTS)).isEqualTo(3));
    assertThat(stored)
        .extracting(Document::id)
        .containsExactly("from-nobody", "late", "from-nobody");
    assertThat(producer.history()).isEmpty();
  }

  @Test
  void aDamagedBatchIsCountedAndLeftToTheAnalyzerToBury() {
    byte[] batch = batch(2);
    List<byte[]> damaged =
        List.of(
            Arrays.copyOf(batch, batch.length / 2),
            alert("an alert among the events"),
            new byte[BatchLimits.MAX_BYTES + 1]);
    for (int i = 0; i < damaged.size(); i++) {
      add(record(EVENTS, i, damaged.get(i)));
    }
    add(record(EVENTS, damaged.size(), batch));
    thread.start();

    await().untilAsserted(() -> assertThat(committed(EVENTS)).isEqualTo(damaged.size() + 1));
    assertThat(stored).hasSize(2);
    assertThat(producer.history()).isEmpty();
    assertThat(counter("leuko.indexer.unreadable", Topic.EVENTS)).isEqualTo(damaged.size());
  }

  @Test
  void aBatchOfANewerMajorVersionWaitsAndTheOtherPartitionsGoOn() {
    byte[] newer = batch(1);
    newer[4] = 2;
    add(record(EVENTS, 0, batch(1)));
    consumer.schedulePollTask(() -> {
      consumer.addRecord(record(EVENTS, 1, newer));
      consumer.addRecord(record(EVENTS, 2, batch(1)));
      consumer.addRecord(record(ALERTS, 0, alert("a")));
    });
    thread.start();

    await().untilAsserted(() -> assertThat(committed(ALERTS)).isEqualTo(1));
    await().untilAsserted(() -> assertThat(loop.batches()).isInstanceOf(CheckResult.Failed.class));
    assertThat(loop.batches().toString())
        .contains("leuko.events-0@1", "major version 2", "upgrade indexers before collectors");
    assertThat(committed(EVENTS)).isEqualTo(1);
    add(record(ALERTS, 1, alert("b")));
    await().untilAsserted(() -> assertThat(committed(ALERTS)).isEqualTo(2));
    assertThat(committed(EVENTS)).isEqualTo(1);
    assertThat(producer.history()).isEmpty();
  }

  @Test
  void aRequestThatTheNodeRefusesForOneDocumentIsSentInPartsUntilThatOneIsFound() {
    node =
        documents ->
            documents.stream().anyMatch(d -> d.id().equals("id-13"))
                ? new BulkAnswer.Refused("400 action_request_validation_exception")
                : new BulkAnswer.Taken(
                    Collections.nCopies(documents.size(), new BulkAnswer.Item.Created()));
    consumer.schedulePollTask(() -> {
      for (int i = 0; i < 20; i++) {
        consumer.addRecord(record(ALERTS, i, alert("id-" + i)));
      }
    });
    thread.start();

    await().untilAsserted(() -> assertThat(committed(ALERTS)).isEqualTo(20));
    assertThat(stored).extracting(Document::id).hasSize(19).doesNotContain("id-13");
    assertThat(producer.history()).hasSize(1);
    assertThat(DeadLetter.of(producer.history().getFirst().headers()).offset()).isEqualTo(13);
  }

  @Test
  void whatARecordHoldsStandsAmongTheDeadAndNeverInOurOwnLog() {
    String secret = "kq7zebraofthecontainer";
    node =
        documents ->
            new BulkAnswer.Taken(
                Collections.nCopies(
                    documents.size(),
                    new BulkAnswer.Item.Rejected(
                        "400 document_parsing_exception: failed to parse field [message];"
                            + " preview of its value: '"
                            + secret
                            + "'")));
    List<String> said = new CopyOnWriteArrayList<>();
    AppenderBase<ILoggingEvent> appender =
        new AppenderBase<>() {
          @Override
          protected void append(ILoggingEvent event) {
            said.add(
                event.getFormattedMessage()
                    + (event.getThrowableProxy() == null
                        ? ""
                        : ThrowableProxyUtil.asString(event.getThrowableProxy())));
          }
        };
    Logger own = (Logger) LoggerFactory.getLogger(IndexerLoop.class);
    Level quiet = own.getLevel();
    own.setLevel(Level.WARN);
    appender.start();
    own.addAppender(appender);
    try {
      add(record(ALERTS, 0, alert("a")));
      add(record(ALERTS, 1, utf8("{\"message\": " + secret)));
      add(record(ALERTS, 2, utf8("{\"@timestamp\":\"" + secret + "\",\"event\":{\"id\":\"x\"}}")));
      thread.start();
      await().untilAsserted(() -> assertThat(committed(ALERTS)).isEqualTo(3));
    } finally {
      own.detachAppender(appender);
      own.setLevel(quiet);
    }
    assertThat(producer.history()).hasSize(3);
    assertThat(producer.history())
        .anySatisfy(dead -> assertThat(DeadLetter.of(dead.headers()).reason()).contains(secret));
    assertThat(said).hasSizeGreaterThanOrEqualTo(3).noneMatch(line -> line.contains(secret));
  }

  private double counter(String name, Topic topic) {
    return registry.get(name).tag("topic", topic.text()).counter().count();
  }

  private void add(ConsumerRecord<byte[], byte[]> record) {
    consumer.schedulePollTask(() -> consumer.addRecord(record));
  }

  @SuppressWarnings("NullAway") // Kafka's records may lack a value, their class does not say so
  private static ConsumerRecord<byte[], byte[]> record(
      TopicPartition partition, long offset, byte @Nullable [] value) {
    return new ConsumerRecord<>(partition.topic(), 0, offset, utf8("h1"), value);
  }

  private long committed(TopicPartition partition) {
    var offset = consumer.committed(Set.of(partition)).get(partition);
    return offset == null ? 0 : offset.offset();
  }

  private static byte[] alert(String id) {
    return utf8("{\"@timestamp\":\"2026-01-02T03:04:05Z\",\"event\":{\"id\":\"" + id + "\"}}");
  }

  private static byte[] batch(int lines) {
    BatchWriter writer = new BatchWriter(new HostId("h1"), 7);
    ContainerRef web =
        new ContainerRef(new ContainerId("ab".repeat(32)), "web", "nginx", "1", null, false);
    for (int i = 0; i < lines; i++) {
      writer.add(new ContainerLog(i, web, ContainerLog.Stream.STDOUT, "GET /" + i, 6, false));
    }
    return writer.finish(3);
  }

  private static byte[] giant() {
    byte[] giant = new byte[100_000_000];
    Arrays.fill(giant, (byte) 'x');
    giant[0] = '"';
    return giant;
  }

  private static byte[] utf8(String text) {
    return text.getBytes(UTF_8);
  }
}
