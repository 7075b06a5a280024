package io.leukocyte.collector;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the parts of an outbox share: the batches, and how the last tries to store and to spool
 * ended, all under one lock. Methods are called with the lock held, but for those of the lock.
 */
final class OutboxState {
  private static final Logger LOG = LoggerFactory.getLogger(OutboxState.class);
  private static final long WARN_PAUSE = TimeUnit.SECONDS.toNanos(10);
  private static final long LOSING = TimeUnit.SECONDS.toNanos(30);

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition sendable = lock.newCondition();
  private final Condition spoolable = lock.newCondition();
  private final Condition released = lock.newCondition();
  private final Spool spool;
  private final TimeSource time;
  private final OutboxWindow batches;
  private Spool.Outcome.@Nullable Refused refused;
  private boolean spooling;
  private boolean closing;
  private long storedAt;
  private long lostAt;
  private long warnedAt;
  private long spooledSince;

  OutboxState(Spool spool, TimeSource time) {
    this.spool = spool;
    this.time = time;
    batches = new OutboxWindow(spool, time.ticks());
    storedAt = time.ticks();
    warnedAt = time.ticks() - WARN_PAUSE;
    lostAt = time.ticks() - LOSING;
  }

  // ---- the lock ----

  /** Gives something with the lock held. */
  <T extends @Nullable Object> T with(Supplier<T> task) {
    lock.lock();
    try {
      return task.get();
    } finally {
      lock.unlock();
    }
  }

  /** Does something with the lock held. */
  void locked(Runnable task) {
    lock.lock();
    try {
      task.run();
    } finally {
      lock.unlock();
    }
  }

  /** Something may be sent. */
  Condition sendable() {
    return sendable;
  }

  /** Something is to be spooled. */
  Condition spoolable() {
    return spoolable;
  }

  /** There may be room, or all may be stored. */
  Condition released() {
    return released;
  }

  // ---- what is known ----

  OutboxWindow batches() {
    return batches;
  }

  /** No more is sent. */
  void close() {
    closing = true;
    sendable.signal();
    spoolable.signal();
  }

  boolean isClosing() {
    return closing;
  }

  /** A batch is stored. */
  void stored(long now) {
    storedAt = now;
  }

  /** When a batch was last stored, by {@link TimeSource#ticks}. */
  long storedAt() {
    return storedAt;
  }

  /** Batches are written to disk, or no more are. */
  void spooling(boolean now) {
    spooling = now;
    sendable.signal();
    released.signalAll();
  }

  boolean isSpooling() {
    return spooling;
  }

  /** The spool has taken a batch. */
  void spooled() {
    refused = null;
    if (spooledSince == 0) {
      spooledSince = time.unixNanos();
    }
  }

  /** The spool has taken none. */
  void refused(Spool.Outcome.Refused outcome) {
    refused = outcome;
  }

  /** Nothing of the spool is on its way. */
  void allDelivered() {
    spooledSince = spool.hasUnread() ? spooledSince : 0;
    refused = spool.hasUnread() || batches.unsafe() > 0 ? refused : null;
  }

  /** Why the spool took nothing the last time; null when it did. */
  Spool.Outcome.@Nullable Refused refused() {
    return refused;
  }

  /** Since when batches are on disk, unix nanoseconds; 0 when there are none. */
  long spooledSince() {
    return spooledSince;
  }

  /** Events are dropped. */
  void losing() {
    lostAt = time.ticks();
  }

  /** Whether events were dropped a moment ago. */
  boolean isLosing() {
    return time.ticks() - lostAt < LOSING;
  }

  /** Says something that may be so for long, now and then. */
  void warn(String text) {
    long now = time.ticks();
    if (now - warnedAt >= WARN_PAUSE) {
      warnedAt = now;
      LOG.warn("{}", text);
    }
  }
}
