package io.leukocyte.indexer;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;
import static org.awaitility.Awaitility.await;

import io.leukocyte.events.BatchWriter;
import io.leukocyte.events.CheckResult;
import io.leukocyte.events.ContainerId;
import io.leukocyte.events.ContainerLog;
import io.leukocyte.events.ContainerRef;
import io.leukocyte.events.DeadLetter;
import io.leukocyte.events.HostId;
import io.leukocyte.events.Topic;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class IndexerLoopTest {
  private static final TopicPartition ALERTS = new TopicPartition(Topic.ALERTS.text(), 0);
  private static final TopicPartition EVENTS = new TopicPartition(Topic.EVENTS.text(), 0);
  private static final Instant NOW = Instant.parse("2026-01-02T03:04:05Z");

  private final MockConsumer<byte[], byte[]> consumer = new MockConsumer<>("earliest");
  private final MockProducer<byte[], byte[]> producer =
      new MockProducer<>(true, null, new ByteArraySerializer(), new ByteArraySerializer());
  private final ScriptedSink sink = new ScriptedSink();
  private final AtomicInteger made = new AtomicInteger();
  private final IndexerLoop loop =
      new IndexerLoop(
          consumer,
          producer,
          List.of(Topic.ALERTS.text(), Topic.EVENTS.text()),
          new Documents("default", this::now),
          sink,
          2_000,
          new Meters(new SimpleMeterRegistry()));
  private final Thread thread = new Thread(loop);

  /** Each document asks once when it is made. */
  private Instant now() {
    made.incrementAndGet();
    return NOW;
  }

  @BeforeEach
  void assignBothTopics() {
    consumer.schedulePollTask(() -> {
      consumer.rebalance(List.of(ALERTS, EVENTS));
      consumer.updateBeginningOffsets(Map.of(ALERTS, 0L, EVENTS, 0L));
    });
  }

  @AfterEach
  void stop() throws InterruptedException {
    loop.stop();
    thread.join(10_000);
    assertThat(thread.isAlive()).isFalse();
  }

  @Test
  void storesAlertsUnderTheirIdsAndThenCommits() {
    alert(0, "a");
    alert(1, "b");
    thread.start();

    await().untilAsserted(() -> assertThat(committed(ALERTS)).isEqualTo(2));
    assertThat(sink.stored()).containsExactly("a", "b");
    assertThat(sink.sent.getFirst().getFirst().stream().name("default"))
        .isEqualTo("logs-leukocyte.alerts-default");
    assertThat(new String(sink.sent.getFirst().getFirst().source(), UTF_8))
        .contains("\"ingested\":\"2026-01-02T03:04:05Z\"");
    assertThat(loop.state()).isInstanceOf(CheckResult.Ok.class);
  }

  @Test
  void keepsDocumentsAndOffsetsWhileTheNodeIsAway() {
    AtomicBoolean away = new AtomicBoolean(true);
    sink.answers =
        documents -> away.get() ? away("connection refused", "start it") : created(documents);
    alert(0, "a");
    thread.start();

    await().until(() -> sink.sent.size() >= 3);
    assertThat(committed(ALERTS)).isZero();
    assertThat(loop.state()).isInstanceOf(CheckResult.Failed.class);
    assertThat(consumer.paused()).contains(ALERTS, EVENTS);

    away.set(false);
    await().untilAsserted(() -> assertThat(committed(ALERTS)).isEqualTo(1));
    assertThat(sink.stored()).containsExactly("a");
  }

  @Test
  void recordsThatArriveDuringAPauseAreNotPassedOver() {
    AtomicBoolean away = new AtomicBoolean(true);
    sink.answers = documents -> away.get() ? away("refused", "wait") : created(documents);
    alert(0, "a");
    thread.start();
    await().until(() -> sink.sent.size() >= 2);
    alert(1, "b");
    int before = sink.sent.size();
    await().until(() -> sink.sent.size() > before);

    away.set(false);
    await().untilAsserted(() -> assertThat(committed(ALERTS)).isEqualTo(2));
    assertThat(sink.stored()).containsExactly("a", "b");
  }

  @Test
  void sendsOnlyTheBusyItemAgain() {
    AtomicBoolean first = new AtomicBoolean(true);
    sink.answers =
        documents ->
            first.getAndSet(false)
                ? new BulkAnswer.Taken(
                    List.of(
                        new BulkAnswer.Item.Created(),
                        new BulkAnswer.Item.Busy("429 too busy", "wait")))
                : created(documents);
    consumer.schedulePollTask(() -> {
      consumer.addRecord(record(ALERTS, 0, alertJson("a")));
      consumer.addRecord(record(ALERTS, 1, alertJson("b")));
    });
    thread.start();

    await().untilAsserted(() -> assertThat(committed(ALERTS)).isEqualTo(2));
    assertThat(sink.ids()).containsExactly(List.of("a", "b"), List.of("b"));
  }

  @Test
  void buriesWhatTheNodeRejectsWholeAndWithTheReason() {
    sink.answers =
        documents ->
            new BulkAnswer.Taken(List.of(new BulkAnswer.Item.Rejected("400 mapper_parsing")));
    alert(0, "a");
    thread.start();

    await().untilAsserted(() -> assertThat(committed(ALERTS)).isEqualTo(1));
    ProducerRecord<byte[], byte[]> dead = producer.history().getFirst();
    assertThat(dead.topic()).isEqualTo(Topic.DEAD.text());
    assertThat(dead.value()).isEqualTo(alertJson("a"));
    assertThat(header(dead, "leuko.dead.reason")).isEqualTo("400 mapper_parsing");
    assertThat(header(dead, "leuko.dead.offset")).isEqualTo("0");
  }

  @Test
  void lettersAreSentTogetherAndAgainUntilKafkaHasThemAndOnlyThenIsCommitted() throws Exception {
    MockProducer<byte[], byte[]> slow =
        new MockProducer<>(false, null, new ByteArraySerializer(), new ByteArraySerializer());
    BulkSink refuses =
        documents ->
            new BulkAnswer.Taken(
                Collections.nCopies(documents.size(), new BulkAnswer.Item.Rejected("400")));
    IndexerLoop burying =
        new IndexerLoop(
            consumer,
            slow,
            List.of(Topic.ALERTS.text(), Topic.EVENTS.text()),
            new Documents("default", this::now),
            refuses,
            2_000,
            new Meters(new SimpleMeterRegistry()));
    Thread other = new Thread(burying);
    consumer.schedulePollTask(() -> {
      consumer.addRecord(record(ALERTS, 0, alertJson("a")));
      consumer.addRecord(record(ALERTS, 1, alertJson("b")));
    });
    other.start();

    await().until(() -> slow.history().size() == 2); // and none is acknowledged yet
    assertThat(slow.errorNext(new KafkaException("away"))).isTrue();
    await().until(() -> slow.history().size() == 3);
    assertThat(slow.completeNext()).isTrue();
    assertThat(committed(ALERTS)).isZero();
    assertThat(slow.completeNext()).isTrue();
    await().untilAsserted(() -> assertThat(committed(ALERTS)).isEqualTo(2));
    assertThat(slow.history().getLast().value()).isEqualTo(alertJson("a"));
    burying.stop();
    other.join(10_000);
    assertThat(other.isAlive()).isFalse();
  }

  @Test
  void buriesAnAlertThatIsNotJson() {
    add(ALERTS, 0, "not json".getBytes(UTF_8));
    alert(1, "b");
    thread.start();

    await().untilAsserted(() -> assertThat(committed(ALERTS)).isEqualTo(2));
    assertThat(sink.stored()).containsExactly("b");
    assertThat(producer.history()).hasSize(1);
  }

  @Test
  void makesOneDocumentOfEachLogLineOfABatch() {
    BatchWriter writer = new BatchWriter(new HostId("h1"), 7);
    ContainerRef web =
        new ContainerRef(new ContainerId("ab".repeat(32)), "web", "nginx", "1", null, false);
    writer.add(log(web, "GET / 200", ContainerLog.Stream.STDOUT));
    writer.add(log(web, "oh no", ContainerLog.Stream.STDERR));
    add(EVENTS, 0, writer.finish(3));
    thread.start();

    await().untilAsserted(() -> assertThat(committed(EVENTS)).isEqualTo(1));
    assertThat(sink.stored()).containsExactly("h1:7:3:0", "h1:7:3:1");
    assertThat(new String(sink.sent.getFirst().get(1).source(), UTF_8))
        .contains("\"message\":\"oh no\"")
        .contains("\"stream\":\"stderr\"")
        .contains("\"@timestamp\":\"2026-01-02T03:04:05.000000006Z\"")
        .contains("\"id\":\"" + "ab".repeat(32) + "\"");
  }

  @Test
  void ofABatchOnlyTheRefusedEventsAreBuriedAndSentAgainTheyAloneAreMade() throws Exception {
    AtomicBoolean conflict = new AtomicBoolean(true);
    sink.answers =
        documents ->
            new BulkAnswer.Taken(
                documents.stream()
                    .map(document ->
                        conflict.get() && !document.id().endsWith(":1")
                            ? new BulkAnswer.Item.Rejected("400 document_parsing_exception")
                            : (BulkAnswer.Item) new BulkAnswer.Item.Created())
                    .toList());
    BatchWriter writer = new BatchWriter(new HostId("h1"), 7);
    ContainerRef web =
        new ContainerRef(new ContainerId("ab".repeat(32)), "web", "nginx", "1", null, false);
    for (String line : List.of("one", "two", "three")) {
      writer.add(log(web, line, ContainerLog.Stream.STDOUT));
    }
    add(EVENTS, 0, writer.finish(3));
    thread.start();

    await().untilAsserted(() -> assertThat(committed(EVENTS)).isEqualTo(1));
    assertThat(sink.stored()).containsExactly("h1:7:3:1");
    List<ProducerRecord<byte[], byte[]>> dead = List.copyOf(producer.history());
    assertThat(dead)
        .extracting(letter -> DeadLetter.of(letter.headers()))
        .extracting(DeadLetter::topic, DeadLetter::offset, DeadLetter::item, DeadLetter::reason)
        .containsExactly(
            tuple("leuko.events", 0L, 0, "400 document_parsing_exception"),
            tuple("leuko.events", 0L, 2, "400 document_parsing_exception"));
    assertThat(DeadLetter.of(dead.getFirst().headers()).partition()).isZero();

    conflict.set(false);
    for (int i = 0; i < dead.size(); i++) {
      ConsumerRecord<byte[], byte[]> again = record(EVENTS, 1 + i, dead.get(i).value());
      again
          .headers()
          .add(DeadLetter.DOCUMENT, dead.get(i).headers().lastHeader(DeadLetter.DOCUMENT).value());
      consumer.schedulePollTask(() -> consumer.addRecord(again));
    }
    await().untilAsserted(() -> assertThat(committed(EVENTS)).isEqualTo(3));
    assertThat(sink.stored()).containsExactly("h1:7:3:1", "h1:7:3:0", "h1:7:3:2");
    assertThat(new String(sink.sent.getLast().getLast().source(), UTF_8))
        .contains("\"message\":\"three\"");
    assertThat(producer.history()).hasSize(2);
  }

  @Test
  void splitsBulkRequestsByBytes() {
    for (int i = 0; i < 40; i++) {
      alert(i, "id-" + i);
    }
    thread.start();

    await().untilAsserted(() -> assertThat(committed(ALERTS)).isEqualTo(40));
    assertThat(sink.sent).hasSizeGreaterThan(2);
    assertThat(sink.sent)
        .allSatisfy(bulk ->
            assertThat(bulk.stream().mapToInt(Document::bulkBytes).sum())
                .isLessThanOrEqualTo(2_000));
    assertThat(sink.stored()).hasSize(40).doesNotHaveDuplicates();
  }

  @Test
  void makesTheNextRequestWhileOneIsOnItsWayAndSendsItAfterThat() {
    CountDownLatch answered = blockedSink();
    alert(0, "a");
    thread.start();
    await().until(() -> sink.sent.size() == 1);
    alert(1, "b");
    await().until(() -> made.get() == 2);
    assertThat(sink.sent).hasSize(1);
    assertThat(committed(ALERTS)).isZero();

    answered.countDown();
    await().untilAsserted(() -> assertThat(committed(ALERTS)).isEqualTo(2));
    assertThat(sink.stored()).containsExactly("a", "b");
  }

  @Test
  void whatComesWhileOneIsOnItsWayGoesIntoTheNextTogether() {
    CountDownLatch answered = blockedSink();
    alert(0, "a");
    thread.start();
    await().until(() -> sink.sent.size() == 1);
    for (int i = 1; i <= 3; i++) {
      alert(i, "id-" + i); // each comes by a poll of its own
      int read = i + 1;
      await().until(() -> made.get() == read);
    }

    answered.countDown();
    await().untilAsserted(() -> assertThat(committed(ALERTS)).isEqualTo(4));
    assertThat(sink.sent).hasSize(2);
    assertThat(sink.stored()).containsExactly("a", "id-1", "id-2", "id-3");
  }

  @Test
  void offsetsAreCommittedAlsoWhereRequestsAreFullBeforeAllIsRead() {
    AtomicInteger sent = new AtomicInteger();
    CountDownLatch third = new CountDownLatch(1);
    sink.answers =
        documents -> {
          if (sent.incrementAndGet() == 3) {
            try {
              third.await();
            } catch (InterruptedException e) {
              Thread.currentThread().interrupt();
            }
          }
          return created(documents);
        };
    alert(0, "a");
    thread.start();
    await().untilAsserted(() -> assertThat(committed(ALERTS)).isEqualTo(1));
    List<ConsumerRecord<byte[], byte[]>> many = new ArrayList<>();
    for (int i = 1; i < 40; i++) {
      many.add(record(ALERTS, i, alertJson("id-" + i)));
    }
    consumer.schedulePollTask(() -> many.forEach(consumer::addRecord)); // several requests' worth
    await().until(() -> sent.get() == 3);
    assertThat(committed(ALERTS)).as("none of that poll before all of it is stored").isEqualTo(1);

    third.countDown();
    await().untilAsserted(() -> assertThat(committed(ALERTS)).isEqualTo(40));
    assertThat(sink.stored()).hasSize(40).doesNotHaveDuplicates();
  }

  @Test
  void whatFollowsARequestThatFailedIsNotSentBeforeIt() {
    AtomicBoolean away = new AtomicBoolean(true);
    sink.answers = documents -> away.get() ? away("refused", "wait") : created(documents);
    for (int i = 0; i < 40; i++) {
      alert(i, "id-" + i);
    }
    thread.start();
    await().until(() -> sink.sent.size() >= 4);
    assertThat(sink.ids().stream().distinct()).hasSize(1);
    assertThat(committed(ALERTS)).isZero();

    away.set(false);
    await().untilAsserted(() -> assertThat(committed(ALERTS)).isEqualTo(40));
    assertThat(sink.stored())
        .containsExactlyElementsOf(IntStream.range(0, 40).mapToObj(i -> "id-" + i).toList());
  }

  @Test
  void offsetsOfAPartitionThatGoesToAnotherMemberAreNotCommitted() {
    CountDownLatch answered = blockedSink();
    alert(0, "a");
    thread.start();
    await().until(() -> sink.sent.size() == 1);
    AtomicBoolean moved = new AtomicBoolean();
    consumer.schedulePollTask(() -> {
      consumer.rebalance(List.of(EVENTS));
      moved.set(true);
    });
    await().untilTrue(moved);

    answered.countDown();
    add(EVENTS, 0, new BatchWriter(new HostId("h1"), 7).finish(3));
    await().untilAsserted(() -> assertThat(committed(EVENTS)).isEqualTo(1));
    assertThat(sink.stored()).containsExactly("a");
    assertThat(committed(ALERTS)).isZero();
  }

  /** The first request is answered when the latch is down. */
  private CountDownLatch blockedSink() {
    CountDownLatch answered = new CountDownLatch(1);
    sink.answers =
        documents -> {
          try {
            answered.await();
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          }
          return created(documents);
        };
    return answered;
  }

  private static ContainerLog log(ContainerRef container, String line, ContainerLog.Stream stream) {
    long time = NOW.getEpochSecond() * 1_000_000_000L + 6;
    return new ContainerLog(time, container, stream, line, line.length(), false);
  }

  private void alert(long offset, String id) {
    add(ALERTS, offset, alertJson(id));
  }

  private void add(TopicPartition partition, long offset, byte[] value) {
    consumer.schedulePollTask(() -> consumer.addRecord(record(partition, offset, value)));
  }

  private static ConsumerRecord<byte[], byte[]> record(
      TopicPartition partition, long offset, byte[] value) {
    return new ConsumerRecord<>(partition.topic(), 0, offset, "h1".getBytes(UTF_8), value);
  }

  private static byte[] alertJson(String id) {
    return ("{\"@timestamp\":\"2026-01-02T03:04:05Z\",\"event\":{\"id\":\"" + id + "\"}}")
        .getBytes(UTF_8);
  }

  private long committed(TopicPartition partition) {
    var offset = consumer.committed(java.util.Set.of(partition)).get(partition);
    return offset == null ? 0 : offset.offset();
  }

  private static String header(ProducerRecord<byte[], byte[]> record, String name) {
    return new String(record.headers().lastHeader(name).value(), UTF_8);
  }

  private static BulkAnswer away(String problem, String todo) {
    return new BulkAnswer.Away(problem, todo, BulkAnswer.Outcome.NOTHING_STORED);
  }

  private static BulkAnswer created(List<Document> documents) {
    return new BulkAnswer.Taken(
        Collections.nCopies(documents.size(), new BulkAnswer.Item.Created()));
  }

  /** A sink that answers as the test says and remembers what it was sent. */
  private static final class ScriptedSink implements BulkSink {
    private final ConcurrentLinkedDeque<List<Document>> sent = new ConcurrentLinkedDeque<>();
    private final List<String> stored = Collections.synchronizedList(new ArrayList<>());
    private volatile Function<List<Document>, BulkAnswer> answers = IndexerLoopTest::created;

    @Override
    public BulkAnswer send(List<Document> documents) {
      sent.add(List.copyOf(documents));
      BulkAnswer answer = answers.apply(documents);
      if (answer instanceof BulkAnswer.Taken taken) {
        for (int i = 0; i < documents.size(); i++) {
          if (taken.items().get(i) instanceof BulkAnswer.Item.Created) {
            stored.add(documents.get(i).id());
          }
        }
      }
      return answer;
    }

    List<String> stored() {
      return List.copyOf(stored);
    }

    List<List<String>> ids() {
      return sent.stream().map(bulk -> bulk.stream().map(Document::id).toList()).toList();
    }
  }
}
