package io.leukocyte.collector;

import io.leukocyte.events.Kind;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A batch in the outbox that is not stored yet. Guarded by {@link OutboxState}. */
final class OutboxEntry {
  private final byte[] bytes;
  private final long epoch;
  private final Map<Kind, Integer> counts;
  private final long from;
  private final long to;
  private final @Nullable Batch batch;
  private final long since;
  private @Nullable Spot spot;
  private State state = State.WAITING;
  private boolean stored;
  private long sentAt;

  /** How far a batch is. */
  enum State {
    WAITING,
    SENT,
    RETURNED,
    DONE
  }

  /** A batch that the batcher has just made. */
  OutboxEntry(Batch batch, long since) {
    this.bytes = batch.bytes();
    this.epoch = batch.epoch();
    this.counts = batch.counts();
    this.from = batch.from();
    this.to = batch.to();
    this.batch = batch;
    this.since = since;
  }

  /** A batch that was read from disk. */
  OutboxEntry(Spool.Taken taken, long since) {
    this.bytes = taken.bytes();
    this.epoch = taken.header().epoch();
    this.counts = taken.header().counts();
    this.from = taken.header().from();
    this.to = taken.header().to();
    this.batch = null;
    this.spot = taken.end();
    this.since = since;
  }

  /** Whether it would be gone with this process. */
  boolean isUnsafe() {
    return spot == null && state != State.DONE;
  }

  void sent(long now) {
    state = State.SENT;
    sentAt = now;
  }

  void returned() {
    state = State.RETURNED;
  }

  void stored() {
    stored = true;
  }

  void done() {
    state = State.DONE;
  }

  void spooled(Spot end) {
    spot = end;
  }

  byte[] bytes() {
    return bytes;
  }

  long epoch() {
    return epoch;
  }

  Map<Kind, Integer> counts() {
    return counts;
  }

  /** Unix nanoseconds of its first event. */
  long from() {
    return from;
  }

  /** Unix nanoseconds of its last event. */
  long to() {
    return to;
  }

  /** What it was made of; null when it was read from disk. */
  @Nullable Batch batch() {
    return batch;
  }

  /** When it came here, by {@link TimeSource#ticks}. */
  long since() {
    return since;
  }

  /** When it was last sent, by {@link TimeSource#ticks}. */
  long sentAt() {
    return sentAt;
  }

  /** The place in the spool just after it; null when it is not there. */
  @Nullable Spot spot() {
    return spot;
  }

  boolean is(State wanted) {
    return state == wanted;
  }

  /** Whether the publisher has said that it is stored. */
  boolean isStored() {
    return stored;
  }
}
