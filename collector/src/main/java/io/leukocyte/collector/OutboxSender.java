package io.leukocyte.collector;

import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Hands the batches of an outbox to the publisher, in their order, and hears what becomes of them.
 * One thread hands over; any thread may bring a receipt.
 */
final class OutboxSender {
  private static final Logger LOG = LoggerFactory.getLogger(OutboxSender.class);
  private static final long LOOK = TimeUnit.MILLISECONDS.toNanos(200);
  private static final long PAUSE = TimeUnit.SECONDS.toNanos(1);

  private final OutboxState state;
  private final BatchPublisher publisher;
  private final Spool spool;
  private final Counters counters;
  private final OutboxLosses losses;
  private final Positions positions;
  private final OutboxMeters meters;
  private final TimeSource time;
  private final Thread thread = Thread.ofPlatform().name("leuko-sender").unstarted(this::send);

  OutboxSender(
      OutboxState state,
      BatchPublisher publisher,
      Spool spool,
      Counters counters,
      OutboxLosses losses,
      Positions positions,
      OutboxMeters meters,
      TimeSource time) {
    this.state = state;
    this.publisher = publisher;
    this.spool = spool;
    this.counters = counters;
    this.losses = losses;
    this.positions = positions;
    this.meters = meters;
    this.time = time;
  }

  void start() {
    thread.start();
  }

  /** Waits for the end of the thread, after {@link OutboxState#close}. */
  void join() {
    Outbox.join(thread);
  }

  private void send() {
    for (OutboxEntry entry = awaitNext(); entry != null; entry = awaitNext()) {
      hand(entry);
    }
  }

  /** Sends what can be sent, on the calling thread; for one that was not started. */
  void sendAll() {
    boolean more = true;
    while (more) {
      OutboxEntry entry = next();
      if (entry != null) {
        hand(entry);
      }
      more = entry != null || state.with(() -> state.batches().isToBeTaken());
    }
  }

  private void hand(OutboxEntry entry) {
    publisher.publish(entry.bytes(), new Delivery(entry));
  }

  private @Nullable OutboxEntry awaitNext() {
    while (true) {
      OutboxEntry entry = next();
      if (entry != null) {
        return entry;
      }
      if (!state.with(this::awaitSendable)) {
        return null;
      }
    }
  }

  /** Waits a moment; false when this is closed. */
  private boolean awaitSendable() {
    try {
      long left = LOOK;
      while (left > 0 && !state.isClosing() && !state.batches().isToBeTaken() && !canSend()) {
        left = state.sendable().awaitNanos(left);
      }
      return !state.isClosing();
    } catch (InterruptedException e) {
      throw new IllegalStateException("Nobody interrupts this thread", e);
    }
  }

  /** The next batch to send; null when there is none, or not now. */
  private @Nullable OutboxEntry next() {
    if (state.with(() -> state.batches().isToBeTaken())) {
      take();
    }
    return state.<@Nullable OutboxEntry>with(
        () -> canSend() ? state.batches().pick(time.ticks()) : null);
  }

  /** Reads the next batch from disk, without the lock, as it may take long. */
  private void take() {
    state.locked(() -> state.batches().taking());
    Spool.Taken read = spool.take();
    state.locked(() -> state.batches().took(read));
  }

  private boolean canSend() {
    if (state.isClosing() || state.batches().isHeldBack(time.ticks())) {
      return false;
    }
    if (state.batches().isRetreating()) {
      for (OutboxEntry entry : state.batches().endRetreat()) {
        losses.lose(entry, "publish-failed");
        state.batches().done(entry);
      }
      popDone();
    }
    return state.batches().hasNext(state.isSpooling());
  }

  private void popDone() {
    state.batches().popDone();
    if (state.batches().isRetreating() || state.batches().hasNext(state.isSpooling())) {
      state.sendable().signal(); // else the thread would wake for nothing
    }
    state.released().signalAll();
  }

  /** Hears what became of a batch. */
  private final class Delivery implements BatchPublisher.Receipt {
    private final OutboxEntry entry;

    Delivery(OutboxEntry entry) {
      this.entry = entry;
    }

    @Override
    public void stored() {
      state.locked(this::countStored);
    }

    private void countStored() {
      long now = time.ticks();
      Batch batch = entry.batch();
      state.stored(now);
      state.batches().landed();
      entry.stored();
      entry.counts().forEach(counters::published);
      if (batch != null) {
        positions.apply(batch);
      }
      meters.stored(now - entry.sentAt(), batch == null ? -1 : now - batch.opened());
      state.batches().done(entry);
      popDone();
    }

    @Override
    public void returned(Exception cause) {
      state.locked(() -> {
        state.batches().landed();
        state.batches().returned(entry, time.ticks() + PAUSE);
        state.sendable().signal();
        LOG.debug("A batch is to be sent again: {}", cause.toString());
      });
    }

    @Override
    public void failed(Exception cause) {
      state.locked(() -> {
        state.batches().landed();
        state.warn("A batch of events is lost: " + cause);
        losses.lose(entry, "publish-failed");
        state.batches().done(entry);
        popDone();
      });
    }
  }
}
