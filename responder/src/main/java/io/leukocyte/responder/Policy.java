package io.leukocyte.responder;

import io.leukocyte.events.Priority;
import io.leukocyte.events.config.Position;
import io.leukocyte.rules.Condition;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Which alerts are answered by what, and within which bounds.
 *
 * @param name unique among the policies in force
 * @param at where it stands
 * @param match which alerts
 * @param responses what is done, in order; never empty
 * @param guard within which bounds
 */
record Policy(String name, Position at, Match match, List<Response> responses, Guard guard) {
  Policy {
    responses = List.copyOf(responses);
  }

  /** The same in another mode. */
  Policy in(Mode mode) {
    return new Policy(name, at, match, responses, guard.in(mode));
  }

  /** {@code file:line}, for the audit. */
  String source() {
    return at.file() + ":" + at.line();
  }

  /**
   * Which alerts: all that is given must hold.
   *
   * @param rules names of rules; empty is any
   * @param atLeast the least priority
   * @param tags one of them must be among the rule's; empty is any
   * @param condition over the event that caused the alert, and its container
   */
  record Match(
      Set<String> rules,
      Optional<Priority> atLeast,
      Set<String> tags,
      Optional<Condition> condition) {
    Match {
      rules = Set.copyOf(rules);
      tags = Set.copyOf(tags);
    }
  }

  /**
   * Bounds of what a policy may do.
   *
   * @param mode whether it acts at all
   * @param cooldown for a container, after the policy acted on it; zero is none
   * @param atMost how many containers
   * @param approveWithin how long an action waits for somebody's approval, where it needs one
   */
  record Guard(Mode mode, Duration cooldown, Optional<AtMost> atMost, Duration approveWithin) {
    /** How long an action waits unless the policy says otherwise. */
    static final Duration PATIENCE = Duration.ofMinutes(15);

    /** Of a policy that names none. */
    static final Guard NONE = new Guard(Mode.DRY_RUN, Duration.ZERO, Optional.empty(), PATIENCE);

    Guard in(Mode other) {
      return new Guard(other, cooldown, atMost, approveWithin);
    }
  }

  /** Whether a policy acts. */
  enum Mode {
    /** It acts. */
    ENFORCE,
    /** It acts once somebody approves. */
    APPROVE,
    /** It journals what it would do. */
    DRY_RUN
  }

  /**
   * How many containers a policy may act on.
   *
   * @param containers in any stretch of time
   * @param per the stretch of time
   * @param share of the containers of one service that may be acted on at the same time, percent;
   *     100 is all
   */
  record AtMost(int containers, Duration per, int share) {}
}
