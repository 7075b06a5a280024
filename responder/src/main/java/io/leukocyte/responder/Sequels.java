package io.leukocyte.responder;

import io.leukocyte.events.Action.Step;
import io.leukocyte.events.ActionId;
import io.leukocyte.events.Outcome;
import io.leukocyte.responder.ActionState.Phase;
import io.leukocyte.responder.Flow.After;
import io.leukocyte.responder.Flow.End;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Goes on with policies whose actions wait for the end of those before them. Whether the turn of an
 * action comes is decided by what the journal says of those, and is in the journal before anything
 * is done; so a crash in between loses nothing, and nothing is done twice.
 */
final class Sequels {
  private static final Logger LOG = LoggerFactory.getLogger(Sequels.class);

  private final Journal journal;
  private final Guards guards;
  private final Hands hands;
  private final Clock clock;
  private final Meters meters;

  Sequels(Journal journal, Guards guards, Hands hands, Clock clock, Meters meters) {
    this.journal = journal;
    this.guards = guards;
    this.hands = hands;
    this.clock = clock;
    this.meters = meters;
    journal.stepped(this::stepped);
  }

  /** Looks whether something waited for the end of what was just journalled. */
  private void stepped(JournalEntry.Steps steps) {
    try {
      for (JournalStep step : steps.steps()) {
        if (step.phase() != Phase.DEFERRED && step.action().alert() != null) {
          ActionId ended = step.action().id();
          goOn(s -> s.flow().after().filter(a -> a.of().contains(ended)).isPresent());
        }
      }
    } catch (JournalException e) {
      LOG.error("A policy's next action waits for the journal: {}", e.getMessage());
    }
  }

  /** Goes on wherever something can: what a full disk held up, for one. */
  void takeUp() {
    goOn(s -> true);
  }

  /**
   * At the start: refuses what is too late by now, in one entry, so that nothing takes the end of
   * one for the turn of another.
   */
  void refuseLate() {
    long now = Nanos.now(clock);
    Outcome refused = new Outcome.Refused("interrupted before its turn came, and too late by now");
    Set<ActionId> late = new HashSet<>();
    List<JournalStep> steps = new ArrayList<>();
    for (ActionState state : deferred(s -> true)) {
      if (isTooLate(state, late, now)) {
        late.add(state.id());
        steps.add(state.next(now, Step.REFUSED, refused, Phase.CLOSED));
      }
    }
    if (!steps.isEmpty()) {
      journal.append(new JournalEntry.Steps(steps));
      steps.forEach(step -> meters.step(step.action()));
    }
  }

  /** Whether the last of what it waits for began too long ago; an approval has its own time. */
  private boolean isTooLate(ActionState state, Set<ActionId> late, long now) {
    List<ActionState> before = before(state);
    boolean waits =
        before.stream()
            .anyMatch(s ->
                s.phase() == Phase.WAITING
                    || (s.phase() == Phase.DEFERRED && !late.contains(s.id())));
    long begun = before.stream().mapToLong(ActionState::since).max().orElse(0L);
    return !waits && guards.stale(Math.max(begun, state.since()), now).isPresent();
  }

  private List<ActionState> deferred(Predicate<ActionState> which) {
    return journal.read(Ledger::deferred).stream().filter(which).toList();
  }

  private List<ActionState> before(ActionState state) {
    List<ActionId> ids = state.flow().after().map(After::of).orElse(List.of());
    return journal.read(ledger -> ids.stream().flatMap(id -> ledger.find(id).stream()).toList());
  }

  private void goOn(Predicate<ActionState> which) {
    for (ActionState state : deferred(which)) {
      List<ActionState> before = before(state);
      if (before.isEmpty()) {
        close(state, new Outcome.Refused("what it waited for is not in the journal any more"));
      } else if (before.stream().allMatch(s -> s.end().isPresent())) {
        goOn(state, before);
      }
    }
  }

  private void goOn(ActionState state, List<ActionState> before) {
    After after = state.flow().after().orElseThrow();
    String how = described(before);
    if (!holds(after, before)) {
      close(state, new Outcome.Skipped("not needed: " + how));
      return;
    }
    Optional<String> falseAlarm = guards.falseAlarm(state);
    if (falseAlarm.isPresent()) {
      close(state, new Outcome.Refused(falseAlarm.get()));
      return;
    }
    long now = Nanos.now(clock);
    JournalStep step = state.turn(now, how, latest(state, before, now));
    if (journalled(state, step)) {
      if (step.phase() == Phase.WAITING) {
        hands.waits(state.id());
      } else {
        hands.begin(state.id(), state.response());
      }
    }
  }

  /** As long as what it waited for might have waited; telling people is never too late for that. */
  private long latest(ActionState state, List<ActionState> before, long now) {
    return state.response() instanceof Notify
        ? guards.latest(now)
        : before.stream().mapToLong(ActionState::latest).reduce(state.latest(), Math::max);
  }

  private boolean holds(After after, List<ActionState> before) {
    return switch (after) {
      case After.Ended ended -> {
        End end = before.getFirst().end().orElseThrow();
        yield ended.ends().contains(end);
      }
      case After.Settled settled -> true;
      case After.Unanswered all -> before.stream().anyMatch(s -> isFault(s) && !answered(s));
    };
  }

  private static boolean isFault(ActionState state) {
    End end = state.end().orElseThrow();
    return end == End.FAILED || end == End.REFUSED;
  }

  /** Whether a change that was to follow on this very end was made, and held. */
  private boolean answered(ActionState fault) {
    return !journal
        .read(ledger ->
            ledger.all(s ->
                s.response() instanceof Intervention
                    && s.end().filter(e -> e == End.VERIFIED).isPresent()
                    && s.flow()
                        .after()
                        .filter(a ->
                            a instanceof After.Ended ended && ended.action().equals(fault.id()))
                        .isPresent()))
        .isEmpty();
  }

  private static String described(List<ActionState> before) {
    List<String> all = new ArrayList<>();
    for (ActionState state : before) {
      String end =
          switch (state.end().orElseThrow()) {
            case PASSED -> "not needed";
            case VERIFIED, FAILED, REFUSED, SKIPPED ->
                state.end().orElseThrow().name().toLowerCase(Locale.ROOT);
          };
      all.add(state.last().type() + " " + end);
    }
    return String.join(", ", all);
  }

  /** Ends what waits for others; nothing is begun after this. */
  void close(ActionState state, Outcome outcome) {
    Step step = outcome instanceof Outcome.Refused ? Step.REFUSED : Step.SKIPPED;
    boolean _ = journalled(state, state.next(Nanos.now(clock), step, outcome, Phase.CLOSED));
  }

  /** False when somebody else decided about it meanwhile. */
  private boolean journalled(ActionState state, JournalStep step) {
    Optional<Boolean> otherwise =
        journal.appendUnless(
            ledger ->
                ledger.find(state.id()).filter(s -> s.phase() != Phase.DEFERRED).map(s -> true),
            new JournalEntry.Steps(List.of(step)));
    if (otherwise.isEmpty()) {
      meters.step(step.action());
    }
    return otherwise.isEmpty();
  }
}
