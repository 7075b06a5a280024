package io.leukocyte.rules;

import io.leukocyte.events.BatchCursor;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What a matcher knows of one slot. A record is the mask of the rules that the slot's bits leave
 * open, then the bits themselves; equal bits share one record. Record 0 is the one where no bit is
 * set, which is also what a missing field gets.
 */
abstract class SlotState {
  /** Records kept of a slot; with more the slot forgets all. */
  private static final int MAX_RECORDS = 16_384;

  private final List<Gate> gates;
  private final int index;
  private final int ruleWords;
  private final int bitWords;
  private final Map<Bits, Integer> known = new HashMap<>();
  private long[] records;
  private final long[] held;
  private int count;
  private int current;
  private int at;
  private boolean renumbered;

  /** The bits of the value that is being looked at. */
  final Bits scratch;

  /** Rules that read the slot, one bit each. */
  final long[] readers;

  SlotState(Plan plan, int index) {
    this.gates = plan.gates();
    this.index = index;
    this.ruleWords = plan.ruleWords();
    this.bitWords = (plan.slots().get(index).questions().size() + 63) >> 6;
    this.records = new long[8 * (ruleWords + bitWords)];
    this.scratch = new Bits(new long[bitWords]);
    this.held = new long[bitWords];
    this.readers = new long[ruleWords];
    for (int rule = 0; rule < gates.size(); rule++) {
      if (gates.get(rule).reads(index)) {
        readers[rule >> 6] |= 1L << rule;
      }
    }
    addRecord();
  }

  /** Looks up the record of the cursor's row. */
  abstract void resolve(BatchCursor row);

  /** The value at a key is no longer what it was: forgets everything but record 0. */
  void forget() {
    known.clear();
    count = 0;
    use(0);
    renumbered = true;
    Arrays.fill(scratch.words, 0);
    addRecord();
  }

  /** The record of the current row. */
  final int record() {
    return current;
  }

  /** Whether records have other numbers than when this was asked the last time. */
  final boolean isRenumbered() {
    boolean since = renumbered;
    renumbered = false;
    return since;
  }

  /** What is left of a gate for the current row. */
  final Gate given(Gate gate) {
    System.arraycopy(records, at + ruleWords, held, 0, bitWords);
    return gate.given(index, held);
  }

  /** A word of the mask of the rules left open. */
  final long mask(int word) {
    return records[at + word];
  }

  /** Whether a bit is set for the current row. */
  final boolean holds(int bit) {
    return (records[at + ruleWords + (bit >> 6)] & (1L << bit)) != 0;
  }

  /** Whether any bit of a mask is set for the current row. */
  final boolean holdsAny(long[] mask) {
    int from = at + ruleWords;
    for (int word = 0; word < mask.length; word++) {
      if ((records[from + word] & mask[word]) != 0) {
        return true;
      }
    }
    return false;
  }

  final void use(int record) {
    current = record;
    at = record * (ruleWords + bitWords);
  }

  final void set(int bit) {
    scratch.words[bit >> 6] |= 1L << bit;
  }

  /** Whether so much is kept that the slot should forget it before the next batch. */
  boolean isFull() {
    return count >= MAX_RECORDS;
  }

  /** The record of the bits in {@link #scratch}, which are cleared. */
  final int recordOfScratch() {
    int record = 0;
    if (!scratch.isEmpty()) {
      Integer found = known.get(scratch);
      record = found == null ? addRecord() : found;
      Arrays.fill(scratch.words, 0);
    }
    return record;
  }

  private int addRecord() {
    int stride = ruleWords + bitWords;
    int record = count++;
    int start = record * stride;
    if (records.length < start + stride) {
      records = Arrays.copyOf(records, Math.max(records.length * 2, start + stride));
    }
    System.arraycopy(scratch.words, 0, records, start + ruleWords, bitWords);
    for (int word = 0; word < ruleWords; word++) {
      records[start + word] = record == 0 ? 0 : records[word];
    }
    for (int rule = 0; rule < gates.size(); rule++) {
      if (record == 0 || gates.get(rule).touches(index, scratch.words)) {
        project(rule, start);
      }
    }
    known.put(new Bits(scratch.words.clone()), record);
    return record;
  }

  private void project(int rule, int start) {
    long bit = 1L << rule;
    if (gates.get(rule).project(index, scratch.words) == Gate.NO) {
      records[start + (rule >> 6)] &= ~bit;
    } else {
      records[start + (rule >> 6)] |= bit;
    }
  }

  /** Bits as a key. */
  static final class Bits {
    private final long[] words;

    Bits(long[] words) {
      this.words = words;
    }

    long[] words() {
      return words;
    }

    private boolean isEmpty() {
      for (long word : words) {
        if (word != 0) {
          return false;
        }
      }
      return true;
    }

    @Override
    public boolean equals(Object other) {
      return other instanceof Bits b && Arrays.equals(words, b.words);
    }

    @Override
    public int hashCode() {
      return Arrays.hashCode(words);
    }
  }
}
