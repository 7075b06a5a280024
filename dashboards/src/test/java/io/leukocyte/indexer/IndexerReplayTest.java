package io.leukocyte.indexer;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.leukocyte.events.CheckResult;
import io.leukocyte.events.DeadLetter;
import io.leukocyte.events.Topic;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What an indexer takes for perhaps sent before, how much it holds, and how it ends. */
class IndexerReplayTest {
  private static final TopicPartition ALERTS = new TopicPartition(Topic.ALERTS.text(), 0);
  private static final int BULK_BYTES = 2_000;

  private final List<BitSet> doubtful = new CopyOnWriteArrayList<>();
  private final List<List<String>> sent = new CopyOnWriteArrayList<>();
  private final List<Member> members = new ArrayList<>();
  private volatile Function<List<Document>, BulkAnswer> node = IndexerReplayTest::created;

  /** Kafka fails so many commits. */
  private volatile int failingCommits;

  /** A loop on a consumer of its own; the committed offsets are the test's. */
  private final class Member {
    final MockConsumer<byte[], byte[]> consumer =
        new MockConsumer<>("earliest") {
          @Override
          public synchronized void commitSync(Map<TopicPartition, OffsetAndMetadata> offsets) {
            if (failingCommits > 0) {
              failingCommits--;
              throw new TimeoutException("Kafka is away");
            }
            super.commitSync(offsets);
          }
        };
    final IndexerLoop loop =
        new IndexerLoop(
            consumer,
            new MockProducer<>(true, null, new ByteArraySerializer(), new ByteArraySerializer()),
            List.of(ALERTS.topic()),
            new Documents("default", InstantSource.fixed(Instant.parse("2026-01-02T03:04:05Z"))),
            new Sink(),
            BULK_BYTES,
            new Meters(new SimpleMeterRegistry()));
    final Thread thread = new Thread(loop);

    Member(@Nullable OffsetAndMetadata committed, int records) {
      consumer.schedulePollTask(() -> {
        consumer.updateBeginningOffsets(Map.of(ALERTS, 0L));
        consumer.rebalance(List.of(ALERTS));
        if (committed != null) {
          consumer.commitSync(Map.of(ALERTS, committed));
          consumer.seek(ALERTS, committed.offset());
        }
        long from = committed == null ? 0 : committed.offset();
        for (long i = from; i < records; i++) {
          consumer.addRecord(alert(i));
        }
      });
      members.add(this);
      thread.start();
    }

    void add(long offset) {
      consumer.schedulePollTask(() -> consumer.addRecord(alert(offset)));
    }

    @Nullable OffsetAndMetadata committed() {
      return new HashMap<>(consumer.committed(Set.of(ALERTS))).get(ALERTS);
    }

    void stop() throws InterruptedException {
      loop.stop();
      thread.join(10_000);
      assertThat(thread.isAlive()).isFalse();
    }
  }

  private final class Sink implements BulkSink {
    @Override
    public BulkAnswer send(List<Document> documents) {
      throw new AssertionError("the loop says what is doubtful");
    }

    @Override
    public BulkAnswer send(List<Document> documents, BitSet perhaps) {
      sent.add(documents.stream().map(Document::id).toList());
      doubtful.add((BitSet) perhaps.clone());
      return node.apply(documents);
    }
  }

  @AfterEach
  void stop() throws InterruptedException {
    for (Member member : members) {
      member.stop();
    }
  }

  @Test
  void whereNothingIsCommittedAllThatIsThereMayHaveBeenSentAndNothingThatComesLater() {
    Member member = new Member(null, 3);
    await().until(() -> offset(member) == 3);
    member.add(3);
    await().until(() -> offset(member) == 4);
    assertThat(perhapsSent()).contains("id-0", "id-1", "id-2").doesNotContain("id-3");
  }

  @Test
  void successorDoubtsWhatWasReservedAndNothingBeyond() {
    Member member = new Member(new OffsetAndMetadata(2, "sent-below=4"), 6);
    await().until(() -> offset(member) == 6);
    assertThat(perhapsSent()).containsExactlyInAnyOrder("id-2", "id-3");
  }

  @Test
  void offsetThatAToolOrAnOlderIndexerSetLeavesAllThatIsThereInDoubt() {
    for (String metadata : List.of("", "x", "sent-below=x")) {
      Member member = new Member(new OffsetAndMetadata(1, metadata), 3);
      await().until(() -> offset(member) == 3);
      assertThat(perhapsSent()).containsExactlyInAnyOrder("id-1", "id-2");
      sent.clear();
      doubtful.clear();
    }
  }

