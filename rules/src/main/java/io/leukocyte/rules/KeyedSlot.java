package io.leukocyte.rules;

import java.util.Arrays;

/** A slot whose record is looked up by a number that stands for the value. */
abstract class KeyedSlot extends SlotState {
  /** Number of the record plus one; 0 where it is not known yet. */
  private int[] recordOf = new int[256];

  KeyedSlot(Plan plan, int index) {
    super(plan, index);
  }

  /** Uses the record of a key; false when there is none yet. */
  final boolean useKnown(int key) {
    if (key >= recordOf.length || recordOf[key] == 0) {
      return false;
    }
    use(recordOf[key] - 1);
    return true;
  }

  /** Uses the record of the bits in the scratch, and remembers it for the key. */
  final void useNew(int key) {
    int record = recordOfScratch();
    if (key >= recordOf.length) {
      recordOf = Arrays.copyOf(recordOf, Math.max(recordOf.length * 2, key + 1));
    }
    recordOf[key] = record + 1;
    use(record);
  }

  @Override
  void forget() {
    super.forget();
    Arrays.fill(recordOf, 0);
  }
}
