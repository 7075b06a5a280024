package io.leukocyte.events;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * One step of one action: what the journal on the host and the topic of actions hold. On the topic
 * it is a complete ECS document; {@link ActionJson} writes and reads it.
 *
 * @param id the action; all its steps have the same
 * @param step what was reached
 * @param number the step's number within the action, from 0
 * @param time unix nanoseconds
 * @param host whose responder
 * @param type quarantine, pause, stop, kill, notify, release …
 * @param target the container; null when the action has none
 * @param outcome how the step ended
 * @param alert what caused it; null for an operator's order and for undoing what is overdue
 * @param rule the name of the alert's rule; null without an alert
 * @param policy name of the policy; null for an operator's order
 * @param source the policy's place, {@code file:line}; null for an operator's order
 * @param operator who ordered it; null when a policy did
 * @param undoAt unix nanoseconds when it undoes itself, or while it waits for an approval when that
 *     ends; 0 is never
 * @param dryRun whether nothing was changed because the policy only tries
 * @param evidence the id of the evidence that was taken before the change, and is kept on the host;
 *     null when none is
 * @param alertedAt when the event happened that the alert is about, unix nanoseconds; 0 without an
 *     alert, and where that is not known
 */
public record Action(
    ActionId id,
    Step step,
    int number,
    long time,
    HostId host,
    String type,
    @Nullable ContainerRef target,
    Outcome outcome,
    @Nullable AlertId alert,
    @Nullable String rule,
    @Nullable String policy,
    @Nullable String source,
    @Nullable String operator,
    long undoAt,
    boolean dryRun,
    @Nullable String evidence,
    long alertedAt) {

  /** A step of which it is not known when its alert's event happened. */
  public Action(
      ActionId id,
      Step step,
      int number,
      long time,
      HostId host,
      String type,
      @Nullable ContainerRef target,
      Outcome outcome,
      @Nullable AlertId alert,
      @Nullable String rule,
      @Nullable String policy,
      @Nullable String source,
      @Nullable String operator,
      long undoAt,
      boolean dryRun,
      @Nullable String evidence) {
    this(
        id, step, number, time, host, type, target, outcome, alert, rule, policy, source, operator,
        undoAt, dryRun, evidence, 0);
  }

  /** The same step, of an alert about an event of that time, unix nanoseconds; 0 is not known. */
  public Action alertedAt(long event) {
    return new Action(
        id, step, number, time, host, type, target, outcome, alert, rule, policy, source, operator,
        undoAt, dryRun, evidence, event);
  }

  /** A step without evidence. */
  public Action(
      ActionId id,
      Step step,
      int number,
      long time,
      HostId host,
      String type,
      @Nullable ContainerRef target,
      Outcome outcome,
      @Nullable AlertId alert,
      @Nullable String rule,
      @Nullable String policy,
      @Nullable String source,
      @Nullable String operator,
      long undoAt,
      boolean dryRun) {
    this(
        id, step, number, time, host, type, target, outcome, alert, rule, policy, source, operator,
        undoAt, dryRun, null);
  }

  /** What an action went through. */
  public enum Step {
    /** It waits for somebody's approval, or for actions before it; nothing was changed. */
    WAITING,
    /** Written before anything is changed. */
    INTENDED,
    /** The change was made. */
    APPLIED,
    /** The change was looked at and holds. */
    VERIFIED,
    /** The change was taken back. */
    UNDONE,
    /** It did not work. */
    FAILED,
    /** A guard did not allow it. */
    REFUSED,
    /** There was nothing to do. */
    SKIPPED;

    /** The name in JSON: lower case. */
    public String text() {
      return name().toLowerCase(Locale.ROOT);
    }
  }
}