  @Test
  void documentWhoseRecordIsOnTheTopicTwiceIsInDoubtTheSecondTime() {
    Member member = new Member(new OffsetAndMetadata(5, "sent-below=5"), 6);
    await().until(() -> offset(member) == 6);
    member.consumer.schedulePollTask(() -> {
      member.consumer.addRecord(alert(6, "id-5"));
      member.consumer.addRecord(alert(7, "id-7"));
    });
    await().until(() -> offset(member) == 8);
    assertThat(sent).containsExactly(List.of("id-5"), List.of("id-5", "id-7"));
    assertThat(perhapsSent()).containsExactly("id-5");
    assertThat(doubtful.getFirst().isEmpty()).isTrue();
  }

  @Test
  void recordThatSomebodySentAgainIsInDoubtHoweverLongAgoItWasSent() {
    Member member = new Member(new OffsetAndMetadata(5, "sent-below=5"), 6);
    await().until(() -> offset(member) == 6);
    ConsumerRecord<byte[], byte[]> again = alert(6, "id-retried");
    again.headers().add(DeadLetter.RETRIES, new byte[] {'1'});
    member.consumer.schedulePollTask(() -> member.consumer.addRecord(again));
    await().until(() -> offset(member) == 7);
    assertThat(perhapsSent()).containsExactly("id-retried");
  }

  @Test
  void idsThatWereNeverSentAreNotTakenForRecentOnes() {
    RecentIds ids = new RecentIds();
    int wrong = 0;
    for (int i = 0; i < 300_000; i++) {
      wrong += ids.addedBefore("h1:7:" + i / 200 + ":" + i % 200) ? 1 : 0;
    }
    assertThat(wrong).isZero();
    int known = 0;
    for (int i = 290_000; i < 300_000; i++) {
      known += ids.addedBefore("h1:7:" + i / 200 + ":" + i % 200) ? 1 : 0;
    }
    assertThat(known).isGreaterThan(9_800); // few are pushed out by later ones so soon
  }

  @Test
  void nothingIsSentThatIsNotReserved() throws Exception {
    CountDownLatch answer = new CountDownLatch(1);
    AtomicBoolean reserved = new AtomicBoolean(true);
    int records = 3 * Reservations.AHEAD;
    List<Member> it = new CopyOnWriteArrayList<>();
    node =
        documents -> {
          // What a successor would read if this indexer were killed now.
          Member member = it.getFirst();
          OffsetAndMetadata committed = member.committed();
          long below =
              committed == null
                  ? Long.MAX_VALUE // then all that is there is in doubt
                  : Long.parseLong(committed.metadata().substring("sent-below=".length()));
          reserved.compareAndSet(
              true, documents.stream().allMatch(d -> d.origin().offset() < below));
          return created(documents);
        };
    Member member = new Member(null, 0);
    it.add(member);
    for (int i = 0; i < records; i++) {
      member.add(i);
    }
    answer.countDown();
    await().atMost(Duration.ofSeconds(30)).until(() -> offset(member) == records);
    assertThat(reserved).isTrue();
    assertThat(sent.stream().mapToInt(List::size).sum()).isEqualTo(records);
  }

  @Test
  void answerThatDidNotComeLeavesDocumentsInDoubtAndARefusalDoesNot() {
    for (BulkAnswer.Outcome outcome : BulkAnswer.Outcome.values()) {
      AtomicBoolean first = new AtomicBoolean(true);
      node =
          documents ->
              first.getAndSet(false)
                  ? new BulkAnswer.Away("problem", "todo", outcome)
                  : created(documents);
      Member member = new Member(new OffsetAndMetadata(5, "sent-below=5"), 6);
      await().until(() -> offset(member) == 6);
      boolean again = doubtful.getLast().get(0);
      assertThat(again)
          .as(outcome.name())
          .isEqualTo(
              switch (outcome) {
                case NOTHING_STORED, NOT_ALLOWED -> false;
                case PERHAPS_STORED -> true;
              });
    }
  }

  @Test
  void commitThatKafkaDoesNotTakeEndsNothingAndIsMadeUpFor() {
    failingCommits = 3;
    Member member = new Member(null, 2);
    await().until(() -> !sent.isEmpty());
    member.add(2);
    await().until(() -> offset(member) == 3);
    assertThat(member.thread.isAlive()).isTrue();
    assertThat(failingCommits).isZero();
  }

