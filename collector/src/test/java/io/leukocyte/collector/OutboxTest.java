package io.leukocyte.collector;

import static io.leukocyte.collector.TestBatches.EPOCH;
import static io.leukocyte.collector.TestBatches.flows;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.groups.Tuple.tuple;

import io.leukocyte.events.CheckResult;
import io.leukocyte.events.Kind;
import io.leukocyte.events.SensorLoss;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The outbox step by step, on the test's thread: it is not started. */
class OutboxTest {
  private static final long KIBIBYTE = 1 << 10;
  private static final long MEBIBYTE = 1 << 20;

  @TempDir private Path data;
  private final ManualTime time = new ManualTime();
  private final FaultyDisk disk = new FaultyDisk();
  private final Topic topic = new Topic();

  /** What stands on the topic, as the analyzer takes it: repeats of a known epoch are dropped. */
  private static final class Topic implements BatchPublisher {
    private final Deque<Receipt> receipts = new ArrayDeque<>();
    private final Deque<byte[]> sent = new ArrayDeque<>();
    private final Map<Long, Long> lastOfEpoch = new LinkedHashMap<>();
    private final List<Long> numbers = new ArrayList<>();
    private int repeats;
    private int gaps;

    @Override
    public void start() {}

    @Override
    public void publish(byte[] batch, Receipt receipt) {
      sent.add(batch);
      receipts.add(receipt);
    }

    /** Stores the oldest batch on its way. False when there is none. */
    boolean store(boolean tell) {
      byte[] batch = sent.poll();
      if (batch == null) {
        return false;
      }
      List<Long> id = TestBatches.id(batch);
      long last = lastOfEpoch.getOrDefault(id.getFirst(), -1L);
      if (id.getLast() <= last) {
        repeats++;
      } else {
        gaps += id.getLast() == last + 1 ? 0 : 1;
        lastOfEpoch.put(id.getFirst(), id.getLast());
        numbers.addAll(TestBatches.numbers(batch));
      }
      Receipt receipt = receipts.remove();
      if (tell) {
        receipt.stored();
      }
      return true;
    }

    void storeAll() {
      while (store(true)) {
        // until nothing is on its way
      }
    }

    void returnAll() {
      sent.clear();
      List<Receipt> all = List.copyOf(receipts);
      receipts.clear();
      all.forEach(r -> r.returned(new IllegalStateException("no use")));
    }

    /** The connection is gone with the collector that had it. */
    void forget() {
      sent.clear();
      receipts.clear();
    }

    @Override
    public List<CheckResult> check() {
      return List.of();
    }

    @Override
    public void close() {
      returnAll();
    }
  }

  /** One run of a collector, as far as it concerns the outbox. */
  private final class Run {
    private final Counters counters = new Counters(new SimpleMeterRegistry());
    private final LossLedger losses = new LossLedger();
    private final Positions positions = new Positions(new DataFolder(data));
    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    private final long epoch;
    private final Spool spool;
    private final Outbox outbox;
    private long sequence;

    Run(long epoch, long spoolBytes, long backlog) {
      this.epoch = epoch;
      spool =
          new Spool(
              folder(),
              new Spool.Limits(spoolBytes, 0),
              disk,
              new SpoolLosses(counters, losses, time));
      outbox =
          new Outbox(
              topic, spool, counters, losses, positions, backlog, time, new OutboxMeters(meters));
      spool.open();
    }

    /** What the batcher does, for one batch. False when it was dropped. */
    boolean add(long number) {
      counters.received(Kind.NET_FLOW);
      if (!outbox.hasRoom(500)) {
        counters.lost(Kind.NET_FLOW, outbox.refusal(), 1);
        return false;
      }
      Batch batch = flows(epoch, sequence++, number, 1);
      batch.opened(time.ticks(), time.unixNanos());
      outbox.add(batch);
      return true;
    }

    void addAll(long from, long to) {
      LongStream.range(from, to).forEach(n -> assertThat(add(n)).isTrue());
    }

    void pass(long millis) {
      time.passMillis(millis);
      outbox.sendAll();
      outbox.keepDue();
      outbox.sendAll();
      outbox.keepDue();
    }

    /** Sends and stores until nothing is left. */
    void settle() {
      for (int i = 0; i < 1000; i++) {
        pass(500);
        topic.storeAll();
      }
    }

    Counters.Totals totals() {
      return counters.totals(Kind.NET_FLOW);
    }
  }

  private Path folder() {
    return data.resolve("spool");
  }

