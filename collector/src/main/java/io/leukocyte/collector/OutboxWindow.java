package io.leukocyte.collector;

import io.leukocyte.collector.OutboxEntry.State;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * The batches that are not stored yet, in the order of their numbers: the window of those that were
 * handed to the publisher, the one that was read from disk to be the next, and the queue of those
 * that wait in memory. Guarded by {@link OutboxState}, but for {@link #unsafe}.
 */
final class OutboxWindow {
  private final Spool spool;
  private final Deque<OutboxEntry> window = new ArrayDeque<>();
  private final Deque<OutboxEntry> queue = new ArrayDeque<>();
  private final AtomicLong unsafe = new AtomicLong();
  private Spool.@Nullable Taken taken;
  private boolean taking;
  private Spot deliveredTo = Spot.BEGIN;
  private long inWindow;
  private int flying;
  private boolean retreat;
  private long sendAfter;
  private long lastEpoch;

  OutboxWindow(Spool spool, long now) {
    this.spool = spool;
    this.sendAfter = now;
  }

  /** Adds the next batch that the batcher made. */
  void add(OutboxEntry entry) {
    queue.add(entry);
    unsafe.addAndGet(entry.bytes().length);
  }

  /** Bytes of batches that are neither stored nor spooled; for any thread. */
  long unsafe() {
    return unsafe.get();
  }

  /** The first batch that would be gone with this process; null when there is none. */
  @Nullable OutboxEntry oldestUnsafe() {
    for (OutboxEntry entry : window) {
      if (entry.isUnsafe()) {
        return entry;
      }
    }
    return queue.peekFirst();
  }

  // ---- what is sent next ----

  /** Whether the next batch is on disk. */
  boolean isToBeTaken() {
    return taken == null && spool.hasUnread();
  }

  /** The next batch is being read from disk. */
  void taking() {
    taking = true;
  }

  /** It was read; null when there was none. */
  void took(Spool.@Nullable Taken read) {
    taken = read;
    taking = false;
  }

  /** Whether batches came back and those sent with them are still on their way. */
  boolean isHeldBack(long now) {
    return now < sendAfter || (retreat && flying > 0);
  }

  /** Whether batches came back that are not sent again yet. */
  boolean isRetreating() {
    return retreat;
  }

  /** Nothing is on its way any more. Returns what must be given up: its successor is stored. */
  List<OutboxEntry> endRetreat() {
    retreat = false;
    List<OutboxEntry> overtaken = new ArrayList<>();
    boolean passed = false;
    for (OutboxEntry entry : window.reversed()) {
      passed |= entry.isStored();
      if (passed && entry.is(State.RETURNED)) {
        overtaken.add(entry); // it would be taken for a repeat
      }
    }
    return overtaken;
  }

  /**
   * Whether {@link #pick} would find something.
   *
   * @param spooling whether batches are being written to disk: then memory waits
   */
  boolean hasNext(boolean spooling) {
    if (firstReturned() != null) {
      return true;
    }
    Spool.Taken read = taken;
    if (read != null) {
      return fits(read.bytes().length, read.header().epoch());
    }
    OutboxEntry head = queue.peekFirst();
    return head != null
        && !spooling
        && !spool.hasUnread()
        && fits(head.bytes().length, head.epoch());
  }

  /** Room in the window; another epoch needs all of it. */
  private boolean fits(int bytes, long epoch) {
    return window.isEmpty() || (epoch == lastEpoch && inWindow + bytes <= Buffers.WINDOW);
  }

  /** The next batch, which is on its way from now on; only after {@link #hasNext}. */
  OutboxEntry pick(long now) {
    OutboxEntry entry = firstReturned();
    if (entry == null) {
      Spool.Taken read = taken;
      entry = read == null ? queue.removeFirst() : new OutboxEntry(read, now);
      taken = null;
      window.add(entry);
      inWindow += entry.bytes().length;
      begin(entry.epoch());
    }
    entry.sent(now);
    flying++;
    return entry;
  }

  private @Nullable OutboxEntry firstReturned() {
    for (OutboxEntry entry : window) {
      if (entry.is(State.RETURNED)) {
        return entry;
      }
    }
    return null;
  }

  /** Of one epoch at most is sent what may have been stored before a crash. */
  private void begin(long epoch) {
    if (epoch != lastEpoch) {
      if (lastEpoch != 0) {
        spool.delivered(deliveredTo);
        spool.save();
      }
      lastEpoch = epoch;
    }
  }

  // ---- what became of it ----

  /** A batch is not on its way any more. */
  void landed() {
    flying--;
  }

  /** A batch came back: it is sent again, before anything else, but not before that time. */
  void returned(OutboxEntry entry, long after) {
    entry.returned();
    retreat = true;
    sendAfter = after;
  }

  /** A batch is stored, or lost for good. */
  void done(OutboxEntry entry) {
    if (entry.isUnsafe()) {
      unsafe.addAndGet(-entry.bytes().length);
    }
    entry.done();
  }

  /** Lets go of the batches at the begin of the window with which all is done. */
  void popDone() {
    while (!window.isEmpty() && window.getFirst().is(State.DONE)) {
      OutboxEntry first = window.removeFirst();
      inWindow -= first.bytes().length;
      deliveredTo(first.spot());
    }
  }

  /** A batch that is not done is on disk now. */
  void spooled(OutboxEntry entry, Spot spot) {
    entry.spooled(spot);
    unsafe.addAndGet(-entry.bytes().length);
    if (entry.equals(queue.peekFirst())) {
      queue.removeFirst();
    }
  }

  /** All up to a place of the spool is stored. */
  void deliveredTo(@Nullable Spot spot) {
    if (spot != null && spot.compareTo(deliveredTo) > 0) {
      deliveredTo = spot;
    }
  }

  Spot deliveredTo() {
    return deliveredTo;
  }

  /** Whether nothing of the spool is on its way. */
  boolean isAllDelivered() {
    return window.isEmpty() && taken == null && !taking;
  }

  boolean isEmpty() {
    return window.isEmpty() && queue.isEmpty() && taken == null && !spool.hasUnread();
  }

  /** Takes out all that would be gone with this process. */
  List<OutboxEntry> takeUnsafe() {
    List<OutboxEntry> rest =
        new ArrayList<>(window.stream().filter(OutboxEntry::isUnsafe).toList());
    rest.addAll(queue);
    queue.clear();
    return rest;
  }
}
