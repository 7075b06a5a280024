package io.leukocyte.rules;

import io.leukocyte.events.BatchCursor;
import io.leukocyte.events.Kind;
import java.security.SecureRandom;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * Finds the rules that an event matches: all of them, in the order of their files. One thread at a
 * time. What it learned of strings and containers is kept from batch to batch, within bounds.
 */
public final class Matcher {
  private final Dictionaries dictionaries;
  private final Map<Kind, PlanState> plans = new EnumMap<>(Kind.class);
  private long forgotten;

  /**
   * A matcher that has seen nothing.
   *
   * @param rules the rules in force
   * @param facts where container facts are found; asked once a batch for each container, and again
   *     after a container.facts row of it
   */
  public Matcher(RuleSet rules, FactsLookup facts) {
    this(rules, facts, new SecureRandom().nextLong());
  }

  Matcher(RuleSet rules, FactsLookup facts, long seed) {
    this.dictionaries = new Dictionaries(facts, seed);
    rules.plans().forEach((kind, plan) -> plans.put(kind, new PlanState(plan, dictionaries)));
  }

  /** Takes up a batch: to be called once after the cursor was opened, before its first row. */
  public void open(BatchCursor batch) {
    boolean all = dictionaries.open(batch);
    forgotten += all ? 1 : 0;
    for (PlanState plan : plans.values()) {
      plan.forget(all);
    }
  }

  /** Hands each rule that the cursor's row matches to the sink. Allocates nothing without match. */
  public void match(BatchCursor row, Consumer<? super Rule> sink) {
    Kind kind = row.kind();
    if (kind == Kind.CONTAINER_FACTS) {
      dictionaries.containerChanged(row.container());
    }
    PlanState plan = plans.get(kind);
    if (plan != null) {
      plan.match(row, sink);
    }
    if (kind == Kind.CONTAINER_FACTS) {
      dictionaries.containerChanged(row.container());
    }
  }

  /** How often the table of strings was full and everything learned was forgotten. */
  public long forgotten() {
    return forgotten;
  }

  /** The rules for one kind with what is known of their slots. */
  private static final class PlanState {
    /** Rows after which it is looked at how many had no way. */
    private static final int TRIAL = 4_096;

    /** Rows that do without when too many had none: trying costs more than it gives then. */
    private static final int REST = 8 * TRIAL;

    private final List<Rule> rules;
    private final List<Gate> gates;
    private final SlotState[] slots;
    private final long[] left;
    private final Decisions decisions;
    private int tried;
    private int missed;
    private int resting;

    PlanState(Plan plan, Dictionaries dictionaries) {
      this.rules = plan.rules();
      this.gates = plan.gates();
      this.slots = new SlotState[plan.slots().size()];
      for (int i = 0; i < slots.length; i++) {
        slots[i] = Slots.state(plan, i, dictionaries);
      }
      this.left = new long[plan.ruleWords()];
      this.decisions = new Decisions(gates);
    }

    void forget(boolean all) {
      for (SlotState slot : slots) {
        if (all || slot.isFull()) {
          slot.forget();
        }
      }
      clearWhereRenumbered();
    }

    private void clearWhereRenumbered() {
      boolean renumbered = false;
      for (SlotState slot : slots) {
        renumbered |= slot.isRenumbered();
      }
      if (renumbered) {
        decisions.clear();
      }
    }

    /** Takes the way that rows like this one took; where none did, makes it, or does without. */
    void match(BatchCursor row, Consumer<? super Rule> sink) {
      if (resting > 0) {
        resting--;
        matchEach(row, sink);
        return;
      }
      if (++tried == TRIAL) {
        resting = missed > TRIAL / 2 ? REST : 0;
        tried = 0;
        missed = 0;
      }
      Decisions.State state = decisions.root();
      while (state.slot() >= 0) {
        SlotState slot = slots[state.slot()];
        slot.resolve(row);
        if (slot.isRenumbered()) {
          decisions.clear();
          matchEach(row, sink);
          return;
        }
        Decisions.State next = state.next(slot.record());
        if (next == null) {
          next = decisions.grow(state, slot);
        }
        if (next == null) {
          missed++;
          matchEach(row, sink);
          return;
        }
        state = next;
      }
      decisions.earn();
      for (int rule : state.matched()) {
        sink.accept(rules.get(rule));
      }
    }

    /** Drops rules slot by slot, and evaluates those that are left. */
    private void matchEach(BatchCursor row, Consumer<? super Rule> sink) {
      decisions.earn();
      for (int word = 0; word < left.length; word++) {
        left[word] = -1L >>> Math.max(0, 64 * (word + 1) - rules.size());
      }
      for (SlotState slot : slots) {
        if (isRead(slot)) {
          slot.resolve(row);
          if (!narrow(slot)) {
            return;
          }
        }
      }
      report(sink);
    }

    /** Whether a rule that is left reads the slot. */
    private boolean isRead(SlotState slot) {
      long read = 0;
      for (int word = 0; word < left.length; word++) {
        read |= left[word] & slot.readers[word];
      }
      return read != 0;
    }

    /** Drops the rules that the slot's value rules out; false when none is left. */
    private boolean narrow(SlotState slot) {
      long any = 0;
      for (int word = 0; word < left.length; word++) {
        left[word] &= slot.mask(word);
        any |= left[word];
      }
      return any != 0;
    }

    private void report(Consumer<? super Rule> sink) {
      for (int word = 0; word < left.length; word++) {
        for (long bits = left[word]; bits != 0; bits &= bits - 1) {
          int rule = 64 * word + Long.numberOfTrailingZeros(bits);
          if (gates.get(rule).holds(slots)) {
            sink.accept(rules.get(rule));
          }
        }
      }
    }
  }
}
