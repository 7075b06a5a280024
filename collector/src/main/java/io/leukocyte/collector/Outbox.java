package io.leukocyte.collector;

import io.leukocyte.events.BatchCursor;
import io.leukocyte.events.CheckResult;
import io.leukocyte.events.Kind;
import io.leukocyte.events.MalformedBatchException;
import io.leukocyte.events.SensorLoss;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Batches between the batcher and the publisher, in the order of their numbers: first those that
 * are on their way, then those that wait on disk, then those that wait in memory.
 *
 * <p>While the publisher's other side is well a batch is handed over in memory and the disk is not
 * touched. What is not stored within {@link #SAFE_AFTER}, or exceeds a quarter of the backlog, is
 * written to the {@link Spool}, so that a collector that is killed loses at most that; positions of
 * the sources advance with what is stored or spooled. When the spool takes nothing more, batches
 * wait in memory up to the backlog; beyond it {@link #refusal} says why.
 *
 * <p>Batches of a former process come first, one epoch after the other: the next epoch is begun
 * once the last one is stored and written down so, so that a crash repeats batches of one epoch
 * only, which the analyzer knows.
 */
final class Outbox implements AutoCloseable {
  /** Longest time that a batch is in memory alone, but for the time of writing it. */
  static final Duration SAFE_AFTER = Duration.ofMillis(400);

  private static final Logger LOG = LoggerFactory.getLogger(Outbox.class);
  private static final String CHECK = "spool";
  private static final long LOOK = TimeUnit.MILLISECONDS.toNanos(200);
  private static final long PAUSE = TimeUnit.SECONDS.toNanos(1);
  private static final long WARN_PAUSE = TimeUnit.SECONDS.toNanos(10);
  private static final long PATIENCE = TimeUnit.SECONDS.toNanos(10);
  private static final long LOSING = TimeUnit.SECONDS.toNanos(30);

  private final BatchPublisher publisher;
  private final Spool spool;
  private final Counters counters;
  private final LossLedger losses;
  private final Positions positions;
  private final long bound;
  private final TimeSource time;
  private final OutboxMeters meters;

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition sendable = lock.newCondition();
  private final Condition spoolable = lock.newCondition();
  private final Condition released = lock.newCondition();
  private final Deque<Entry> window = new ArrayDeque<>();
  private final Deque<Entry> queue = new ArrayDeque<>();
  private final Thread sender = Thread.ofPlatform().name("leuko-sender").unstarted(this::send);
  private final Thread keeper = Thread.ofPlatform().name("leuko-spool").unstarted(this::keep);
  private Spool.@Nullable Taken taken;
  private boolean taking;
  private Spool.Outcome.@Nullable Refused refused;
  private Spot deliveredTo = Spot.BEGIN;
  private final AtomicLong unsafe = new AtomicLong();
  private long inWindow;
  private int flying;
  private boolean retreat;
  private boolean spooling;
  private long sendAfter;
  private long spoolAfter;
  private long lastEpoch;
  private long storedAt;
  private long lostAt;
  private long warnedAt;
  private long spooledSince;
  private boolean waiting = true;
  private boolean closing;
  private boolean lostAtEnd;

  /** How far a batch is. */
  private enum State {
    WAITING,
    SENT,
    RETURNED,
    DONE
  }

  /** A batch that is not stored yet. */
  private static final class Entry {
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

    Entry(Batch batch, long since) {
      this.bytes = batch.bytes();
      this.epoch = batch.epoch();
      this.counts = batch.counts();
      this.from = batch.from();
      this.to = batch.to();
      this.batch = batch;
      this.since = since;
    }

    Entry(Spool.Taken taken, long since) {
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
  }

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
    this.publisher = publisher;
    this.spool = spool;
    this.counters = counters;
    this.losses = losses;
    this.positions = positions;
    this.bound = bound;
    this.time = time;
    this.meters = meters;
    this.sendAfter = time.ticks();
    this.spoolAfter = time.ticks();
    this.storedAt = time.ticks();
    this.warnedAt = time.ticks() - WARN_PAUSE;
    this.lostAt = time.ticks() - LOSING;
    meters.watch(this, spool, time);
  }

  /** Begins to send, what a former process left first. */
  void start() {
    sender.start();
    keeper.start();
  }

  /** Takes a batch, the next one by its number. Never blocks for longer than a copy. */
  void add(Batch batch) {
    lock.lock();
    try {
      queue.add(new Entry(batch, time.ticks()));
      unsafe.addAndGet(batch.bytes().length);
      meters.made(batch);
      sendable.signal();
      if (unsafe.get() > bound / 4) {
        spoolable.signal();
      }
    } finally {
      lock.unlock();
    }
  }

  // ---- room ----

  /** Whether there is room for so many bytes more. */
  boolean hasRoom(long bytes) {
    return unsafe.get() + bytes < bound;
  }

  /** Events are dropped as there is no room. Returns why: the reason of the loss. */
  String refusal() {
    lock.lock();
    try {
      lostAt = time.ticks();
      return refused == null ? "backlog" : refused.reason();
    } finally {
      lock.unlock();
    }
  }

  /**
   * Waits until memory and spool are below half of their bounds: who reads what is kept elsewhere
   * leaves the rest to those whose events would be lost.
   *
   * @return false when {@link #endWaiting} was called: the caller keeps what it has
   */
  boolean awaitRoom() {
    lock.lock();
    try {
      while (waiting && isHalfFull()) {
        released.awaitUninterruptibly();
      }
      return waiting;
    } finally {
      lock.unlock();
    }
  }

  /**
   * Whether there is room for lines of a log, which the engine keeps meanwhile.
   *
   * @param quiet whether the log has little that waits: it may use more of memory and spool than a
   *     busy one
   */
  boolean hasRoomForLines(boolean quiet) {
    lock.lock();
    try {
      return waiting && (quiet ? !isFull(4, 3) : !isHalfFull());
    } finally {
      lock.unlock();
    }
  }

  private boolean isHalfFull() {
    return isFull(2, 1);
  }

  /** Whether memory or spool has so many of so many equal parts of its bound. */
  private boolean isFull(int of, int parts) {
    return unsafe.get() >= bound / of * parts
        || (spool.limit() > 0 && spool.bytes() >= spool.limit() / of * parts);
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

  /** Bytes of batches that are neither stored nor spooled. */
  long backlog() {
    return unsafe.get();
  }

  /** When the oldest event came that would be gone with this process, unix nanoseconds; or now. */
  long safeUntil() {
    lock.lock();
    try {
      Entry oldest = oldestUnsafe();
      return oldest == null || oldest.batch == null ? time.unixNanos() : oldest.batch.openedAt();
    } finally {
      lock.unlock();
    }
  }

  private @Nullable Entry oldestUnsafe() {
    for (Entry entry : window) {
      if (entry.isUnsafe()) {
        return entry;
      }
    }
    return queue.peekFirst();
  }

  // ---- sending: the sender's thread ----

  private void send() {
    for (Entry entry = awaitNext(); entry != null; entry = awaitNext()) {
      hand(entry);
    }
  }

  /** Sends what can be sent, on the calling thread; for one that was not started. */
  void sendAll() {
    boolean more = true;
    while (more) {
      Entry entry = next();
      if (entry != null) {
        hand(entry);
      }
      more = entry != null || isToBeTaken();
    }
  }

  private void hand(Entry entry) {
    publisher.publish(entry.bytes, new Delivery(entry));
  }

  private @Nullable Entry awaitNext() {
    while (true) {
      Entry entry = next();
      if (entry != null) {
        return entry;
      }
      lock.lock();
      try {
        if (closing) {
          return null;
        }
        if (!isToBeTaken() && !canSend()) {
          sendable.awaitNanos(LOOK);
        }
      } catch (InterruptedException e) {
        throw new IllegalStateException("Nobody interrupts this thread", e);
      } finally {
        lock.unlock();
      }
    }
  }

  /** Whether the next batch is on disk. */
  private boolean isToBeTaken() {
    lock.lock();
    try {
      return taken == null && spool.hasUnread();
    } finally {
      lock.unlock();
    }
  }

  /** The next batch to send; null when there is none, or not now. */
  private @Nullable Entry next() {
    if (isToBeTaken()) {
      take();
    }
    lock.lock();
    try {
      return canSend() ? pick() : null;
    } finally {
      lock.unlock();
    }
  }

  /** Reads the next batch from disk, without the lock, as it may take long. */
  private void take() {
    taking(true);
    Spool.Taken read = spool.take();
    lock.lock();
    try {
      taken = read;
      taking = false;
    } finally {
      lock.unlock();
    }
  }

  private void taking(boolean now) {
    lock.lock();
    try {
      taking = now;
    } finally {
      lock.unlock();
    }
  }

  /** Whether {@link #pick} would find something. */
  private boolean canSend() {
    if (closing || time.ticks() < sendAfter || (retreat && flying > 0)) {
      return false;
    }
    if (retreat) {
      retreat = false;
      loseOvertaken();
    }
    if (returned() != null) {
      return true;
    }
    Spool.Taken read = taken;
    if (read != null) {
      return fits(read.bytes().length, read.header().epoch());
    }
    Entry head = queue.peekFirst();
    return head != null && !spooling && !spool.hasUnread() && fits(head.bytes.length, head.epoch);
  }

  /** Room in the window; another epoch needs all of it. */
  private boolean fits(int bytes, long epoch) {
    return window.isEmpty() || (epoch == lastEpoch && inWindow + bytes <= Buffers.WINDOW);
  }

  private Entry pick() {
    Entry entry = returned();
    if (entry == null) {
      Spool.Taken read = taken;
      entry = read == null ? queue.removeFirst() : new Entry(read, time.ticks());
      taken = null;
      window.add(entry);
      inWindow += entry.bytes.length;
      begin(entry.epoch);
    }
    entry.state = State.SENT;
    entry.sentAt = time.ticks();
    flying++;
    return entry;
  }

  private @Nullable Entry returned() {
    for (Entry entry : window) {
      if (entry.state == State.RETURNED) {
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

  /** A batch whose successor is stored would be taken for a repeat. */
  private void loseOvertaken() {
    boolean overtaken = false;
    for (Entry entry : window.reversed()) {
      overtaken |= entry.stored;
      if (overtaken && entry.state == State.RETURNED) {
        lose(entry, "publish-failed");
      }
    }
    popDone();
  }

  /** Hears what became of a batch. */
  private final class Delivery implements BatchPublisher.Receipt {
    private final Entry entry;

    Delivery(Entry entry) {
      this.entry = entry;
    }

    @Override
    public void stored() {
      lock.lock();
      try {
        long now = time.ticks();
        storedAt = now;
        flying--;
        entry.stored = true;
        entry.counts.forEach(counters::published);
        if (entry.batch != null) {
          positions.apply(entry.batch);
        }
        meters.stored(now - entry.sentAt, entry.batch == null ? -1 : now - entry.batch.opened());
        done(entry);
        popDone();
      } finally {
        lock.unlock();
      }
    }

    @Override
    public void returned(Exception cause) {
      lock.lock();
      try {
        flying--;
        entry.state = State.RETURNED;
        retreat = true;
        sendAfter = time.ticks() + PAUSE;
        sendable.signal();
        LOG.debug("A batch is to be sent again: {}", cause.toString());
      } finally {
        lock.unlock();
      }
    }

    @Override
    public void failed(Exception cause) {
      lock.lock();
      try {
        flying--;
        warn("A batch of events is lost: " + cause);
        lose(entry, "publish-failed");
        popDone();
      } finally {
        lock.unlock();
      }
    }
  }

  private void done(Entry entry) {
    if (entry.isUnsafe()) {
      unsafe.addAndGet(-entry.bytes.length);
    }
    entry.state = State.DONE;
  }

  private void popDone() {
    while (!window.isEmpty() && window.getFirst().state == State.DONE) {
      Entry first = window.removeFirst();
      inWindow -= first.bytes.length;
      deliveredTo(first.spot);
    }
    sendable.signal();
    released.signalAll();
  }

  private void deliveredTo(@Nullable Spot spot) {
    if (spot != null && spot.compareTo(deliveredTo) > 0) {
      deliveredTo = spot;
    }
  }

  /** Counts what is in a batch as lost, and reports again the losses that it told of. */
  private void lose(Entry entry, String reason) {
    long now = time.unixNanos();
    entry.counts.forEach((kind, count) -> {
      counters.lost(kind, reason, count);
      if (kind != Kind.SENSOR_LOSS) {
        losses.add(
            new SensorLoss(now, null, "batch", kind.text(), reason, count, entry.from, entry.to));
      }
    });
    if (entry.counts.containsKey(Kind.SENSOR_LOSS)) {
      reportsIn(entry.bytes).forEach(losses::add);
    }
    done(entry);
  }

  private static List<SensorLoss> reportsIn(byte[] batch) {
    List<SensorLoss> reports = new ArrayList<>();
    try {
      BatchCursor cursor = BatchCursor.over(batch);
      while (cursor.next()) {
        if (cursor.kind() == Kind.SENSOR_LOSS && cursor.event() instanceof SensorLoss loss) {
          reports.add(loss);
        }
      }
    } catch (MalformedBatchException e) {
      LOG.warn("Reports of losses are lost: {}", e.getMessage());
    }
    return reports;
  }

  private void warn(String text) {
    long now = time.ticks();
    if (now - warnedAt >= WARN_PAUSE) {
      warnedAt = now;
      LOG.warn("{}", text);
    }
  }

  // ---- spooling: the keeper's thread ----

  private void keep() {
    boolean more = true;
    while (more) {
      keepDue();
      lock.lock();
      try {
        if (!closing && !isSpoolDue()) {
          spoolable.awaitNanos(LOOK);
        }
        more = !closing;
      } catch (InterruptedException e) {
        throw new IllegalStateException("Nobody interrupts this thread", e);
      } finally {
        lock.unlock();
      }
    }
  }

  /** Spools what must not wait longer, and lets the spool forget what is stored. */
  void keepDue() {
    forgetDelivered();
    lock.lock();
    try {
      if (!isSpoolDue()) {
        return;
      }
    } finally {
      lock.unlock();
    }
    spoolAll();
    forgetDelivered();
  }

  private boolean isSpoolDue() {
    Entry oldest = oldestUnsafe();
    long now = time.ticks();
    return oldest != null
        && now >= spoolAfter
        && (unsafe.get() > bound / 4 || now - oldest.since >= SAFE_AFTER.toNanos());
  }

  /** Writes all batches that are here now, in their order, until one is refused. */
  private void spoolAll() {
    long start = time.ticks();
    spooling(true);
    try {
      Entry entry = firstUnsafe(start);
      while (entry != null && entry.batch != null) {
        boolean kept = kept(entry, spool.append(entry.batch, entry.state != State.WAITING));
        entry = kept ? firstUnsafe(start) : null;
      }
    } finally {
      spooling(false);
    }
  }

  private void spooling(boolean now) {
    lock.lock();
    try {
      spooling = now;
      sendable.signal();
      released.signalAll();
    } finally {
      lock.unlock();
    }
  }

  private @Nullable Entry firstUnsafe(long start) {
    lock.lock();
    try {
      Entry oldest = oldestUnsafe();
      return oldest == null || oldest.since > start ? null : oldest;
    } finally {
      lock.unlock();
    }
  }

  /** Whether it was kept. */
  private boolean kept(Entry entry, Spool.Outcome outcome) {
    lock.lock();
    try {
      return switch (outcome) {
        case Spool.Outcome.Kept k -> {
          kept(entry, k.end());
          yield true;
        }
        case Spool.Outcome.Refused r -> {
          refused = r;
          spoolAfter = time.ticks() + PAUSE;
          if (!r.reason().equals("backlog")) {
            warn("Events wait in memory: " + r.problem() + "; " + r.todo());
          }
          yield false;
        }
      };
    } finally {
      lock.unlock();
    }
  }

  private void kept(Entry entry, Spot spot) {
    refused = null;
    if (spooledSince == 0) {
      spooledSince = time.unixNanos();
    }
    if (entry.state == State.DONE) {
      deliveredTo(spot); // it was stored meanwhile
      return;
    }
    entry.spot = spot;
    unsafe.addAndGet(-entry.bytes.length);
    if (entry.batch != null) {
      positions.apply(entry.batch);
    }
    if (entry.equals(queue.peekFirst())) {
      queue.removeFirst();
    }
  }

  private void forgetDelivered() {
    Spot spot;
    lock.lock();
    try {
      boolean all = window.isEmpty() && taken == null && !taking && !spooling;
      if (all) {
        deliveredTo(spool.readTo()); // with what was damaged at its end
        spooledSince = spool.hasUnread() ? spooledSince : 0;
        refused = spool.hasUnread() || unsafe.get() > 0 ? refused : null;
      }
      spot = deliveredTo;
    } finally {
      lock.unlock();
    }
    spool.delivered(spot);
  }

  // ---- health and end ----

  /** Whether events are kept, and where. */
  CheckResult check() {
    lock.lock();
    try {
      long now = time.ticks();
      Spool.Outcome.Refused problem = refused;
      if (problem != null && spool.limit() > 0) {
        return now - lostAt < LOSING
            ? new CheckResult.Failed(
                CHECK, problem.problem() + "; events are being lost", problem.todo())
            : new CheckResult.Degraded(
                CHECK,
                "%s; %d of %d MiB wait in memory"
                    .formatted(problem.problem(), unsafe.get() >> 20, bound >> 20),
                problem.todo());
      }
      if (now - lostAt < LOSING) {
        return new CheckResult.Failed(
            CHECK, "the backlog in memory is full; events are being lost", "bring Kafka back");
      }
      return spooledSince == 0 ? new CheckResult.Ok(CHECK, "empty") : spooled(now);
    } finally {
      lock.unlock();
    }
  }

  private CheckResult spooled(long now) {
    String text =
        "spooling since %s, %d of %d MiB"
            .formatted(
                Instant.ofEpochSecond(0, spooledSince).truncatedTo(ChronoUnit.SECONDS),
                (spool.bytes() + (1 << 20) - 1) >> 20,
                spool.limit() >> 20);
    return now - storedAt < PATIENCE
        ? new CheckResult.Ok(CHECK, "catching up, " + text)
        : new CheckResult.Degraded(
            CHECK, text, "start Kafka or correct kafka.bootstrap; nothing is lost meanwhile");
  }

  /**
   * Waits until all is stored, or can only be kept on disk.
   *
   * @return whether all is stored
   */
  boolean drain(Duration longest) {
    long deadline = System.nanoTime() + longest.toNanos();
    lock.lock();
    try {
      while (!isEmpty()) {
        long left = deadline - System.nanoTime();
        if (left <= 0 || spool.hasUnread()) {
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

  private boolean isEmpty() {
    return window.isEmpty() && queue.isEmpty() && taken == null && !spool.hasUnread();
  }

  /** Spools what is not stored; the publisher is closed before. What cannot be spooled is lost. */
  @Override
  public void close() {
    lock.lock();
    try {
      closing = true;
      sendable.signal();
      spoolable.signal();
    } finally {
      lock.unlock();
    }
    endWaiting();
    join(sender);
    join(keeper);
    spoolAll();
    forgetDelivered();
    loseRest();
    spool.close();
  }

  private static void join(Thread thread) {
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Whether all was stored or spooled when this was closed. */
  boolean lostNothingAtEnd() {
    lock.lock();
    try {
      return !lostAtEnd;
    } finally {
      lock.unlock();
    }
  }

  private void loseRest() {
    lock.lock();
    try {
      List<Entry> rest = new ArrayList<>(window.stream().filter(Entry::isUnsafe).toList());
      rest.addAll(queue);
      queue.clear();
      rest.forEach(e -> lose(e, "closing"));
      lostAtEnd |= !rest.isEmpty();
    } finally {
      lock.unlock();
    }
  }
}
