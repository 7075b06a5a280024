package io.leukocyte.responder;

import io.leukocyte.events.Action;
import io.leukocyte.events.Outcome;
import org.jspecify.annotations.Nullable;

/**
 * A step of an action on its way into the journal.
 *
 * @param action what is published
 * @param phase what a restart finds on the host after it
 * @param response what is done
 * @param alert the alert's document, for telling it, with the first step only; else null
 * @param latest until when it may begin, unix nanoseconds, with the step that lets it, or leaves it
 *     to wait for actions before it; else 0
 * @param flow its place in the policy's sequence, with the first step only
 */
record JournalStep(
    Action action,
    ActionState.Phase phase,
    Response response,
    @Nullable String alert,
    long latest,
    Flow flow) {

  /** A step of an action that waits for no other. */
  JournalStep(
      Action action,
      ActionState.Phase phase,
      Response response,
      @Nullable String alert,
      long latest) {
    this(action, phase, response, alert, latest, Flow.NONE);
  }

  /** A step that lets nothing begin. */
  JournalStep(Action action, ActionState.Phase phase, Response response, @Nullable String alert) {
    this(action, phase, response, alert, 0);
  }

  /** The same first step, but a guard does not allow it. */
  JournalStep refused(String reason, long now) {
    Action refused =
        new Action(
            action.id(),
            Action.Step.REFUSED,
            action.number(),
            now,
            action.host(),
            action.type(),
            action.target(),
            new Outcome.Refused(reason),
            action.alert(),
            action.rule(),
            action.policy(),
            action.source(),
            action.operator(),
            0,
            action.dryRun(),
            action.evidence(),
            action.alertedAt());
    return new JournalStep(refused, ActionState.Phase.CLOSED, response, null, 0, flow);
  }
}
