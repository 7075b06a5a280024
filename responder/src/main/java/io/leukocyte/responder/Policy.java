package io.leukocyte.responder;

import io.leukocyte.events.Priority;
import io.leukocyte.events.config.Position;
import io.leukocyte.rules.Condition;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Which alerts are answered by what, and within which bounds.
 *
 * @param name unique among the policies in force
 * @param at where it stands
 * @param match which alerts
 * @param course what is done
 * @param guard within which bounds
 * @param escalation what is done instead when alerts repeat
 * @param services what is otherwise for containers of some services; the first that fits holds
 * @param last whether no later policy looks at an alert that this one answers
 */
record Policy(
    String name,
    Position at,
    Match match,
    Course course,
    Guard guard,
    Optional<Escalation> escalation,
    List<Service> services,
    boolean last) {
  Policy {
    services = List.copyOf(services);
  }

  /** The same in another mode. */
  Policy in(Mode mode) {
    List<Service> others = services.stream().map(s -> s.in(mode)).toList();
    return new Policy(name, at, match, course, guard.in(mode), escalation, others, last);
  }

  /** The same for a container of a service. */
  Policy of(String service) {
    return services.stream()
        .filter(s -> new Globs(List.of(s.name())).match(service))
        .findFirst()
        .map(s ->
            new Policy(name, s.at(), match, s.course(), s.guard(), s.escalation(), List.of(), last))
        .orElse(this);
  }

  /** What it does once alerts repeat; the cooldown does not hold that up. */
  Policy escalated(Escalation by) {
    Guard open = new Guard(guard.mode(), Duration.ZERO, guard.atMost(), guard.approveWithin());
    return new Policy(name, by.at(), match, by.course(), open, escalation, List.of(), last);
  }

  /** Whether this is what it does once alerts repeat. */
  boolean isEscalated() {
    return escalation.filter(by -> by.at().equals(at)).isPresent();
  }

  /** All actions, in order. */
  List<Response> responses() {
    return course.responses();
  }

  /** This guard and those of services. */
  List<Guard> guards() {
    List<Guard> all = new ArrayList<>(List.of(guard));
    services.forEach(s -> all.add(s.guard()));
    return all;
  }

  /** {@code file:line}, for the audit. */
  String source() {
    return at.file() + ":" + at.line();
  }

  /**
   * What is done instead once alerts repeat.
   *
   * @param at where it stands
   * @param after with the how manieth alert that the policy answers on one container; at least 2
   * @param within the stretch of time in which they come
   * @param course what is done
   */
  record Escalation(Position at, int after, Duration within, Course course) {}

  /**
   * What is otherwise for the containers of some services.
   *
   * @param name of the service, {@code project/service} with Compose; {@code *} is any run of
   *     characters
   * @param at where it stands
   * @param course what is done
   * @param guard within which bounds
   * @param escalation what is done when alerts repeat
   */
  record Service(
      String name, Position at, Course course, Guard guard, Optional<Escalation> escalation) {
    Service in(Mode mode) {
      return new Service(name, at, course, guard.in(mode), escalation);
    }
  }

  /**
   * Which alerts: all that is given must hold.
   *
   * @param rules names of rules; empty is any
   * @param atLeast the least priority
   * @param tags one of them must be among the rule's; empty is any
   * @param correlation whether, or of which, correlation the alert must be
   * @param container which containers
   * @param hosts ids or names of hosts, with {@code *}; empty is any
   * @param incident how many alerts of the container there must be
   * @param condition over the event that caused the alert, and its container
   */
  record Match(
      Set<String> rules,
      Optional<Priority> atLeast,
      Set<String> tags,
      Optional<Correlation> correlation,
      Containers container,
      List<String> hosts,
      Optional<Incident> incident,
      Optional<Condition> condition) {
    Match {
      rules = Set.copyOf(rules);
      tags = Set.copyOf(tags);
      hosts = List.copyOf(hosts);
    }
  }

  /**
   * Which containers; what is not given holds for any.
   *
   * @param names names or ids, with {@code *}
   * @param images with or without tag, with {@code *}
   * @param labels {@code key}, or {@code key=value} where the value may have {@code *}; all of them
   */
  record Containers(List<String> names, List<String> images, List<String> labels) {
    /** Any, and the host itself. */
    static final Containers ANY = new Containers(List.of(), List.of(), List.of());

    Containers {
      names = List.copyOf(names);
      images = List.copyOf(images);
      labels = List.copyOf(labels);
    }
  }

  /**
   * Of which correlation an alert is.
   *
   * @param any whether it must be of one; false: of none
   * @param names one of these; empty is any
   */
  record Correlation(boolean any, Set<String> names) {
    Correlation {
      names = Set.copyOf(names);
    }
  }

  /**
   * How many alerts of a container there are, this one counted.
   *
   * @param alerts at least
   * @param within the stretch of time before this one
   */
  record Incident(int alerts, Duration within) {}

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
