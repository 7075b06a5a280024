package io.leukocyte.collector;

import io.leukocyte.events.BatchCursor;
import io.leukocyte.events.BatchWriter;
import io.leukocyte.events.Event;
import io.leukocyte.events.HostId;
import io.leukocyte.events.MalformedBatchException;
import io.leukocyte.events.NetFlow;
import java.util.ArrayList;
import java.util.List;

/** Batches whose events a test knows: each flow is told apart by its bytes. */
final class TestBatches {
  static final HostId HOST = new HostId("host-a");
  static final long EPOCH = 1_800_000_000_000L;

  private TestBatches() {}

  /** A batch of flows with these numbers. */
  static Batch flows(long epoch, long sequence, long first, int count) {
    List<Event> events = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      events.add(TestEvents.flow(TestEvents.WEB, first + i));
    }
    return of(epoch, sequence, events);
  }

  static Batch of(long epoch, long sequence, List<Event> events) {
    BatchWriter writer = new BatchWriter(HOST, epoch);
    Batch batch = new Batch(new LogPlaces());
    for (Event event : events) {
      writer.add(event);
      batch.note(event);
    }
    return batch.finished(writer.finish(sequence), epoch, sequence);
  }

  /** Epoch and sequence of a batch. */
  static List<Long> id(byte[] batch) {
    BatchCursor cursor = open(batch);
    return List.of(cursor.epoch(), cursor.sequence());
  }

  /** The numbers of the flows in a batch. */
  static List<Long> numbers(byte[] batch) {
    List<Long> numbers = new ArrayList<>();
    BatchCursor cursor = open(batch);
    while (cursor.next()) {
      if (cursor.event() instanceof NetFlow flow) {
        numbers.add(flow.bytes());
      }
    }
    return numbers;
  }

  private static BatchCursor open(byte[] batch) {
    try {
      return BatchCursor.over(batch);
    } catch (MalformedBatchException e) {
      throw new AssertionError(e);
    }
  }
}
