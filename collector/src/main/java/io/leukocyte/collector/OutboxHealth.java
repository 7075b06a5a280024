package io.leukocyte.collector;

import io.leukocyte.events.CheckResult;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.concurrent.TimeUnit;

/** Whether the events of an outbox are kept, and where: its check. */
final class OutboxHealth {
  private static final String CHECK = "spool";
  private static final long PATIENCE = TimeUnit.SECONDS.toNanos(10);

  private final OutboxState state;
  private final Spool spool;
  private final long bound;
  private final TimeSource time;

  /**
   * The check of an outbox.
   *
   * @param bound bytes of batches in memory that are neither stored nor spooled
   */
  OutboxHealth(OutboxState state, Spool spool, long bound, TimeSource time) {
    this.state = state;
    this.spool = spool;
    this.bound = bound;
    this.time = time;
  }

  CheckResult check() {
    return state.with(this::result);
  }

  private CheckResult result() {
    Spool.Outcome.Refused problem = state.refused();
    if (problem != null && spool.limit() > 0) {
      return state.isLosing()
          ? new CheckResult.Failed(
              CHECK, problem.problem() + "; events are being lost", problem.todo())
          : new CheckResult.Degraded(
              CHECK,
              "%s; %d of %d MiB wait in memory"
                  .formatted(problem.problem(), state.batches().unsafe() >> 20, bound >> 20),
              problem.todo());
    }
    if (state.isLosing()) {
      return new CheckResult.Failed(
          CHECK, "the backlog in memory is full; events are being lost", "bring Kafka back");
    }
    return state.spooledSince() == 0 ? new CheckResult.Ok(CHECK, "empty") : spooled();
  }

  private CheckResult spooled() {
    String text =
        "spooling since %s, %d of %d MiB"
            .formatted(
                Instant.ofEpochSecond(0, state.spooledSince()).truncatedTo(ChronoUnit.SECONDS),
                (spool.bytes() + (1 << 20) - 1) >> 20,
                spool.limit() >> 20);
    return time.ticks() - state.storedAt() < PATIENCE
        ? new CheckResult.Ok(CHECK, "catching up, " + text)
        : new CheckResult.Degraded(
            CHECK, text, "start Kafka or correct kafka.bootstrap; nothing is lost meanwhile");
  }
}
