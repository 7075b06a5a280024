package io.leukocyte.collector;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Writes the batches of an outbox to the spool that must not wait longer in memory alone, and lets
 * the spool forget what is stored. One thread does so.
 */
final class OutboxKeeper {
  /** Longest time that a batch is in memory alone, but for the time of writing it. */
  static final Duration SAFE_AFTER = Duration.ofMillis(400);

  private static final long LOOK = TimeUnit.MILLISECONDS.toNanos(200);
  private static final long PAUSE = TimeUnit.SECONDS.toNanos(1);

  private final OutboxState state;
  private final Spool spool;
  private final Positions positions;
  private final long bound;
  private final TimeSource time;
  private final Thread thread = Thread.ofPlatform().name("leuko-spool").unstarted(this::keep);
  private long spoolAfter;

  /**
   * A keeper that keeps nothing yet.
   *
   * @param bound of the backlog; from a quarter of it on batches are spooled at once
   */
  OutboxKeeper(OutboxState state, Spool spool, Positions positions, long bound, TimeSource time) {
    this.state = state;
    this.spool = spool;
    this.positions = positions;
    this.bound = bound;
    this.time = time;
    this.spoolAfter = time.ticks();
  }

  void start() {
    thread.start();
  }

  /** Waits for the end of the thread, after {@link OutboxState#close}. */
  void join() {
    Outbox.join(thread);
  }

  /** Whether memory alone has more than it should. */
  boolean isUrgent() {
    return state.batches().unsafe() > bound / 4;
  }

  private void keep() {
    boolean more = true;
    while (more) {
      keepDue();
      more = state.with(this::awaitSpoolable);
    }
  }

  /** Waits a moment; false when this is closed. */
  private boolean awaitSpoolable() {
    try {
      long left = LOOK;
      while (left > 0 && !state.isClosing() && !isSpoolDue()) {
        left = state.spoolable().awaitNanos(left);
      }
      return !state.isClosing();
    } catch (InterruptedException e) {
      throw new IllegalStateException("Nobody interrupts this thread", e);
    }
  }

  /** Spools what must not wait longer, and lets the spool forget what is stored. */
  void keepDue() {
    forgetDelivered();
    if (state.with(this::isSpoolDue)) {
      spoolAll();
      forgetDelivered();
    }
  }

  private boolean isSpoolDue() {
    OutboxEntry oldest = state.batches().oldestUnsafe();
    long now = time.ticks();
    return oldest != null
        && now >= spoolAfter
        && (isUrgent() || now - oldest.since() >= SAFE_AFTER.toNanos());
  }

  /** Writes all batches that are here now, in their order, until one is refused. */
  void spoolAll() {
    long start = time.ticks();
    state.locked(() -> state.spooling(true));
    try {
      OutboxEntry entry = firstUnsafe(start);
      Batch batch = entry == null ? null : entry.batch();
      while (entry != null && batch != null) {
        Spool.Outcome outcome = spool.append(batch, !entry.is(OutboxEntry.State.WAITING));
        entry = isKept(entry, batch, outcome) ? firstUnsafe(start) : null;
        batch = entry == null ? null : entry.batch();
      }
    } finally {
      state.locked(() -> state.spooling(false));
    }
  }

  private @Nullable OutboxEntry firstUnsafe(long start) {
    return state.<@Nullable OutboxEntry>with(() -> {
      OutboxEntry oldest = state.batches().oldestUnsafe();
      return oldest == null || oldest.since() > start ? null : oldest;
    });
  }

  private boolean isKept(OutboxEntry entry, Batch batch, Spool.Outcome outcome) {
    return state.with(() ->
        switch (outcome) {
          case Spool.Outcome.Kept k -> {
            kept(entry, batch, k.end());
            yield true;
          }
          case Spool.Outcome.Refused r -> {
            refused(r);
            yield false;
          }
        });
  }

  private void refused(Spool.Outcome.Refused outcome) {
    state.refused(outcome);
    spoolAfter = time.ticks() + PAUSE;
    if (!outcome.reason().equals("backlog")) {
      state.warn("Events wait in memory: " + outcome.problem() + "; " + outcome.todo());
    }
  }

  private void kept(OutboxEntry entry, Batch batch, Spot spot) {
    state.spooled();
    if (entry.is(OutboxEntry.State.DONE)) {
      state.batches().deliveredTo(spot); // it was stored meanwhile
      return;
    }
    state.batches().spooled(entry, spot);
    positions.apply(batch);
  }

  /** Lets the spool forget what is stored. */
  void forgetDelivered() {
    Spot spot =
        state.with(() -> {
          if (state.batches().isAllDelivered() && !state.isSpooling()) {
            state.batches().deliveredTo(spool.readTo()); // with what was damaged at its end
            state.allDelivered();
          }
          return state.batches().deliveredTo();
        });
    spool.delivered(spot);
  }
}