  private List<Path> segments() throws IOException {
    if (!Files.isDirectory(folder())) {
      return List.of();
    }
    try (Stream<Path> files = Files.list(folder())) {
      return files.filter(f -> SpoolSegment.numberOf(f) >= 0).sorted().toList();
    }
  }

  private static List<Long> upTo(long end) {
    return LongStream.range(0, end).boxed().toList();
  }

  @Test
  void whileKafkaIsWellTheDiskIsNotTouched() {
    Run run = new Run(EPOCH, MEBIBYTE, MEBIBYTE);
    for (long i = 0; i < 100; i++) {
      run.add(i);
      run.pass(100);
      topic.storeAll();
    }
    assertThat(topic.numbers).isEqualTo(upTo(100));
    assertThat(folder()).doesNotExist();
    assertThat(run.outbox.check()).isEqualTo(new CheckResult.Ok("spool", "empty"));
    assertThat(run.totals().pending()).isZero();
  }

  @Test
  void whatWaitsTooLongIsSpooledAndSentInOrderAfterwards() throws IOException {
    Run run = new Run(EPOCH, MEBIBYTE, MEBIBYTE);
    run.addAll(0, 10);
    run.pass(399);
    assertThat(folder()).doesNotExist();
    run.pass(1);
    assertThat(segments()).hasSize(1);
    assertThat(run.outbox.backlog()).isZero();
    run.addAll(10, 30);
    run.pass(500);
    run.addAll(30, 33);
    topic.storeAll();
    run.outbox.sendAll();
    topic.storeAll();
    run.settle();
    assertThat(topic.numbers).isEqualTo(upTo(33));
    assertThat(topic.repeats).isZero();
    assertThat(segments()).isEmpty();
    assertThat(run.totals().pending()).isZero();
    assertThat(run.losses.drain()).isEmpty();
  }

  @Test
  void theNextCollectorSendsWhatAKilledOneHadSpooledBeforeItsOwn() throws IOException {
    for (int i = 0; i < 6; i++) { // more epochs than the analyzer remembers
      Run killed = new Run(EPOCH + i, MEBIBYTE, MEBIBYTE);
      killed.addAll(10L * i, 10L * i + 10);
      killed.pass(500);
      killed.counters.received(Kind.NET_FLOW);
      topic.forget();
    }
    Run next = new Run(EPOCH + 6, MEBIBYTE, MEBIBYTE);
    next.addAll(60, 70);
    next.settle();
    assertThat(topic.numbers).isEqualTo(upTo(70));
    assertThat(topic.repeats).isZero();
    assertThat(topic.gaps).isZero();
    assertThat(next.totals()).isEqualTo(new Counters.Totals(70, 70, 0, 0));
    assertThat(segments()).isEmpty();
  }

  @Test
  void aKillWhileOldEpochsAreSentRepeatsBatchesOfOneEpochOnly() {
    for (int i = 0; i < 6; i++) {
      Run killed = new Run(EPOCH + i, MEBIBYTE, MEBIBYTE);
      killed.addAll(10L * i, 10L * i + 10);
      killed.pass(500);
      topic.forget();
    }
    for (int kill = 0; kill < 60; kill++) {
      Run next = new Run(EPOCH + 6 + kill, MEBIBYTE, MEBIBYTE);
      next.outbox.sendAll();
      int stored = kill % 13;
      for (int i = 0; i < stored && topic.store(true); i++) {
        next.outbox.sendAll();
      }
      List<Long> epochs = List.copyOf(topic.lastOfEpoch.keySet());
      topic.forget();
      if (!epochs.isEmpty()) { // the analyzer keeps the latest
        topic.lastOfEpoch.keySet().retainAll(List.of(epochs.getLast()));
      }
    }
    new Run(EPOCH + 100, MEBIBYTE, MEBIBYTE).settle();
    assertThat(topic.numbers).isEqualTo(upTo(60));
    assertThat(topic.repeats).isPositive();
    assertThat(topic.gaps).isZero();
  }

  @Test
  void whatComesBackIsSentAgainBeforeAnythingElse() {
    Run run = new Run(EPOCH, MEBIBYTE, MEBIBYTE);
    run.addAll(0, 5);
    run.outbox.sendAll();
    topic.store(true);
    topic.returnAll();
    run.addAll(5, 8);
    run.outbox.sendAll();
    assertThat(topic.sent).as("it pauses").isEmpty();
    time.passMillis(1000);
    run.outbox.sendAll();
    topic.storeAll();
    assertThat(topic.numbers).isEqualTo(upTo(8));
    assertThat(topic.repeats + topic.gaps).isZero();
    assertThat(run.totals()).isEqualTo(new Counters.Totals(8, 8, 0, 0));
  }

