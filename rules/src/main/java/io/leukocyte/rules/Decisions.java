package io.leukocyte.rules;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What the rules of a kind come to, one slot after the other: from the slots looked at so far
 * follows which rules are still open and which slot to look at next. Grown as rows need it; rows
 * that agree in what rules ask of them take the same way and look at nothing twice. It grows only
 * as fast as it serves: what is rare is decided without it.
 */
final class Decisions {
  /** References kept; with more all is forgotten. */
  private static final int MOST_CELLS = 1 << 18;

  /** What growing may cost in advance; it earns one a row. */
  private static final int MOST_CREDIT = 1 << 17;

  /** What growing costs, in rows, for each rule that is open and once more so often. */
  private static final int A_RULE = 16;

  private static final int AT_LEAST = 16;

  private static final int DECIDED = -1;

  private final List<Gate> gates;
  private final Map<Key, State> states = new HashMap<>();
  private State root;
  private int cells;
  private int credit = MOST_CREDIT;

  /**
   * Where some slots were looked at.
   *
   * @param matched rules that match whatever else the row holds
   * @param rules rules that are open
   * @param gates what must hold for them, given the slots so far
   */
  private record Key(List<Integer> matched, List<Integer> rules, List<Gate> gates) {}

  /** What is known after some slots. */
  static final class State {
    private final Key key;
    private final int[] matched;
    private final int slot;
    private @Nullable State[] next = new State[4];

    private State(Key key) {
      this.key = key;
      this.matched = key.matched().stream().mapToInt(Integer::intValue).sorted().toArray();
      this.slot = key.gates().stream().mapToInt(Gate::firstSlot).min().orElse(DECIDED);
    }

    /** The slot to look at next; negative when all is decided. */
    int slot() {
      return slot;
    }

    /** What follows from a record of that slot; null where no row came by yet. */
    @Nullable State next(int record) {
      return record < next.length ? next[record] : null;
    }

    /** The rules that match, ascending; all of them when all is decided. */
    int[] matched() {
      return matched;
    }
  }

  Decisions(List<Gate> gates) {
    this.gates = gates;
    this.root = newRoot();
  }

  private State newRoot() {
    List<Integer> matched = new ArrayList<>();
    List<Integer> rules = new ArrayList<>();
    List<Gate> open = new ArrayList<>();
    for (int rule = 0; rule < gates.size(); rule++) {
      add(rule, gates.get(rule), matched, rules, open);
    }
    return new State(new Key(List.copyOf(matched), List.copyOf(rules), List.copyOf(open)));
  }

  /** Before the first slot. */
  State root() {
    return root;
  }

  /** A row was decided. */
  void earn() {
    if (credit < MOST_CREDIT) {
      credit++;
    }
  }

  /** The records of slots have other numbers now: forgets everything. */
  void clear() {
    states.clear();
    cells = 0;
    root = newRoot();
  }

  /**
   * What follows from the record that the state's slot uses now.
   *
   * @return null when that is better not kept
   */
  @Nullable State grow(State from, SlotState slot) {
    int cost = A_RULE * (AT_LEAST + from.key.rules().size());
    if (credit < cost) {
      return null;
    }
    credit -= cost;
    if (cells > MOST_CELLS) {
      clear();
      return null;
    }
    int record = slot.record();
    State to = states.computeIfAbsent(after(from, slot), this::newState);
    if (record >= from.next.length) {
      int length = Math.max(record + 1, 2 * from.next.length);
      cells += length - from.next.length;
      from.next = Arrays.copyOf(from.next, length);
    }
    from.next[record] = to;
    return to;
  }

  private State newState(Key key) {
    cells += 16 + 4 * key.rules().size();
    return new State(key);
  }

  private static Key after(State from, SlotState slot) {
    List<Integer> matched = new ArrayList<>(from.key.matched());
    List<Integer> rules = new ArrayList<>();
    List<Gate> open = new ArrayList<>();
    for (int i = 0; i < from.key.rules().size(); i++) {
      int rule = from.key.rules().get(i);
      if ((slot.mask(rule >> 6) & (1L << rule)) != 0) {
        add(rule, slot.given(from.key.gates().get(i)), matched, rules, open);
      }
    }
    return new Key(List.copyOf(matched), List.copyOf(rules), List.copyOf(open));
  }

  private static void add(
      int rule, Gate gate, List<Integer> matched, List<Integer> rules, List<Gate> open) {
    if (gate.equals(Gate.ALWAYS)) {
      matched.add(rule);
    } else if (!gate.equals(Gate.NEVER)) {
      rules.add(rule);
      open.add(gate);
    }
  }
}
