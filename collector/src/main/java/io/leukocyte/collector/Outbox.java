package io.leukocyte.collector;

import io.leukocyte.events.CheckResult;
import java.time.Duration;
import java.util.List;

/**
 * Batches between the batcher and the publisher, in the order of their numbers: first those that
 * are on their way, then those that wait on disk, then those that wait in memory ({@link
 * OutboxWindow}).
 *
 * <p>While the publisher's other side is well a batch is handed over in memory ({@link
 * OutboxSender}) and the disk is not touched. What is not stored within {@link
 * OutboxKeeper#SAFE_AFTER}, or exceeds a quarter of the backlog, is written to the {@link Spool}
 * ({@link OutboxKeeper}), so that a collector that is killed loses at most that; positions of the
 * sources advance with what is stored or spooled. When the spool takes nothing more, batches wait
 * in memory up to the backlog; beyond it {@link #refusal} says why ({@link OutboxRoom}).
 *
 * <p>Batches of a former process come first, one epoch after the other: the next epoch is begun
 * once the last one is stored and written down so, so that a crash repeats batches of one epoch
 * only, which the analyzer knows.
 */
final class Outbox implements AutoCloseable {
  private final OutboxState state;
  private final Spool spool;
  private final TimeSource time;
  private final OutboxMeters meters;
  private final OutboxLosses losses;
  private final OutboxSender sender;
  private final OutboxKeeper keeper;
  private final OutboxRoom room;
  private final OutboxHealth health;
  private boolean lostAtEnd;

  /**
   * An outbox that does nothing yet.
   *
   * @param spool opened already
   * @param bound bytes of batches in memory that are neither stored nor spooled
   */
  Outbox(
      BatchPublisher publisher,
      Spool spool,
      Counters counters,
      LossLedger losses,
      Positions positions,
      long bound,
      TimeSource time,
      OutboxMeters meters) {
    this.spool = spool;
    this.time = time;
    this.meters = meters;
    this.losses = new OutboxLosses(counters, losses, time);
    state = new OutboxState(spool, time);
    sender =
        new OutboxSender(state, publisher, spool, counters, this.losses, positions, meters, time);
    keeper = new OutboxKeeper(state, spool, positions, bound, time);
    room = new OutboxRoom(state, spool, bound);
    health = new OutboxHealth(state, spool, bound, time);
    meters.watch(this, spool, time);
  }

  /** Begins to send, what a former process left first. */
  void start() {
    sender.start();
    keeper.start();
  }

  /** Takes a batch, the next one by its number. Never blocks for longer than a copy. */
  void add(Batch batch) {
    state.locked(() -> {
      state.batches().add(new OutboxEntry(batch, time.ticks()));
      meters.made(batch);
      state.sendable().signal();
      if (keeper.isUrgent()) {
        state.spoolable().signal();
      }
    });
  }

  /** Sends what can be sent, on the calling thread; for one that was not started. */
  void sendAll() {
    sender.sendAll();
  }

  /** Spools what must not wait longer, and lets the spool forget what is stored. */
  void keepDue() {
    keeper.keepDue();
  }

  /** Whether there is room for so many bytes more. */
  boolean hasRoom(long bytes) {
    return room.isThere(bytes);
  }

  /** Events are dropped as there is no room. Returns why: the reason of the loss. */
  String refusal() {
    return room.refusal();
  }

  /**
   * Waits until memory and spool are below half of their bounds: who reads what is kept elsewhere
   * leaves the rest to those whose events would be lost.
   *
   * @return false when {@link #endWaiting} was called: the caller keeps what it has
   */
  boolean awaitRoom() {
    return room.await();
  }

  /**
   * Whether there is room for lines of a log, which the engine keeps meanwhile.
   *
   * @param quiet whether the log has little that waits: it may use more of memory and spool than a
   *     busy one
   */
  boolean hasRoomForLines(boolean quiet) {
    return room.isThereForLines(quiet);
  }

  /** Lets go all that wait for room; nobody waits from now on. */
  void endWaiting() {
    room.endWaiting();
  }

  /** Bytes of batches that are neither stored nor spooled. */
  long backlog() {
    return state.batches().unsafe();
  }

  /** When the oldest event came that would be gone with this process, unix nanoseconds; or now. */
  long safeUntil() {
    return state.with(() -> {
      OutboxEntry oldest = state.batches().oldestUnsafe();
      Batch batch = oldest == null ? null : oldest.batch();
      return batch == null ? time.unixNanos() : batch.openedAt();
    });
  }

  /** Whether events are kept, and where. */
  CheckResult check() {
    return health.check();
  }

  /**
   * Waits until all is stored, or can only be kept on disk.
   *
   * @return whether all is stored
   */
  boolean drain(Duration longest) {
    long deadline = System.nanoTime() + longest.toNanos();
    return state.with(() -> isDrained(deadline));
  }

  private boolean isDrained(long deadline) {
    try {
      while (!state.batches().isEmpty()) {
        long left = deadline - System.nanoTime();
        if (left <= 0 || spool.hasUnread()) {
          return false;
        }
        state.released().awaitNanos(left);
      }
      return true;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  /** Spools what is not stored; the publisher is closed before. What cannot be spooled is lost. */
  @Override
  public void close() {
    state.locked(state::close);
    endWaiting();
    sender.join();
    keeper.join();
    keeper.spoolAll();
    keeper.forgetDelivered();
    state.locked(this::loseRest);
    spool.close();
  }

  static void join(Thread thread) {
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Whether all was stored or spooled when this was closed. */
  boolean lostNothingAtEnd() {
    return state.with(() -> !lostAtEnd);
  }

  private void loseRest() {
    List<OutboxEntry> rest = state.batches().takeUnsafe();
    for (OutboxEntry entry : rest) {
      losses.lose(entry, "closing");
      state.batches().done(entry);
    }
    lostAtEnd |= !rest.isEmpty();
  }
}
