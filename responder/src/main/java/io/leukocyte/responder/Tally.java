package io.leukocyte.responder;

import io.leukocyte.events.Alert;
import io.leukocyte.events.AlertId;
import io.leukocyte.events.ContainerId;
import io.leukocyte.events.ContainerRef;
import io.leukocyte.events.Outcome;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;

/**
 * How many alerts each container had: those seen since the start, and before it those that policies
 * answered, by the journal. Alerts too old to be acted on do not count. Called by one thread.
 */
final class Tally {
  /** More alerts of one container are not told apart. */
  static final int MOST_ALERTS = 200;

  private static final int MOST_CONTAINERS = 1_000;

  private final Journal journal;
  private final Guards guards;
  private final Map<ContainerId, Deque<Seen>> seen =
      new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<ContainerId, Deque<Seen>> eldest) {
          return size() > MOST_CONTAINERS;
        }
      };

  /** An alert; the policies that answered it, and of these the ones that escalated. */
  private record Seen(AlertId alert, long time, Set<String> policies, Set<String> escalated) {}

  Tally(Journal journal, Guards guards) {
    this.journal = journal;
    this.guards = guards;
  }

  /** Counts an alert, once. */
  void saw(Alert alert, long now) {
    ContainerRef container = alert.container();
    if (container == null || guards.stale(alert.time(), now).isPresent()) {
      return;
    }
    Deque<Seen> all = seen.computeIfAbsent(container.id(), id -> new ArrayDeque<>());
    if (all.stream().noneMatch(s -> s.alert().equals(alert.id()))) {
      all.add(new Seen(alert.id(), now, new HashSet<>(), new HashSet<>()));
    }
    if (all.size() > MOST_ALERTS) {
      all.removeFirst();
    }
  }

  /** How many alerts there are of the alert's container, itself included; 0 without a container. */
  int alerts(Alert alert, Duration within, long now) {
    ContainerRef container = alert.container();
    if (container == null) {
      return 0;
    }
    return alerts(container.id(), now - within.toNanos(), s -> true, s -> true).size();
  }

  /** Whether this alert is the one with which a policy escalates: it does so once in its time. */
  boolean escalates(Policy policy, Policy.Escalation by, Alert alert, long now) {
    ContainerRef container = alert.container();
    if (container == null || guards.stale(alert.time(), now).isPresent()) {
      return false;
    }
    String name = policy.name();
    Optional<Seen> own = find(container.id(), alert.id());
    own.ifPresent(s -> s.policies().add(name));
    long from = now - by.within().toNanos();
    Set<AlertId> answered =
        alerts(container.id(), from, s -> s.policies().contains(name), s -> isOf(s, name));
    answered.add(alert.id());
    Set<AlertId> before =
        alerts(
            container.id(),
            from,
            s -> s.escalated().contains(name),
            s -> isOf(s, name) && s.flow().escalated());
    before.remove(alert.id());
    boolean escalates = answered.size() >= by.after() && before.isEmpty();
    if (escalates) {
      own.ifPresent(s -> s.escalated().add(name));
    }
    return escalates;
  }

  private static boolean isOf(ActionState state, String policy) {
    return policy.equals(state.last().policy());
  }

  private Optional<Seen> find(ContainerId container, AlertId alert) {
    return seen.getOrDefault(container, new ArrayDeque<>()).stream()
        .filter(s -> s.alert().equals(alert))
        .findFirst();
  }

  private Set<AlertId> alerts(
      ContainerId container,
      long from,
      Predicate<Seen> whichSeen,
      Predicate<ActionState> whichAnswered) {
    Set<AlertId> alerts = new HashSet<>();
    seen.getOrDefault(container, new ArrayDeque<>()).stream()
        .filter(s -> s.time() > from && whichSeen.test(s))
        .forEach(s -> alerts.add(s.alert()));
    for (ActionState state :
        journal.read(ledger ->
            ledger.all(s -> s.of(container) && s.since() > from && whichAnswered.test(s)))) {
      AlertId alert = state.last().alert();
      if (alert != null && !isStale(state)) {
        alerts.add(alert);
      }
    }
    return alerts;
  }

  private static boolean isStale(ActionState state) {
    return state.last().outcome() instanceof Outcome.Refused(String reason)
        && reason.startsWith(Guards.STALE);
  }
}
