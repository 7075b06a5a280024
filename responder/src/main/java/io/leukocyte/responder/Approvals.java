package io.leukocyte.responder;

import io.leukocyte.events.Action;
import io.leukocyte.events.ActionId;
import io.leukocyte.events.ContainerId;
import io.leukocyte.events.Outcome;
import io.leukocyte.events.config.Durations;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Ends the waiting of actions: somebody approves or denies, or nobody does in time. What guards
 * them is asked again at the approval, by the policy as it is then.
 */
final class Approvals {
  private final Interventions interventions;
  private final Guards guards;
  private final Lookup policies;
  private final Clock clock;

  /** Finds the policy of a name, as it is for a container by now. */
  interface Lookup {
    Optional<Policy> policy(@Nullable String name, ContainerId container);
  }

  /** With the policies in force. */
  Approvals(Interventions interventions, Guards guards, Lookup policies, Clock clock) {
    this.interventions = interventions;
    this.guards = guards;
    this.policies = policies;
    this.clock = clock;
  }

  /** Carries out what waits, unless a guard is against it by now; tells how that ended. */
  CompletableFuture<Outcome> approve(ActionId id, String operator) {
    return interventions.settle(
        id,
        state -> {
          long now = Nanos.now(clock);
          Optional<String> refusal = refusal(state, now);
          return refusal.isPresent()
              ? refused(state, now, operator, "approved by " + operator + ", but " + refusal.get())
              : state.approved(now, operator, guards.latest(now));
        });
  }

  private Optional<String> refusal(ActionState state, long now) {
    if (state.expired(now)) {
      return Optional.of("too late: " + notInTime(state));
    }
    ContainerId container = state.container().orElseThrow();
    Optional<Policy> policy = policies.policy(state.last().policy(), container);
    if (policy.isEmpty()) {
      return Optional.of("its policy is not in force any more");
    }
    return policy.get().guard().mode() == Policy.Mode.DRY_RUN
        ? Optional.of("its policy only tries by now")
        : guards.refusalAtApproval(policy.get(), state, now);
  }

  /** Closes what waits. */
  CompletableFuture<Outcome> deny(ActionId id, String operator, String reason) {
    String because = reason.isBlank() ? "" : ": " + reason;
    return interventions.settle(
        id, state -> refused(state, Nanos.now(clock), operator, "denied by " + operator + because));
  }

  /** Closes what has waited too long. */
  void expire(ActionId id) {
    CompletableFuture<Outcome> _ =
        interventions.settle(
            id,
            state -> {
              long now = Nanos.now(clock);
              return state.expired(now)
                  ? refused(state, now, null, "not approved in time: " + notInTime(state))
                  : null;
            });
  }

  private static String notInTime(ActionState state) {
    long waited = state.last().undoAt() - state.since();
    return "it waited for " + Durations.format(Duration.ofNanos(waited)) + ", guard.approve-within";
  }

  private static JournalStep refused(
      ActionState state, long now, @Nullable String operator, String why) {
    return state
        .by(operator)
        .next(now, Action.Step.REFUSED, new Outcome.Refused(why), ActionState.Phase.CLOSED);
  }
}
