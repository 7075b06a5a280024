package io.leukocyte.collector;

import io.leukocyte.events.BatchWriter;
import io.leukocyte.events.ContainerFacts;
import io.leukocyte.events.ContainerLifecycle;
import io.leukocyte.events.ContainerLog;
import io.leukocyte.events.Event;
import io.leukocyte.events.HostId;
import io.leukocyte.events.Kind;
import io.leukocyte.events.NetConnect;
import io.leukocyte.events.NetFlow;
import io.leukocyte.events.ProcessExec;
import io.leukocyte.events.ProcessExit;
import io.leukocyte.events.SensorHeartbeat;
import io.leukocyte.events.SensorLoss;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Gathers the events of all sources into batches, numbers them without a gap and hands them to the
 * publisher in order. A batch ends when it is full, after {@link Limits#flush}, or, for an event
 * that may be the begin of an attack, at once but at most every {@link Limits#urgent}.
 *
 * <p>While the publisher's other side is away, batches wait up to {@link Limits#backlogBytes}.
 * Beyond it events are dropped before they get a number, counted by kind and reported as losses
 * later. Log lines never come so far: who reads them waits for {@link #awaitRoom}, and the engine
 * keeps them meanwhile.
 */
final class Batcher implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Batcher.class);
  private static final long NEVER = Long.MAX_VALUE;
  private static final long WARN_PAUSE = TimeUnit.SECONDS.toNanos(10);

  private final BatchPublisher publisher;
  private final Counters counters;
  private final LossLedger losses;
  private final Positions positions;
  private final Limits limits;
  private final TimeSource time;
  private final Timer latency;
  private final AtomicLong warnedAt;

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition work = lock.newCondition();
  private final Condition released = lock.newCondition();
  private final Deque<Batch> ready = new ArrayDeque<>();
  private final BatchWriter writer;
  private final Thread thread = Thread.ofPlatform().name("leuko-batcher").unstarted(this::run);
  private Batch open = new Batch();
  private long openedAt;
  private long flushAt = NEVER;
  private long lastFlush;
  private long sequence;
  private long backlog;
  private boolean waiting = true;
  private boolean closing;

  /**
   * Bounds in size and time.
   *
   * @param flush longest time an event waits for its batch to end
   * @param urgent shortest time between two batches that an urgent event ends
   * @param backlogBytes bytes of batches that are not stored yet
   */
  record Limits(Duration flush, Duration urgent, long backlogBytes) {}

  Batcher(
      HostId host,
      long epoch,
      BatchPublisher publisher,
      Counters counters,
      LossLedger losses,
      Positions positions,
      Limits limits,
      TimeSource time,
      MeterRegistry meters) {
    this.publisher = publisher;
    this.counters = counters;
    this.losses = losses;
    this.positions = positions;
    this.limits = limits;
    this.time = time;
    this.writer = new BatchWriter(host, epoch);
    this.lastFlush = time.ticks() - limits.urgent().toNanos();
    this.warnedAt = new AtomicLong(time.ticks() - WARN_PAUSE);
    this.latency =
        Timer.builder("leuko.collector.batch.latency")
            .description("From the first event of a batch until the batch is stored")
            .register(meters);
    Gauge.builder("leuko.collector.backlog", this, Batcher::backlog)
        .description("Batches that are not stored yet")
        .baseUnit("bytes")
        .register(meters);
  }

  /** Begins to publish. */
  void start() {
    thread.start();
  }

  /** Takes an event, which has been counted as received. Never blocks for longer than a copy. */
  void offer(Event event) {
    lock.lock();
    try {
      if (closing || backlog + writer.bytes() >= limits.backlogBytes()) {
        drop(event, closing ? "closing" : "backlog");
        return;
      }
      add(event);
    } finally {
      lock.unlock();
    }
  }

  private void add(Event event) {
    long now = time.ticks();
    if (writer.count() == 0) {
      openedAt = now;
    }
    writer.add(event);
    open.note(event);
    if (writer.isFull()) {
      finish(now);
      work.signal();
      return;
    }
    long due =
        isUrgent(event)
            ? Math.max(now, lastFlush + limits.urgent().toNanos())
            : openedAt + limits.flush().toNanos();
    if (flushAt == NEVER || due < flushAt) {
      flushAt = due;
      work.signal();
    }
  }

  /** Whether an analyzer should see it at once. */
  private static boolean isUrgent(Event event) {
    return switch (event) {
      case ProcessExec e -> true;
      case NetConnect e -> true;
      case ContainerLifecycle e -> true;
      case ProcessExit e -> false;
      case NetFlow e -> false;
      case ContainerFacts e -> false;
      case ContainerLog e -> false;
      case SensorLoss e -> false;
      case SensorHeartbeat e -> false;
    };
  }

  private void drop(Event event, String reason) {
    counters.lost(event.kind(), reason, 1);
    if (event instanceof SensorLoss loss) {
      losses.add(loss);
    } else {
      losses.add("batch", event.kind().text(), reason, 1, time.unixNanos());
    }
  }

  private void finish(long now) {
    Batch batch = open.finished(writer.finish(sequence++), openedAt);
    open = new Batch();
    flushAt = NEVER;
    lastFlush = now;
    backlog += batch.bytes().length;
    ready.add(batch);
  }

  /**
   * Waits until the backlog is below half of its bound.
   *
   * @return false when {@link #endWaiting} was called: the caller keeps what it has
   */
  boolean awaitRoom() {
    lock.lock();
    try {
      while (waiting && backlog >= limits.backlogBytes() / 2) {
        released.awaitUninterruptibly();
      }
      return waiting;
    } finally {
      lock.unlock();
    }
  }

  /** Lets go all that wait for room; nobody waits from now on. */
  void endWaiting() {
    lock.lock();
    try {
      waiting = false;
      released.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** Whether an event would be taken. */
  boolean hasRoom() {
    lock.lock();
    try {
      return !closing && backlog + writer.bytes() < limits.backlogBytes();
    } finally {
      lock.unlock();
    }
  }

  /** Bytes of batches that are not stored yet. */
  long backlog() {
    lock.lock();
    try {
      return backlog;
    } finally {
      lock.unlock();
    }
  }

  /** Publishes what is due now, on the calling thread; for a batcher that was not started. */
  void publishDue() {
    for (Batch batch = poll(); batch != null; batch = poll()) {
      publish(batch);
    }
  }

  private @Nullable Batch poll() {
    lock.lock();
    try {
      return pollLocked();
    } finally {
      lock.unlock();
    }
  }

  private @Nullable Batch pollLocked() {
    long now = time.ticks();
    if (ready.isEmpty() && writer.count() > 0 && (closing || flushAt <= now)) {
      finish(now);
    }
    return ready.poll();
  }

  private void run() {
    for (Batch batch = take(); batch != null; batch = take()) {
      publish(batch);
    }
  }

  /** The next batch as soon as there is one; null when all is published and this is closed. */
  private @Nullable Batch take() {
    lock.lock();
    try {
      while (true) {
        Batch batch = pollLocked();
        if (batch != null || closing) {
          return batch;
        }
        work.awaitNanos(flushAt == NEVER ? NEVER : flushAt - time.ticks());
      }
    } catch (InterruptedException e) {
      throw new IllegalStateException("Nobody interrupts this thread", e);
    } finally {
      lock.unlock();
    }
  }

  private void publish(Batch batch) {
    publisher.publish(
        batch.bytes(),
        new BatchPublisher.Receipt() {
          @Override
          public void stored() {
            latency.record(time.ticks() - batch.opened(), TimeUnit.NANOSECONDS);
            batch.counts().forEach(counters::published);
            positions.apply(batch.marks());
            release(batch);
          }

          @Override
          public void failed(Exception cause) {
            warn(cause);
            report(batch);
            release(batch);
          }
        });
  }

  private void warn(Exception cause) {
    long now = time.ticks();
    long last = warnedAt.get();
    if (now - last >= WARN_PAUSE && warnedAt.compareAndSet(last, now)) {
      LOG.warn("A batch of events is lost, perhaps more: {}", cause.toString());
    }
  }

  private void report(Batch batch) {
    long now = time.unixNanos();
    batch
        .counts()
        .forEach((kind, count) -> {
          counters.lost(kind, "publish-failed", count);
          if (kind != Kind.SENSOR_LOSS) {
            losses.add("batch", kind.text(), "publish-failed", count, now);
          }
        });
    batch.losses().forEach(losses::add);
  }

  private void release(Batch batch) {
    lock.lock();
    try {
      backlog -= batch.bytes().length;
      released.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /**
   * Takes no more events, publishes those it has and waits for them to be stored.
   *
   * @param longest how long to wait
   * @return whether all was stored or failed
   */
  boolean drain(Duration longest) {
    long deadline = System.nanoTime() + longest.toNanos();
    lock.lock();
    try {
      closing = true;
      waiting = false;
      work.signal();
      released.signalAll();
      while (backlog > 0 || writer.count() > 0) {
        long left = deadline - System.nanoTime();
        if (left <= 0) {
          return false;
        }
        released.awaitNanos(left);
      }
      return true;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    } finally {
      lock.unlock();
    }
  }

  /** Ends the thread once the publisher lets it go; the publisher is closed before. */
  @Override
  public void close() {
    boolean drained = drain(Duration.ZERO);
    LOG.debug("closed, all stored: {}", drained);
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
