package io.leukocyte.collector;

import static io.leukocyte.collector.TestEvents.WEB;
import static io.leukocyte.collector.TestEvents.exec;
import static io.leukocyte.collector.TestEvents.flow;
import static io.leukocyte.collector.TestEvents.lifecycle;
import static io.leukocyte.collector.TestEvents.line;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.groups.Tuple.tuple;
import static org.awaitility.Awaitility.await;

import io.leukocyte.events.BatchCursor;
import io.leukocyte.events.Event;
import io.leukocyte.events.HostId;
import io.leukocyte.events.Kind;
import io.leukocyte.events.MalformedBatchException;
import io.leukocyte.events.NetFlow;
import io.leukocyte.events.Observed;
import io.leukocyte.events.SensorLoss;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class BatcherTest {
  private static final HostId HOST = new HostId("host-a");
  private static final long EPOCH = 1_800_000_000_000L;
  private static final Duration SECONDS = Duration.ofSeconds(10);
  private static final int MEBIBYTE = 1 << 20;

  private final ManualTime time = new ManualTime();
  private final InMemoryPublisher publisher = new InMemoryPublisher();
  private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
  private final Counters counters = new Counters(meters);
  private final LossLedger losses = new LossLedger();
  private Outbox outbox = outbox(time, MEBIBYTE);
  private Batcher batcher = batcher(time);

  /** One without a disk. */
  private Outbox outbox(TimeSource clock, long backlog) {
    Path unused = Path.of("unused");
    return new Outbox(
        publisher,
        new Spool(
            unused, new Spool.Limits(0, 0), Disk.REAL, new SpoolLosses(counters, losses, clock)),
        counters,
        losses,
        new Positions(new DataFolder(unused)),
        backlog,
        clock,
        new OutboxMeters(meters));
  }

  private Batcher batcher(TimeSource clock) {
    return new Batcher(
        HOST,
        EPOCH,
        outbox,
        counters,
        losses,
        new Batcher.Limits(Duration.ofMillis(100), Duration.ofMillis(20)),
        clock,
        new LogPlaces());
  }

  private void use(TimeSource clock, long backlog) {
    outbox = outbox(clock, backlog);
    batcher = batcher(clock);
  }

  @AfterEach
  void close() {
    batcher.close();
    publisher.close();
    outbox.close();
  }

  private void publishDue() {
    batcher.flushDue();
    outbox.sendAll();
  }

  private void offer(Event event) {
    counters.received(event.kind());
    batcher.offer(event);
    publishDue();
  }

  private void offerFlows(int from, int to) {
    for (int i = from; i < to; i++) {
      offer(flow(WEB, i));
    }
  }

  private List<Integer> countsOfBatches() {
    return publisher.batches().stream().map(b -> open(b).count()).toList();
  }

  private static BatchCursor open(byte[] batch) {
    try {
      return BatchCursor.over(batch);
    } catch (MalformedBatchException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void aFullBatchIsPublishedAtTwoHundredEvents() {
    offerFlows(0, 199);
    assertThat(publisher.batches()).isEmpty();
    offerFlows(199, 200);
    assertThat(countsOfBatches()).containsExactly(200);
  }

  @Test
  void aFullBatchIsPublishedAtItsBytes() {
    String text = "x".repeat(60 << 10);
    for (int i = 0; i < 5; i++) {
      offer(line(WEB, i, text));
    }
    assertThat(countsOfBatches()).containsExactly(5);
    assertThat(publisher.batches().getFirst().length).isBetween(256 << 10, 1 << 20);
  }

  @Test
  void aQuietEventWaitsForTheFlushInterval() {
    offerFlows(0, 1);
    time.passMillis(60);
    offerFlows(1, 2);
    time.passMillis(39);
    publishDue();
    assertThat(publisher.batches()).isEmpty();
    time.passMillis(1);
    publishDue();
    assertThat(countsOfBatches()).containsExactly(2);
  }

  @Test
  void ofSystemCallsOnlyTheRareOnesEndTheirBatchAtOnce() {
    offer(TestEvents.open(WEB, 1));
    offer(TestEvents.stats(WEB));
    assertThat(publisher.batches()).isEmpty();
    offer(TestEvents.setns(WEB, 1));
    assertThat(countsOfBatches()).containsExactly(3);
  }

  @Test
  void anUrgentEventEndsItsBatchAtOnceButAtMostEveryTwentyMilliseconds() {
    offerFlows(0, 1);
    offer(exec(WEB, 1));
    assertThat(countsOfBatches()).containsExactly(2);
    time.passMillis(5);
    offer(lifecycle(WEB, 1, "start"));
    offer(exec(WEB, 2));
    time.passMillis(14);
    publishDue();
    assertThat(countsOfBatches()).containsExactly(2);
    time.passMillis(1);
    publishDue();
    assertThat(countsOfBatches()).containsExactly(2, 2);
    time.passMillis(20);
    offer(exec(WEB, 3));
    assertThat(countsOfBatches()).containsExactly(2, 2, 1);
  }

  @Test
  void eventsKeepTheirOrderAndBatchesAreNumberedFromZeroWithoutAGap() {
    offerFlows(0, 450);
    time.passMillis(100);
    publishDue();
    List<Observed> observed = publisher.observed();
    assertThat(observed)
        .extracting(o -> ((NetFlow) o.event()).bytes())
        .containsExactlyElementsOf(LongStream.range(0, 450).boxed().toList());
    assertThat(publisher.batches().stream().map(b -> open(b).sequence()))
        .containsExactly(0L, 1L, 2L);
    assertThat(observed).allSatisfy(o -> assertThat(o.id().epoch()).isEqualTo(EPOCH));
    assertThat(observed).allSatisfy(o -> assertThat(o.id().host()).isEqualTo(HOST));
  }

  @Test
  void backlogIsBoundedAndWhatDoesNotFitIsCountedByKindAndReported() {
    use(time, 64 << 10);
    publisher.goAway();
    offerFlows(0, 5000);
    offer(exec(WEB, 1));
    assertThat(outbox.backlog()).isLessThanOrEqualTo(64 << 10);
    Counters.Totals flows = counters.totals(Kind.NET_FLOW);
    assertThat(flows.lost()).isPositive();
    assertThat(counters.totals(Kind.PROCESS_EXEC).lost()).isEqualTo(1);

    publisher.comeBack();
    assertThat(outbox.backlog()).isZero();
    List<SensorLoss> reports = losses.drain();
    assertThat(reports)
        .extracting(SensorLoss::lostKind)
        .containsExactly("net.flow", "process.exec");
    assertThat(reports).allSatisfy(r -> assertThat(r.reason()).isEqualTo("backlog"));
    assertThat(reports.getFirst().count()).isEqualTo(flows.lost());
    reports.forEach(this::offer);
    time.passMillis(100);
    publishDue();
    assertThat(publisher.events(SensorLoss.class)).hasSize(2);
    assertThat(publisher.batches().stream().map(b -> open(b).sequence()))
        .containsExactlyElementsOf(
            LongStream.range(0, publisher.batches().size()).boxed().toList());
    assertBalanced();
  }

  private void assertBalanced() {
    for (Kind kind : Kind.values()) {
      Counters.Totals totals = counters.totals(kind);
      assertThat(totals.pending()).as(kind.text() + " " + totals).isZero();
      assertThat(publisher.events().stream().filter(e -> e.kind() == kind).count())
          .as(kind.text())
          .isEqualTo(totals.published());
    }
  }

  @Test
  void aBatchThatFailsIsCountedAndTheLossesItReportedAreReportedAgain() {
    SensorLoss before = new SensorLoss(9, null, "ring", "process.exec", "full", 7, 5, 8);
    publisher.refuse();
    offer(before);
    offer(exec(WEB, 1));
    assertThat(counters.totals(Kind.PROCESS_EXEC).lost()).isEqualTo(1);
    assertThat(counters.totals(Kind.SENSOR_LOSS).lost()).isEqualTo(1);
    assertThat(losses.drain())
        .extracting(SensorLoss::source, SensorLoss::lostKind, SensorLoss::count)
        .containsExactlyInAnyOrder(
            tuple("ring", "process.exec", 7L), tuple("batch", "process.exec", 1L));
    assertThat(outbox.backlog()).isZero();
    assertBalanced();
  }

  @Test
  void whoReadsLogsWaitsForRoomAndIsLetGoAtTheEnd() throws InterruptedException {
    use(time, 64 << 10);
    publisher.goAway();
    offerFlows(0, 1000);
    AtomicInteger passed = new AtomicInteger();
    Thread reader = Thread.ofVirtual().start(() -> passed.addAndGet(outbox.awaitRoom() ? 1 : 0));
    await().atMost(SECONDS).until(() -> reader.getState() == Thread.State.WAITING);
    publisher.comeBack();
    reader.join();
    assertThat(passed).hasValue(1);

    publisher.goAway();
    offerFlows(0, 1000);
    AtomicInteger refused = new AtomicInteger();
    Thread last = Thread.ofVirtual().start(() -> refused.addAndGet(outbox.awaitRoom() ? 0 : 1));
    await().atMost(SECONDS).until(() -> last.getState() == Thread.State.WAITING);
    outbox.endWaiting();
    last.join();
    assertThat(refused).hasValue(1);
  }

  @Test
  void itsThreadPublishesByTheClockAndDrainsAtTheEnd() throws InterruptedException {
    use(TimeSource.SYSTEM, MEBIBYTE);
    outbox.start();
    batcher.start();
    counters.received(Kind.NET_FLOW);
    batcher.offer(flow(WEB, 1));
    await().atMost(SECONDS).until(() -> publisher.batches().size() == 1);

    List<Thread> writers =
        IntStream.range(0, 4)
            .mapToObj(w -> Thread.ofPlatform().start(() -> writeFlows(w)))
            .toList();
    for (Thread writer : writers) {
      writer.join();
    }
    batcher.close();
    assertThat(outbox.drain(SECONDS)).isTrue();
    assertThat(publisher.events()).hasSize(1 + 4 * 1000);
    assertThat(counters.totals().pending()).isZero();
    for (int w = 0; w < 4; w++) {
      long writer = w;
      assertThat(publisher.events(NetFlow.class))
          .filteredOn(f -> f.packets() == 1 && f.bytes() / 10_000 == writer + 1)
          .extracting(NetFlow::bytes)
          .hasSize(1000)
          .isSorted();
    }
    batcher.offer(flow(WEB, 2));
    assertThat(counters.totals(Kind.NET_FLOW).lost()).isEqualTo(1);
  }

  private void writeFlows(int writer) {
    for (int i = 0; i < 1000; i++) {
      counters.received(Kind.NET_FLOW);
      batcher.offer(flow(WEB, (writer + 1) * 10_000L + i));
    }
  }
}
