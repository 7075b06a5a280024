package io.leukocyte.responder;

import io.leukocyte.events.Action;
import io.leukocyte.events.ActionId;
import io.leukocyte.events.ContainerRef;
import java.time.Instant;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * An action that is in force, or on its way.
 *
 * @param id the action
 * @param type quarantine, pause, stop …
 * @param container the container's name; its short id where the name is not known; empty without
 *     one
 * @param containerId the container's whole id; empty without one
 * @param state deferred, waiting, intended, prepared, in-force, undoing, waiting-for-engine
 * @param way how it is done; empty until that is known
 * @param since when it began
 * @param until when it is taken back by itself, or is given up while it waits; null: when somebody
 *     releases it
 * @param policy the policy; null without one
 * @param source the policy's {@code file:line}; null without one
 * @param rule the alert's rule; null without one
 * @param alert the alert's id; null without one
 */
public record OpenAction(
    String id,
    String type,
    String container,
    String containerId,
    String state,
    String way,
    Instant since,
    @Nullable Instant until,
    @Nullable String policy,
    @Nullable String source,
    @Nullable String rule,
    @Nullable String alert) {

  static OpenAction of(ActionState state) {
    Action last = state.last();
    ContainerRef target = last.target();
    return new OpenAction(
        state.id().value(),
        last.type(),
        target == null ? "" : target.name().isEmpty() ? target.id().brief() : target.name(),
        target == null ? "" : target.id().value(),
        state.awaitsEngine()
            ? "waiting-for-engine"
            : state.phase().name().toLowerCase(Locale.ROOT).replace('_', '-'),
        state.way(),
        Nanos.instant(state.since()),
        last.undoAt() == 0 ? null : Nanos.instant(last.undoAt()),
        last.policy(),
        last.source(),
        last.rule(),
        last.alert() == null ? null : last.alert().value());
  }

  /** The action's id as a value. */
  public ActionId actionId() {
    return new ActionId(id);
  }
}
