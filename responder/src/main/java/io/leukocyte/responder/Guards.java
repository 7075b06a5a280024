package io.leukocyte.responder;

import io.leukocyte.events.Alert;
import io.leukocyte.events.AlertId;
import io.leukocyte.events.ContainerId;
import io.leukocyte.events.ContainerRef;
import io.leukocyte.events.config.Durations;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Whether a policy may act on an alert now. */
final class Guards {
  /** An alert that was marked false keeps its rule off the container for so long, at least. */
  static final Duration LEAST_QUIET = Duration.ofMinutes(10);

  /** Why an alert is not acted on begins so when it is too old. */
  static final String STALE = "stale: ";

  private final Journal journal;
  private final Budget budget;
  private final Duration maxAge;

  /**
   * Makes the guards.
   *
   * @param maxAge older alerts are not acted on; nor are those from so far in the future
   */
  Guards(Journal journal, Budget budget, Duration maxAge) {
    this.journal = journal;
    this.budget = budget;
    this.maxAge = maxAge;
  }

  /** Says that {@link #bound} will be asked soon. */
  void announce(Policy policy, Alert alert) {
    ContainerRef target = alert.container();
    if (target != null) {
      budget.announce(policy, alert.id(), target.id());
    }
  }

  /** Why a bound of the policy is against it; empty when it may. */
  Optional<String> bound(Policy policy, Alert alert, long now) {
    ContainerRef target = alert.container();
    return target == null ? Optional.empty() : budget.refusal(policy, alert.id(), target.id(), now);
  }

  /**
   * Why not, whatever the bounds say, which need not be asked about what changes nothing anyway.
   */
  Optional<String> unbounded(Policy policy, Alert alert, long now) {
    ContainerRef target = alert.container();
    Optional<String> stale = stale(alert.time(), now);
    if (stale.isPresent() || target == null) {
      return stale;
    }
    return falseAlarm(policy, alert, target.id(), now)
        .or(() -> waiting(policy, target.id()))
        .or(() -> cooldown(policy, target.id(), null, now));
  }

  /** Whether the rule was wrong about the container not long ago. */
  private Optional<String> falseAlarm(Policy policy, Alert alert, ContainerId container, long now) {
    Duration cooldown = policy.guard().cooldown();
    Duration quiet = cooldown.compareTo(LEAST_QUIET) > 0 ? cooldown : LEAST_QUIET;
    return journal.read(Ledger::falseAlarms).stream()
        .filter(f ->
            f.alert().equals(alert.id())
                || (f.covers(alert.rule().name(), container) && f.since() > now - quiet.toNanos()))
        .findFirst()
        .map(FalseAlarm::refusal);
  }

  /** Why an action does not go on whose alert was marked false. */
  Optional<String> falseAlarm(ActionState state) {
    return journal.read(ledger -> ledger.falseAlarm(state));
  }

  /** Why what was approved may not begin now; empty when it may. */
  Optional<String> refusalAtApproval(Policy policy, ActionState state, long now) {
    ContainerId target = state.container().orElseThrow();
    return falseAlarm(state)
        .or(() -> cooldown(policy, target, state.last().alert(), now))
        .or(() -> bound(policy, state, target, now));
  }

  private Optional<String> bound(Policy policy, ActionState state, ContainerId target, long now) {
    AlertId alert = state.last().alert();
    return alert == null ? Optional.empty() : budget.refusalAtApproval(policy, alert, target, now);
  }

  /** One question about a container at a time is enough. */
  private Optional<String> waiting(Policy policy, ContainerId container) {
    return journal
        .read(ledger ->
            ledger.all(s ->
                s.phase() == ActionState.Phase.WAITING
                    && s.of(container)
                    && policy.name().equals(s.last().policy())))
        .stream()
        .findFirst()
        .map(s ->
            "waiting: the policy's "
                + s.last().type()
                + " of this container waits for an approval already, "
                + s.id());
  }

  /** Until when an alert of that time is acted on, unix nanoseconds. */
  long latest(long time) {
    return time + maxAge.toNanos();
  }

  /** Whether what has not happened yet may not happen any more. */
  boolean tooLate(ActionState state, long now) {
    return state.latest() == 0 ? stale(state.since(), now).isPresent() : now > state.latest();
  }

  /** Why an alert of that time is not acted on. */
  Optional<String> stale(long time, long now) {
    if (now - time > maxAge.toNanos()) {
      return Optional.of(
          STALE + "the alert is older than responder.max-alert-age, " + Durations.format(maxAge));
    }
    return time - now > maxAge.toNanos()
        ? Optional.of(STALE + "the alert is from the future; set the clocks of this host right")
        : Optional.empty();
  }

  private Optional<String> cooldown(
      Policy policy, ContainerId container, @Nullable AlertId but, long now) {
    Duration cooldown = policy.guard().cooldown();
    boolean dryRun = policy.guard().mode() == Policy.Mode.DRY_RUN;
    boolean acted =
        !cooldown.isZero()
            && !journal
                .read(ledger ->
                    ledger.all(s ->
                        s.begun()
                            && s.of(container)
                            && s.since() > now - cooldown.toNanos()
                            && (but == null || !but.equals(s.last().alert()))
                            && s.last().dryRun() == dryRun
                            && policy.name().equals(s.last().policy())))
                .isEmpty();
    return acted
        ? Optional.of(
            "cooldown: the policy acted on this container in the last "
                + Durations.format(cooldown))
        : Optional.empty();
  }
}
