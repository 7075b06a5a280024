package io.leukocyte.collector;

import static io.leukocyte.collector.TestEvents.DATABASE;
import static io.leukocyte.collector.TestEvents.WEB;
import static org.assertj.core.api.Assertions.assertThat;

import io.leukocyte.collector.Marks.LogMark;
import io.leukocyte.engine.EventPosition;
import io.leukocyte.engine.LogPlace;
import io.leukocyte.events.BatchWriter;
import io.leukocyte.events.Event;
import io.leukocyte.events.HostId;
import io.leukocyte.events.Kind;
import io.leukocyte.events.SensorHeartbeat;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RecoveryTest {
  private static final HostId HOST = TestBatches.HOST;

  @TempDir private Path data;
  private final InMemoryPublisher topic = new InMemoryPublisher();
  private final KnownContainers known = new KnownContainers(new DataFolder(data));

  /** A batch that has read the log of WEB up to a place. */
  private static Batch batch(HostId host, long epoch, long sequence, long place, Event... events) {
    BatchWriter writer = new BatchWriter(host, epoch);
    LogPlaces places = new LogPlaces();
    places.put(WEB, mark(place));
    Batch batch = new Batch(places);
    List<Event> all = new ArrayList<>(List.of(events));
    all.add(TestEvents.line(WEB, place, "line"));
    for (Event event : all) {
      writer.add(event);
      batch.note(event);
    }
    byte[] marks = MarksForm.encode(batch.marks().logs(), writer.containerNumbers(), epoch);
    return batch.finished(writer.finish(sequence, marks), epoch, sequence);
  }

  private static LogMark mark(long place) {
    return new LogMark(new LogPlace(place, 8, 15, place, place), LogPlace.BEGIN);
  }

  /** Hears nothing. */
  private static final class Nobody implements BatchPublisher.Receipt {
    @Override
    public void stored() {}

    @Override
    public void returned(Exception cause) {}

    @Override
    public void failed(Exception cause) {}
  }

  private void store(Batch batch) {
    topic.publish(batch.bytes(), new Nobody());
  }

  /** The positions of a collector of epoch 7 that wrote them down after this batch. */
  private void savedAfter(Batch batch) {
    Positions positions = new Positions(new DataFolder(data));
    positions.begin();
    positions.apply(batch);
    positions.save(topic.stored().place());
  }

  private Positions recovered(Spool spool) {
    Positions positions = new Positions(new DataFolder(data));
    positions.load();
    assertThat(positions.isBroken()).isTrue();
    new Recovery(HOST, 9, positions, known, spool, topic.stored()).run();
    return positions;
  }

  private Spool spool() {
    Spool spool =
        new Spool(
            data.resolve("spool"),
            new Spool.Limits(1 << 20, 0),
            Disk.REAL,
            new Spool.Listener() {
              @Override
              public void inherited(Map<Kind, Long> counts) {}

              @Override
              public void damaged(Map<Kind, Long> counts, long from, long to) {
                throw new AssertionError("nothing is damaged");
              }
            });
    spool.open();
    return spool;
  }

  @Test
  void whatWasStoredAfterThePositionsWereWrittenSaysWhereItWas() {
    Batch first = batch(HOST, 7, 3, 100);
    store(first);
    savedAfter(first);
    store(batch(HOST, 7, 4, 200, TestEvents.lifecycle(DATABASE, 150, "create")));
    store(
        batch(
            HOST,
            7,
            5,
            300,
            TestEvents.lifecycle(DATABASE, 160, "start"),
            new SensorHeartbeat(280, "h", "ebpf", List.of(), null, "1", 0, 0, 0, 0, 0)));
    Positions positions = recovered(spool());
    assertThat(positions.log(WEB)).contains(mark(300));
    assertThat(positions.engine()).isEqualTo(new EventPosition(160));
    assertThat(positions.alive()).isEqualTo(280);
    assertThat(positions.last()).isEqualTo(new BatchNumber(7, 5));
    assertThat(known.apply(TestEvents.lifecycle(DATABASE, 5_000_000_160L, "start")))
        .as("it is known to have started before")
        .isTrue();
  }

  @Test
  void whatTheNextCollectorStoresMeanwhileHidesNothing() {
    Batch first = batch(HOST, 7, 3, 100);
    store(first);
    savedAfter(first);
    store(batch(HOST, 7, 4, 200));
    Positions positions = new Positions(new DataFolder(data));
    positions.load();
    Recovery recovery = new Recovery(HOST, 9, positions, known, spool(), topic.stored());
    positions.apply(TestBatches.flows(9, 0, 1, 1));
    positions.save("9");
    recovery.run();
    assertThat(positions.log(WEB)).contains(mark(200));
    assertThat(positions.last()).isEqualTo(new BatchNumber(9, 0));
    positions.begin();
    positions.save("");
    Positions next = new Positions(new DataFolder(data));
    next.load();
    assertThat(next.log(WEB)).contains(mark(200));
    assertThat(next.last()).isEqualTo(new BatchNumber(9, 0));
    assertThat(next.place()).isEqualTo("1");
  }

  @Test
  void whatIsSpooledOrBothSpooledAndStoredCountsOnceAndInTheOrderOfTheNumbers() {
    Batch first = batch(HOST, 7, 3, 100);
    store(first);
    savedAfter(first);
    Spool spool = spool();
    spool.append(batch(HOST, 8, 0, 400), false);
    spool.append(batch(HOST, 8, 1, 500), false);
    spool.append(batch(HOST, 7, 2, 90), false); // known already
    store(batch(HOST, 7, 4, 200));
    store(batch(HOST, 8, 0, 400));
    spool.close();
    Spool again = spool();
    Positions positions = recovered(again);
    assertThat(positions.log(WEB)).contains(mark(500));
    assertThat(positions.last()).isEqualTo(new BatchNumber(8, 1));
    List<List<Long>> sent = new ArrayList<>();
    for (Spool.Taken taken = again.take(); taken != null; taken = again.take()) {
      sent.add(TestBatches.id(taken.bytes()));
    }
    assertThat(sent)
        .as("the spool is sent whole afterwards")
        .containsExactly(List.of(8L, 0L), List.of(8L, 1L), List.of(7L, 2L));
    again.close();
  }

  @Test
  void otherHostsLaterEpochsOldBatchesAndRubbishSayNothing() {
    Batch first = batch(HOST, 7, 3, 100);
    store(first);
    savedAfter(first);
    store(batch(new HostId("host-b"), 7, 9, 900));
    store(batch(HOST, 9, 0, 901));
    store(batch(HOST, 10, 0, 902));
    store(batch(HOST, 7, 3, 903));
    store(batch(HOST, 6, 99, 904));
    byte[] cut = batch(HOST, 7, 5, 905).bytes();
    topic.publish(Arrays.copyOf(cut, cut.length - 3), new Nobody());
    topic.publish(new byte[0], new Nobody());
    Positions positions = recovered(spool());
    assertThat(positions.log(WEB)).contains(mark(100));
    assertThat(positions.last()).isEqualTo(new BatchNumber(7, 3));
  }

  @Test
  void whileTheLogCannotBeReadTheSpoolStillCounts() {
    Batch first = batch(HOST, 7, 3, 100);
    store(first);
    savedAfter(first);
    Spool spool = spool();
    spool.append(batch(HOST, 7, 4, 200), false);
    topic.goAway();
    assertThat(recovered(spool).log(WEB)).contains(mark(200));
    spool.close();
  }

  @Test
  void whatIsNotKnownYetIsNotWrittenDownSoThatASecondCrashLosesNothing() {
    Batch first = batch(HOST, 7, 3, 100);
    store(first);
    savedAfter(first);
    store(batch(HOST, 7, 4, 200));
    Positions second = new Positions(new DataFolder(data));
    second.load();
    second.apply(batch(HOST, 8, 0, 50)); // before it is known: not to be written
    second.save("99");
    second.end("99");
    Positions third = recovered(spool());
    assertThat(third.log(WEB)).contains(mark(200));
    third.begin();
    third.save("2");
    Positions fourth = new Positions(new DataFolder(data));
    fourth.load();
    assertThat(fourth.last()).isEqualTo(new BatchNumber(7, 4));
    assertThat(fourth.place()).isEqualTo("2");
  }

  @Test
  void afterAGoodEndThereIsNothingToFindUntilTheNextBegin() {
    Positions positions = new Positions(new DataFolder(data));
    assertThat(positions.isBroken()).as("nobody ever ran").isFalse();
    positions.begin();
    positions.apply(batch(HOST, 7, 3, 100));
    positions.end("4");
    Positions next = new Positions(new DataFolder(data));
    next.load();
    assertThat(next.isBroken()).isFalse();
    assertThat(next.log(WEB)).contains(mark(100));
    next.begin();
    next.save("");
    Positions after = new Positions(new DataFolder(data));
    after.load();
    assertThat(after.isBroken()).isTrue();
    assertThat(after.place()).isEqualTo("4");
  }

  @Test
  void aContainerWhosePlaceIsKnownOnlyFromTheLogIsFound() {
    Batch first = batch(HOST, 7, 3, 100);
    store(first);
    savedAfter(first);
    LogPlaces places = new LogPlaces();
    LogMark there = LogMark.both(777);
    places.put(DATABASE, there);
    Batch dropped = new Batch(places);
    dropped.marks().noteLine(TestEvents.line(DATABASE, 777, "dropped, as there was no room"));
    BatchWriter writer = new BatchWriter(HOST, 7);
    writer.add(TestEvents.flow(WEB, 1));
    byte[] marks = MarksForm.encode(dropped.marks().logs(), writer.containerNumbers(), 7);
    store(dropped.finished(writer.finish(4, marks), 7, 4));
    Positions positions = recovered(spool());
    assertThat(positions.log(DATABASE)).contains(there);
  }
}