  @Test
  void whatComesBackAfterItsSuccessorIsStoredIsLostAndReported() {
    Run run = new Run(EPOCH, MEBIBYTE, MEBIBYTE);
    run.addAll(0, 3);
    run.outbox.sendAll();
    topic.sent.removeFirst();
    topic.receipts.removeFirst().returned(new IllegalStateException("not allowed"));
    topic.storeAll();
    time.passMillis(1000);
    run.addAll(3, 4);
    run.settle();
    assertThat(topic.numbers).containsExactly(1L, 2L, 3L);
    assertThat(run.totals()).isEqualTo(new Counters.Totals(4, 3, 0, 1));
    assertThat(run.losses.drain())
        .extracting(SensorLoss::lostKind, SensorLoss::reason, SensorLoss::count)
        .containsExactly(tuple("net.flow", "publish-failed", 1L));
  }

  @Test
  void positionsAdvanceWithWhatIsStoredOrSpooledAndNoFurther() {
    Run run = new Run(EPOCH, MEBIBYTE, MEBIBYTE);
    run.outbox.add(
        TestBatches.of(EPOCH, 0, List.of(TestEvents.lifecycle(TestEvents.WEB, 50, "start"))));
    run.outbox.sendAll();
    assertThat(run.positions.engine()).isNull();
    topic.storeAll();
    assertThat(run.positions.engine()).extracting("nanos").isEqualTo(50L);
    run.outbox.add(
        TestBatches.of(EPOCH, 1, List.of(TestEvents.lifecycle(TestEvents.WEB, 60, "die"))));
    disk.leave(0);
    run.pass(1000);
    assertThat(run.positions.engine()).extracting("nanos").isEqualTo(50L);
    disk.repair();
    run.pass(1000);
    assertThat(run.positions.engine()).extracting("nanos").isEqualTo(60L);
  }

  @Test
  void aFullSpoolLosesTheNewestAndSaysWhatToDo() {
    Run run = new Run(EPOCH, 32 * KIBIBYTE, 16 * KIBIBYTE);
    List<Long> accepted = new ArrayList<>();
    for (long i = 0; i < 400; i++) {
      if (run.add(i)) {
        accepted.add(i);
      }
      run.pass(100);
    }
    assertThat(accepted).hasSizeLessThan(400).isEqualTo(upTo(accepted.size()));
    assertThat(run.outbox.check())
        .isInstanceOfSatisfying(
            CheckResult.Failed.class,
            f -> {
              assertThat(f.problem()).contains("events are being lost");
              assertThat(f.todo()).contains("collector.spool-bytes");
            });
    assertThat(run.outbox.refusal()).isEqualTo("spool-full");
    run.settle();
    assertThat(topic.numbers).isEqualTo(accepted);
    assertThat(topic.gaps).isZero();
    assertThat(run.totals().pending()).isZero();
    assertThat(run.totals().lost()).isEqualTo(400 - accepted.size());
    assertThat(run.outbox.check()).isInstanceOf(CheckResult.Ok.class);
  }

  @Test
  void aFullDiskLeavesTheMemoryAndTheSpoolGoesOnWhenThereIsRoom() {
    Run run = new Run(EPOCH, MEBIBYTE, 16 * KIBIBYTE);
    disk.leave(3000);
    List<Long> accepted = new ArrayList<>();
    for (long i = 0; i < 100; i++) {
      if (run.add(i)) {
        accepted.add(i);
      }
      run.pass(100);
    }
    assertThat(run.outbox.refusal()).isEqualTo("disk-full");
    assertThat(run.outbox.check())
        .isInstanceOfSatisfying(
            CheckResult.Failed.class, f -> assertThat(f.todo()).contains("make room on the disk"));
    assertThat(run.outbox.backlog()).isLessThan(16 * KIBIBYTE);
    disk.repair();
    run.pass(1000);
    assertThat(run.outbox.backlog()).isZero();
    run.add(100);
    accepted.add(100L);
    run.settle();
    assertThat(topic.numbers).isEqualTo(accepted);
    assertThat(run.totals().pending()).isZero();
    assertThat(run.totals().lost()).isEqualTo(101 - accepted.size());
  }

