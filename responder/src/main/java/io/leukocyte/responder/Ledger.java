package io.leukocyte.responder;

import io.leukocyte.events.Action;
import io.leukocyte.events.ActionId;
import io.leukocyte.events.AlertId;
import io.leukocyte.events.ContainerId;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** What the journal's entries add up to. Not thread-safe: the journal guards it. */
final class Ledger {
  private final Map<ActionId, ActionState> states = new LinkedHashMap<>();
  private final Deque<Numbered> unpublished = new ArrayDeque<>();
  private final Map<Integer, Long> offsets = new HashMap<>();
  private final Map<Integer, Long> orderOffsets = new HashMap<>();
  private final Map<ActionId, Long> orders = new HashMap<>();
  private final Map<AlertId, FalseAlarm> falseAlarms = new LinkedHashMap<>();
  private final Set<ActionId> deferred = new LinkedHashSet<>();
  private @Nullable Halt halt;

  /** A step with the number of its entry. */
  record Numbered(long number, Action action) {}

  /** Takes an entry in. */
  void add(long number, JournalEntry entry) {
    switch (entry) {
      case JournalEntry.Steps e -> e.steps().forEach(step -> add(number, step));
      case JournalEntry.Prepared e ->
          states.computeIfPresent(e.id(), (id, state) -> state.prepared(e.undo(), e.way()));
      case JournalEntry.Undoing e ->
          states.computeIfPresent(e.id(), (id, state) -> state.undoing(e.operator()));
      case JournalEntry.Read e -> offsets.put(e.partition(), e.offset());
      case JournalEntry.Published e -> published(e.through());
      case JournalEntry.Kept e -> put(e.state());
      case JournalEntry.Halted e -> halt = e.halt();
      case JournalEntry.Resumed e -> halt = null;
      case JournalEntry.Answered e -> {
        unpublished.add(new Numbered(number, e.action()));
        if (e.order() != null) {
          orders.put(e.order(), e.expires());
        }
      }
      case JournalEntry.Ordered e -> orders.put(e.order(), e.expires());
      case JournalEntry.OrdersRead e -> orderOffsets.put(e.partition(), e.offset());
      case JournalEntry.MarkedFalse e -> falseAlarms.put(e.alarm().alert(), e.alarm());
      case JournalEntry.Unpublished e -> unpublished.add(new Numbered(number, e.action()));
    }
  }

  private void add(long number, JournalStep step) {
    ActionState before = states.get(step.action().id());
    put(before == null ? ActionState.first(step) : before.then(step));
    unpublished.add(new Numbered(number, step.action()));
  }

  private void put(ActionState state) {
    states.put(state.id(), state);
    if (state.phase() == ActionState.Phase.DEFERRED) {
      deferred.add(state.id());
    } else {
      deferred.remove(state.id());
    }
  }

  private void published(long through) {
    while (!unpublished.isEmpty() && unpublished.getFirst().number() <= through) {
      unpublished.removeFirst();
    }
  }

  Optional<ActionState> find(ActionId id) {
    return Optional.ofNullable(states.get(id));
  }

  /** The states that are so, the oldest action first. */
  List<ActionState> all(Predicate<ActionState> which) {
    return states.values().stream().filter(which).toList();
  }

  /** Whether an older action on the same container waits for the engine: that comes first. */
  boolean isBehindWaiting(ActionState state) {
    for (ActionState other : states.values()) {
      if (other.id().equals(state.id())) {
        return false;
      }
      if (other.awaitsEngine() && other.container().equals(state.container())) {
        return true;
      }
    }
    return false;
  }

  /** The states that wait for the end of actions before them, the oldest first. */
  List<ActionState> deferred() {
    return deferred.stream().flatMap(id -> find(id).stream()).toList();
  }

  /** How the changes to a container that may be on the host are taken back, but of one action. */
  List<Undo> held(ContainerId container, ActionId but) {
    List<Undo> held = new ArrayList<>();
    for (ActionState state : states.values()) {
      Undo undo = state.undo();
      if (undo != null && state.onHost() && state.of(container) && !state.id().equals(but)) {
        held.add(undo);
      }
    }
    return held;
  }

  /** Where to read alerts on; empty when the partition was never read. */
  OptionalLong offset(int partition) {
    Long offset = offsets.get(partition);
    return offset == null ? OptionalLong.empty() : OptionalLong.of(offset);
  }

  /** Where to read orders on; empty when the partition was never read. */
  OptionalLong orderOffset(int partition) {
    Long offset = orderOffsets.get(partition);
    return offset == null ? OptionalLong.empty() : OptionalLong.of(offset);
  }

  /** Whether an order was carried out or refused before. */
  boolean knows(ActionId order) {
    return orders.containsKey(order);
  }

  /** The emergency stop that is in force; empty when policies may act. */
  Optional<Halt> halt() {
    return Optional.ofNullable(halt);
  }

  /** Alerts that were marked false, and are remembered. */
  List<FalseAlarm> falseAlarms() {
    return List.copyOf(falseAlarms.values());
  }

  /** Why an action does not go on: the alert that caused it was marked false. */
  Optional<String> falseAlarm(ActionState state) {
    AlertId alert = state.last().alert();
    return alert == null
        ? Optional.empty()
        : Optional.ofNullable(falseAlarms.get(alert)).map(FalseAlarm::refusal);
  }

  /** The first steps that are not published, no more than asked for, but whole entries. */
  List<Numbered> unpublished(int about) {
    List<Numbered> first = new ArrayList<>();
    for (Numbered step : unpublished) {
      if (first.size() >= about && first.getLast().number() != step.number()) {
        break;
      }
      first.add(step);
    }
    return first;
  }

  int unpublishedCount() {
    return unpublished.size();
  }

  /**
   * Forgets what is over, and gives entries that add up to the rest.
   *
   * @param before actions that are closed and began before are forgotten, unix nanoseconds
   * @param number the number for entries that need none of their own
   */
  Map<Long, List<JournalEntry>> compact(long before, long number) {
    states
        .values()
        .removeIf(s -> s.phase() == ActionState.Phase.CLOSED && s.last().time() < before);
    Map<Long, List<JournalEntry>> entries = new LinkedHashMap<>();
    unpublished.forEach(step ->
        entries
            .computeIfAbsent(step.number(), n -> new ArrayList<>())
            .add(new JournalEntry.Unpublished(step.action())));
    List<JournalEntry> rest = entries.computeIfAbsent(number, n -> new ArrayList<>());
    states.values().forEach(state -> rest.add(new JournalEntry.Kept(state)));
    offsets.forEach((partition, offset) -> rest.add(new JournalEntry.Read(partition, offset)));
    orderOffsets.forEach(
        (partition, offset) -> rest.add(new JournalEntry.OrdersRead(partition, offset)));
    orders.values().removeIf(expires -> expires < before);
    orders.forEach((order, expires) -> rest.add(new JournalEntry.Ordered(order, expires)));
    falseAlarms.values().removeIf(alarm -> alarm.since() < before);
    falseAlarms.values().forEach(alarm -> rest.add(new JournalEntry.MarkedFalse(alarm)));
    if (halt != null) {
      rest.add(new JournalEntry.Halted(halt));
    }
    return entries;
  }
}
