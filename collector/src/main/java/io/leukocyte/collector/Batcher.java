package io.leukocyte.collector;

import io.leukocyte.events.BatchWriter;
import io.leukocyte.events.BpfLoad;
import io.leukocyte.events.ContainerFacts;
import io.leukocyte.events.ContainerLifecycle;
import io.leukocyte.events.ContainerLog;
import io.leukocyte.events.ContainerStats;
import io.leukocyte.events.CredChange;
import io.leukocyte.events.Event;
import io.leukocyte.events.FdDup;
import io.leukocyte.events.FileChange;
import io.leukocyte.events.FileOpen;
import io.leukocyte.events.FsMount;
import io.leukocyte.events.HostId;
import io.leukocyte.events.KernelCall;
import io.leukocyte.events.KernelModule;
import io.leukocyte.events.MemFileless;
import io.leukocyte.events.NetAccept;
import io.leukocyte.events.NetConnect;
import io.leukocyte.events.NetFlow;
import io.leukocyte.events.NetListen;
import io.leukocyte.events.NetSend;
import io.leukocyte.events.NetSocket;
import io.leukocyte.events.NsChange;
import io.leukocyte.events.ProcControl;
import io.leukocyte.events.ProcTrace;
import io.leukocyte.events.ProcessExec;
import io.leukocyte.events.ProcessExit;
import io.leukocyte.events.SensorHeartbeat;
import io.leukocyte.events.SensorLoss;
import io.leukocyte.events.SignalKill;
import io.leukocyte.events.SystemCall;
import java.time.Duration;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Gathers the events of all sources into batches, numbers them without a gap and hands them to the
 * {@link Outbox} in order. A batch ends when it is full, after {@link Limits#flush}, or, for an
 * event that may be the begin of an attack, at once but at most every {@link Limits#urgent}.
 *
 * <p>What the outbox has no room for is dropped before it gets a number, counted by kind and
 * reported as a loss later. Log lines never come so far: who reads them waits for {@link
 * Outbox#awaitRoom}, and the engine keeps them meanwhile.
 */
final class Batcher implements AutoCloseable {
  private static final byte[] NO_MARKS = new byte[0];
  private static final Logger LOG = LoggerFactory.getLogger(Batcher.class);
  private static final long NEVER = Long.MAX_VALUE;

  private final Outbox outbox;
  private final Counters counters;
  private final LossLedger losses;
  private final Limits limits;
  private final TimeSource time;

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition work = lock.newCondition();
  private final BatchWriter writer;
  private final long epoch;
  private final Thread thread = Thread.ofPlatform().name("leuko-batcher").unstarted(this::run);
  private final LogPlaces places;
  private Batch open;
  private long flushAt = NEVER;

  /** When the thread looks by itself: to wake it costs more than an event. */
  private long looksAt = NEVER;

  private long lastFlush;
  private long sequence;
  private boolean closing;

  /**
   * Bounds in time.
   *
   * @param flush longest time an event waits for its batch to end
   * @param urgent shortest time between two batches that an urgent event ends
   */
  record Limits(Duration flush, Duration urgent) {}

  Batcher(
      HostId host,
      long epoch,
      Outbox outbox,
      Counters counters,
      LossLedger losses,
      Limits limits,
      TimeSource time,
      LogPlaces places) {
    this.outbox = outbox;
    this.counters = counters;
    this.losses = losses;
    this.limits = limits;
    this.time = time;
    this.places = places;
    this.open = new Batch(places);
    this.epoch = epoch;
    this.writer = new BatchWriter(host, epoch);
    this.lastFlush = time.ticks() - limits.urgent().toNanos();
  }

  /** Begins to end batches by the clock. */
  void start() {
    thread.start();
  }

  /** Takes an event, which has been counted as received. Never blocks for longer than a copy. */
  void offer(Event event) {
    lock.lock();
    try {
      if (closing) {
        drop(event, "closing");
      } else if (outbox.hasRoom(writer.bytes())) {
        add(event);
      } else {
        drop(event, outbox.refusal());
      }
    } finally {
      lock.unlock();
    }
  }

  private void add(Event event) {
    long now = time.ticks();
    if (writer.count() == 0) {
      open.opened(now, time.unixNanos());
    }
    writer.add(event);
    open.note(event);
    long due =
        isUrgent(event)
            ? lastFlush + limits.urgent().toNanos()
            : open.opened() + limits.flush().toNanos();
    if (writer.isFull() || due <= now) {
      finish(now);
    } else if (flushAt == NEVER || due < flushAt) {
      flushAt = due;
      if (due < looksAt) {
        work.signal();
      }
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
      case ContainerStats e -> false;
      case SystemCall e -> isUrgent(e);
    };
  }

  /** Of system calls those that are rare in a container and often come before harm. */
  private static boolean isUrgent(SystemCall call) {
    return switch (call) {
      case ProcTrace e -> true;
      case NsChange e -> true;
      case FsMount e -> true;
      case KernelModule e -> true;
      case KernelCall e -> true;
      case BpfLoad e -> true;
      case MemFileless e -> true;
      case CredChange e -> true;
      case FdDup e -> true;
      case FileOpen e -> false;
      case FileChange e -> false;
      case NetAccept e -> false;
      case NetListen e -> false;
      case NetSend e -> false;
      case NetSocket e -> false;
      case ProcControl e -> false;
      case SignalKill e -> false;
    };
  }

  private void drop(Event event, String reason) {
    counters.lost(event.kind(), reason, 1);
    if (event instanceof ContainerLog line) {
      open.marks().noteLine(line);
    }
    if (event instanceof SensorLoss loss) {
      losses.add(loss);
    } else {
      losses.add("batch", event.kind().text(), reason, 1, time.unixNanos());
    }
  }

  private void finish(long now) {
    byte[] marks =
        open.marks().logs().isEmpty()
            ? NO_MARKS
            : MarksForm.encode(open.marks().logs(), writer.containerNumbers(), epoch);
    Batch batch = open.finished(writer.finish(sequence, marks), epoch, sequence);
    sequence++;
    open = new Batch(places);
    flushAt = NEVER;
    lastFlush = now;
    outbox.add(batch);
  }

  /** Whether an event would be taken. */
  boolean hasRoom() {
    lock.lock();
    try {
      return !closing && outbox.hasRoom(writer.bytes());
    } finally {
      lock.unlock();
    }
  }

  /** When the oldest event came that would be gone with this process, unix nanoseconds; or now. */
  long safeUntil() {
    lock.lock();
    try {
      long waiting = writer.count() == 0 ? time.unixNanos() : open.openedAt();
      return Math.min(waiting, outbox.safeUntil());
    } finally {
      lock.unlock();
    }
  }

  /** Ends the open batch when it is due, on the calling thread; for one that was not started. */
  void flushDue() {
    lock.lock();
    try {
      long now = time.ticks();
      if (writer.count() > 0 && flushAt <= now) {
        finish(now);
      }
    } finally {
      lock.unlock();
    }
  }

  private void run() {
    lock.lock();
    try {
      while (!closing) {
        flushDue();
        looksAt = flushAt;
        work.awaitNanos(looksAt == NEVER ? NEVER : looksAt - time.ticks());
      }
    } catch (InterruptedException e) {
      throw new IllegalStateException("Nobody interrupts this thread", e);
    } finally {
      lock.unlock();
    }
  }

  /** Takes no more events, and hands over those it has. */
  @Override
  public void close() {
    lock.lock();
    try {
      closing = true;
      work.signal();
      if (writer.count() > 0) {
        finish(time.ticks());
      }
    } finally {
      lock.unlock();
    }
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    LOG.debug("{} batches made", sequence);
  }
}
