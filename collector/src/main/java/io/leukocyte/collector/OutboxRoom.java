package io.leukocyte.collector;

/**
 * How much more an outbox takes: all of its bounds for events that would be lost else, a part of
 * them for those that somebody keeps.
 */
final class OutboxRoom {
  private final OutboxState state;
  private final Spool spool;
  private final long bound;
  private boolean waiting = true;

  /**
   * The room of an outbox.
   *
   * @param bound bytes of batches in memory that are neither stored nor spooled
   */
  OutboxRoom(OutboxState state, Spool spool, long bound) {
    this.state = state;
    this.spool = spool;
    this.bound = bound;
  }

  /** Whether there is room for so many bytes more. */
  boolean isThere(long bytes) {
    return state.batches().unsafe() + bytes < bound;
  }

  /** Events are dropped as there is no room. Returns why: the reason of the loss. */
  String refusal() {
    return state.with(() -> {
      state.losing();
      Spool.Outcome.Refused refused = state.refused();
      return refused == null ? "backlog" : refused.reason();
    });
  }

  /** Waits until there is room; false when nobody waits any more. */
  boolean await() {
    return state.with(() -> {
      while (waiting && isHalfFull()) {
        state.released().awaitUninterruptibly();
      }
      return waiting;
    });
  }

  /** Whether there is room for lines of a log that has little waiting, or much. */
  boolean isThereForLines(boolean quiet) {
    return state.with(() -> waiting && (quiet ? !isFull(4, 3) : !isHalfFull()));
  }

  private boolean isHalfFull() {
    return isFull(2, 1);
  }

  /** Whether memory or spool has so many of so many equal parts of its bound. */
  private boolean isFull(int of, int parts) {
    return state.batches().unsafe() >= bound / of * parts
        || (spool.limit() > 0 && spool.bytes() >= spool.limit() / of * parts);
  }

  /** Lets go all that wait for room; nobody waits from now on. */
  void endWaiting() {
    state.locked(() -> {
      waiting = false;
      state.released().signalAll();
    });
  }
}
