package io.leukocyte.responder;

import io.leukocyte.events.Action;
import io.leukocyte.events.ActionId;
import io.leukocyte.events.ContainerId;
import io.leukocyte.events.ContainerRef;
import io.leukocyte.events.Outcome;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * How far an action is, as the journal tells.
 *
 * @param last its last step
 * @param since when it began, unix nanoseconds
 * @param begun whether the guards let it begin
 * @param response what is done
 * @param phase what a restart finds on the host
 * @param undo how it is taken back; null until that is known
 * @param way how it was done, for people; empty until that is known
 * @param operator who asked to take it back; null when nobody did
 * @param alert the alert's document, for telling it; null when nothing is to be told
 * @param latest until when it may begin, unix nanoseconds; 0: as {@link Guards#stale} says
 * @param flow its place in the policy's sequence
 */
record ActionState(
    Action last,
    long since,
    boolean begun,
    Response response,
    Phase phase,
    @Nullable Undo undo,
    String way,
    @Nullable String operator,
    @Nullable String alert,
    long latest,
    Flow flow) {
  private static final String DRY_RUN = "dry run: ";

  /** What a restart finds on the host. */
  enum Phase {
    /** Nothing was changed: it waits for the end of actions before it. */
    DEFERRED,
    /** Nothing was changed, and nothing will be before somebody approves. */
    WAITING,
    /** Nothing was changed yet. */
    INTENDED,
    /** The change may or may not have been made. */
    PREPARED,
    /** The change was made and holds until it is taken back. */
    IN_FORCE,
    /** The change may or may not have been taken back. */
    UNDOING,
    /** Nothing of it is left to do. */
    CLOSED
  }

  /** The state after a first step. */
  static ActionState first(JournalStep step) {
    return new ActionState(
        step.action(),
        step.action().time(),
        step.action().step() == Action.Step.INTENDED,
        step.response(),
        step.phase(),
        null,
        "",
        null,
        step.alert(),
        step.latest(),
        step.flow());
  }

  /** The state after a further step. */
  ActionState then(JournalStep step) {
    @Nullable String told = step.phase() == Phase.CLOSED ? null : alert;
    @Nullable String who = step.phase() == Phase.UNDOING ? operator : null;
    boolean begins = step.action().step() == Action.Step.INTENDED;
    boolean asks = phase == Phase.DEFERRED && step.phase() == Phase.WAITING;
    return new ActionState(
        step.action(),
        begins || asks ? step.action().time() : since,
        begun || begins,
        response,
        step.phase(),
        undo,
        way,
        who,
        told,
        step.latest() == 0 ? latest : step.latest(),
        flow);
  }

  ActionState prepared(Undo how, String by) {
    return new ActionState(
        last, since, begun, response, Phase.PREPARED, how, by, operator, alert, latest, flow);
  }

  ActionState undoing(@Nullable String who) {
    return new ActionState(
        last, since, begun, response, Phase.UNDOING, undo, way, who, alert, latest, flow);
  }

  /** The same, with the evidence that was kept for it; null changes nothing. */
  ActionState keeping(@Nullable String evidence) {
    if (evidence == null) {
      return this;
    }
    Action kept =
        new Action(
            last.id(),
            last.step(),
            last.number(),
            last.time(),
            last.host(),
            last.type(),
            last.target(),
            last.outcome(),
            last.alert(),
            last.rule(),
            last.policy(),
            last.source(),
            last.operator(),
            last.undoAt(),
            last.dryRun(),
            evidence,
            last.alertedAt());
    return new ActionState(
        kept, since, begun, response, phase, undo, way, operator, alert, latest, flow);
  }

  /** The same, with who decides about it. */
  ActionState by(@Nullable String who) {
    return new ActionState(
        last, since, begun, response, phase, undo, way, who, alert, latest, flow);
  }

  /**
   * The step by which what waits begins: from now on its time counts.
   *
   * @param until when it may begin at the latest, unix nanoseconds
   */
  JournalStep approved(long now, String who, long until) {
    Action action =
        new Action(
            last.id(),
            Action.Step.INTENDED,
            last.number() + 1,
            now,
            last.host(),
            last.type(),
            last.target(),
            new Outcome.Done("approved by " + who),
            last.alert(),
            last.rule(),
            last.policy(),
            last.source(),
            who,
            end(now),
            last.dryRun(),
            last.evidence(),
            last.alertedAt());
    return new JournalStep(action, Phase.INTENDED, response, null, until);
  }

  /**
   * The step by which the turn of what is deferred comes: it begins, or waits for an approval.
   *
   * @param until when it may begin at the latest, unix nanoseconds
   */
  JournalStep turn(long now, String because, long until) {
    Optional<Long> patience = flow.approval().map(Duration::toNanos);
    String detail =
        patience.isPresent()
            ? "until somebody approves: leuko approve " + id() + "; " + because
            : because;
    Action action =
        new Action(
            last.id(),
            patience.isPresent() ? Action.Step.WAITING : Action.Step.INTENDED,
            last.number() + 1,
            now,
            last.host(),
            last.type(),
            last.target(),
            new Outcome.Done(detail),
            last.alert(),
            last.rule(),
            last.policy(),
            last.source(),
            last.operator(),
            patience.map(l -> now + l).orElseGet(() -> end(now)),
            last.dryRun(),
            last.evidence(),
            last.alertedAt());
    return patience.isPresent()
        ? new JournalStep(action, Phase.WAITING, response, null)
        : new JournalStep(action, Phase.INTENDED, response, null, until);
  }

  ActionId id() {
    return last.id();
  }

  Optional<ContainerId> container() {
    return Optional.ofNullable(last.target()).map(ContainerRef::id);
  }

  boolean of(ContainerId container) {
    return last.target() != null && last.target().id().equals(container);
  }

  /** Whether the host may carry a change of this action. */
  boolean onHost() {
    return switch (phase) {
      case PREPARED, IN_FORCE, UNDOING -> true;
      case DEFERRED, WAITING, INTENDED, CLOSED -> false;
    };
  }

  /**
   * Whether it keeps the service a container short, or may yet: not a recycle that is in force,
   * whose fresh container serves, nor an image that is blocked, whose containers may run.
   */
  boolean impairs() {
    boolean serves = response instanceof Recycle || response instanceof BlockImage;
    return phase != Phase.CLOSED && !(serves && phase == Phase.IN_FORCE);
  }

  /** Whether a container of this name was made for it, and may be there. */
  boolean ownsSidecar(String name) {
    return undo != null && onHost() && undo.owns(name);
  }

  /** How it ended; empty when it has not yet. */
  Optional<Flow.End> end() {
    boolean tried =
        last.dryRun()
            && last.outcome() instanceof Outcome.Skipped(String reason)
            && reason.startsWith(DRY_RUN);
    return switch (last.step()) {
      case WAITING, INTENDED, APPLIED -> Optional.empty();
      case VERIFIED, UNDONE -> Optional.of(Flow.End.VERIFIED);
      case FAILED -> Optional.of(Flow.End.FAILED);
      case REFUSED -> Optional.of(Flow.End.REFUSED);
      case SKIPPED ->
          Optional.of(
              tried
                  ? Flow.End.VERIFIED
                  : flow.after().isPresent() && !begun ? Flow.End.PASSED : Flow.End.SKIPPED);
    };
  }

  /** Whether a policy wanted it, and no operator. */
  boolean automatic() {
    return last.policy() != null;
  }

  /** Whether it is to be taken back by now. */
  boolean overdue(long now) {
    return phase == Phase.IN_FORCE && last.undoAt() != 0 && last.undoAt() <= now;
  }

  /** Whether it may begin, and waits for the container engine to do so. */
  boolean awaitsEngine() {
    return last.step() == Action.Step.WAITING
        && switch (phase) {
          case INTENDED, PREPARED -> true;
          case DEFERRED, WAITING, IN_FORCE, UNDOING, CLOSED -> false;
        };
  }

  /** When it is taken back if its time begins to count now; 0: never. */
  private long end(long now) {
    return response.length().map(length -> now + length.toNanos()).orElse(0L);
  }

  /** Until when what is so waits, or is taken back; its time does not count while it waits. */
  private long undoAt(long now, Action.Step step, Phase then) {
    if (then == Phase.CLOSED) {
      return 0;
    }
    if (step == Action.Step.WAITING) {
      return latest;
    }
    return last.step() == Action.Step.WAITING ? end(now) : last.undoAt();
  }

  /** Whether it waited for an approval until now, and too long. */
  boolean expired(long now) {
    return phase == Phase.WAITING && last.undoAt() <= now;
  }

  /** The next step, not yet journalled. */
  JournalStep next(long now, Action.Step step, Outcome outcome, Phase then) {
    Action action =
        new Action(
            last.id(),
            step,
            last.number() + 1,
            now,
            last.host(),
            last.type(),
            last.target(),
            outcome,
            last.alert(),
            last.rule(),
            last.policy(),
            last.source(),
            operator != null ? operator : last.operator(),
            undoAt(now, step, then),
            last.dryRun(),
            last.evidence(),
            last.alertedAt());
    return new JournalStep(action, then, response, null);
  }
}