  @Test
  void noMoreIsHeldThanTwoRequestsWhileTheNodeIsStill() throws Exception {
    CountDownLatch answer = new CountDownLatch(1);
    node =
        documents -> {
          hold(answer);
          return created(documents);
        };
    Member member = new Member(null, 0);
    for (int i = 0; i < 100; i++) {
      member.add(i);
    }
    await().until(() -> sent.size() == 1);
    Thread.sleep(2_500); // longer than it waits without a word to the group
    int most = BULK_BYTES / 200; // a document with its action line takes more than that
    assertThat(member.consumer.position(ALERTS)).isBetween(5L, 2L * most + 1);
    assertThat(member.consumer.paused()).contains(ALERTS);

    answer.countDown();
    await().atMost(Duration.ofSeconds(20)).until(() -> offset(member) == 100);
    assertThat(sent.stream().flatMap(List::stream)).hasSize(100).doesNotHaveDuplicates();
  }

  @Test
  void endsSoonAndCommitsNothingWhileTheNodeIsStill() throws Exception {
    CountDownLatch answer = new CountDownLatch(1);
    node =
        documents -> {
          hold(answer);
          return created(documents);
        };
    Member member = new Member(null, 1);
    await().until(() -> sent.size() == 1);
    long begin = System.nanoTime();
    member.stop();
    assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(Duration.ofSeconds(5));
    OffsetAndMetadata committed = member.committed();
    assertThat(committed == null ? 0 : committed.offset()).isZero();
    answer.countDown();
  }

  @Test
  void slowNodeIsSaidWhileItHasNotAnsweredAndAfterwards() {
    CountDownLatch answer = new CountDownLatch(1);
    try (BulkSender sender =
        new BulkSender(documents -> {
          hold(answer);
          return created(documents);
        })) {
      SinkHealth health = new SinkHealth(sender, Duration.ofMillis(100));
      health.works(Duration.ofMillis(3));
      assertThat(health.state()).isInstanceOf(CheckResult.Ok.class);
      BulkSender.Flight flight = sender.launch(List.of(), new BitSet(), Map.of());
      await().until(() -> health.state() instanceof CheckResult.Degraded);
      assertThat(health.state())
          .isInstanceOfSatisfying(
              CheckResult.Degraded.class,
              slow -> {
                assertThat(slow.problem()).contains("has not answered a request for");
                assertThat(slow.todo()).startsWith("look at the node's load");
              });
      answer.countDown();
      health.works(Duration.ofNanos(flight.answered().nanos()));
      assertThat(health.state())
          .isInstanceOfSatisfying(
              CheckResult.Degraded.class,
              slow -> assertThat(slow.problem()).contains("takes documents, but took"));
      health.fails("gone", "start it");
      assertThat(health.state()).isInstanceOf(CheckResult.Failed.class);
      health.works(Duration.ofMillis(3));
      assertThat(health.state()).isInstanceOf(CheckResult.Ok.class);
    }
  }

  @Test
  void successorDoubtsWhatItsPredecessorDoubted() {
    Member member = new Member(new OffsetAndMetadata(1, "sent-below=5000"), 3);
    await().until(() -> offset(member) == 3);
    OffsetAndMetadata committed = Objects.requireNonNull(member.committed());
    assertThat(committed.metadata()).isEqualTo("sent-below=5000");
  }

  private static void hold(CountDownLatch answer) {
    try {
      answer.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private List<String> perhapsSent() {
    List<String> ids = new ArrayList<>();
    for (int i = 0; i < sent.size(); i++) {
      doubtful.get(i).stream().mapToObj(sent.get(i)::get).forEach(ids::add);
    }
    return ids;
  }

  private static long offset(Member member) {
    OffsetAndMetadata committed = member.committed();
    return committed == null ? -1 : committed.offset();
  }

  private static ConsumerRecord<byte[], byte[]> alert(long offset) {
    return alert(offset, "id-" + offset);
  }

  private static ConsumerRecord<byte[], byte[]> alert(long offset, String id) {
    String json = "{\"@timestamp\":\"2026-01-02T03:04:05Z\",\"event\":{\"id\":\"" + id + "\"}}";
    return new ConsumerRecord<>(ALERTS.topic(), 0, offset, new byte[0], json.getBytes(UTF_8));
  }

  private static BulkAnswer created(List<Document> documents) {
    return new BulkAnswer.Taken(
        Collections.nCopies(documents.size(), new BulkAnswer.Item.Created()));
  }
}