  @Test
  void damageOnDiskIsCountedByKindAndTheRestIsSent() throws IOException {
    Run killed = new Run(EPOCH, MEBIBYTE, MEBIBYTE);
    killed.addAll(0, 3);
    killed.pass(500);
    topic.forget();
    Path file = segments().getFirst();
    byte[] bytes = Files.readAllBytes(file);
    bytes[bytes.length - 10] ^= 1;
    Files.write(file, bytes);
    Run next = new Run(EPOCH + 1, MEBIBYTE, MEBIBYTE);
    next.settle();
    assertThat(topic.numbers).isEqualTo(upTo(2));
    assertThat(next.totals()).isEqualTo(new Counters.Totals(3, 2, 0, 1));
    assertThat(next.losses.drain())
        .extracting(SensorLoss::source, SensorLoss::lostKind, SensorLoss::reason)
        .containsExactly(tuple("spool", "net.flow", "spool-damaged"));
    assertThat(segments()).isEmpty();
  }

  @Test
  void theCheckTellsSinceWhenAndHowMuchIsSpooled() {
    Run run = new Run(EPOCH, 100 * MEBIBYTE, MEBIBYTE);
    run.addAll(0, 10);
    run.pass(500);
    assertThat(run.outbox.check())
        .isInstanceOfSatisfying(
            CheckResult.Ok.class, ok -> assertThat(ok.detail()).startsWith("catching up"));
    run.pass(Duration.ofSeconds(11).toMillis());
    assertThat(run.outbox.check())
        .isInstanceOfSatisfying(
            CheckResult.Degraded.class,
            d -> assertThat(d.problem()).matches("spooling since .*Z, 1 of 100 MiB"));
    assertThat(run.meters.get("leuko.collector.spool.used").gauge().value()).isPositive();
    assertThat(run.meters.get("leuko.collector.spool.oldest.age").gauge().value())
        .isGreaterThanOrEqualTo(11);
    run.settle();
    assertThat(run.meters.get("leuko.collector.spool.segments").gauge().value()).isZero();
    assertThat(run.meters.get("leuko.collector.batch.events").summary().count()).isEqualTo(10);
    assertThat(run.meters.get("leuko.collector.send.latency").timer().count()).isEqualTo(10);
  }

  @Test
  void whatIsOnlyInMemoryBoundsTheGapAfterAKill() {
    Run run = new Run(EPOCH, MEBIBYTE, MEBIBYTE);
    long before = time.unixNanos();
    run.addAll(0, 1);
    run.pass(300);
    assertThat(run.outbox.safeUntil()).isEqualTo(before);
    run.pass(200);
    assertThat(run.outbox.safeUntil()).isEqualTo(time.unixNanos());
  }

  /**
   * Kafka that takes, keeps silent and gives back, a disk that fills up and gets free, and kills,
   * by chance: each accepted event comes once, in order, but for those in memory at a kill, and
   * received = published + filtered + lost + held holds at each step.
   */
  @Test
  void byChanceEachEventComesOnceInOrderAndTheSumsBalance() throws IOException {
    for (int seed = 0; seed < 20; seed++) {
      topic.numbers.clear();
      topic.lastOfEpoch.clear();
      topic.forget();
      disk.repair();
      byChance(new Random(seed), EPOCH + 1000L * seed);
      for (Path file : segments()) {
        Files.delete(file);
      }
    }
  }

  private void byChance(Random random, long firstEpoch) {
    long epoch = firstEpoch;
    Run run = new Run(epoch, 64 * KIBIBYTE, 16 * KIBIBYTE);
    List<Long> expected = new ArrayList<>();
    long number = 0;
    for (int step = 0; step < 400; step++) {
      switch (random.nextInt(12)) {
        case 0, 1, 2, 3, 4 -> {
          if (run.add(number)) {
            expected.add(number);
          }
          number++;
        }
        case 5 -> run.pass(random.nextInt(600));
        case 6 -> run.outbox.sendAll();
        case 7, 8 -> topic.store(true);
        case 9 -> topic.returnAll();
        case 10 -> disk.leave(random.nextInt(4000));
        default -> disk.repair();
      }
      Counters.Totals totals = run.totals();
      assertThat(totals.pending()).isBetween(0L, number);
      if (random.nextInt(60) == 0) {
        disk.repair();
        run.pass(1500); // all that was accepted is on disk
        if (run.outbox.backlog() == 0) {
          topic.forget();
          run = new Run(++epoch, 64 * KIBIBYTE, 16 * KIBIBYTE);
        }
      }
    }
    disk.repair();
    run.settle();
    assertThat(topic.numbers).isEqualTo(expected);
    assertThat(topic.gaps).isZero();
    assertThat(run.totals().pending()).isZero();
  }
}
