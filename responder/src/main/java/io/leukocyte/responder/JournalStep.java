package io.leukocyte.responder;

import io.leukocyte.events.Action;
import org.jspecify.annotations.Nullable;

/**
 * A step of an action on its way into the journal.
 *
 * @param action what is published
 * @param phase what a restart finds on the host after it
 * @param response what is done
 * @param alert the alert's document, for telling it, with the first step only; else null
 */
record JournalStep(
    Action action, ActionState.Phase phase, Response response, @Nullable String alert) {}
