package io.leukocyte.rules;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A compiled condition: an expression over the bits of the current row's slots. */
@SuppressWarnings("ReferenceEquality") // what nothing was learned about is the very same
sealed interface Gate {
  /** Projection: it does not hold, whatever the other slots say. */
  int NO = 0;

  /** Projection: it holds, whatever the other slots say. */
  int YES = 1;

  /** Projection: the other slots decide. */
  int OPEN = 2;

  /** A gate that always holds. */
  Gate ALWAYS = new Always();

  /** A gate that never does. */
  Gate NEVER = new Not(ALWAYS);

  /** Whether it holds for the current row. */
  boolean holds(SlotState[] slots);

  /** What is left of it when a slot has these bits; as simple as that allows. */
  Gate given(int slot, long[] bits);

  /** The first slot that it reads; the largest number when it reads none. */
  int firstSlot();

  /** What one slot alone decides, given its bits. */
  int project(int slot, long[] bits);

  /** Whether it reads a slot. */
  boolean reads(int slot);

  /** Whether it reads a bit that is set in a slot's bits. */
  boolean touches(int slot, long[] bits);

  /** One bit of a slot. */
  record Bit(int slot, int bit) implements Gate {
    @Override
    public boolean holds(SlotState[] slots) {
      return slots[slot].holds(bit);
    }

    @Override
    public Gate given(int other, long[] bits) {
      return other != slot ? this : isSet(bits) ? ALWAYS : NEVER;
    }

    @Override
    public int firstSlot() {
      return slot;
    }

    @Override
    public int project(int other, long[] bits) {
      return other != slot ? OPEN : isSet(bits) ? YES : NO;
    }

    @Override
    public boolean reads(int other) {
      return other == slot;
    }

    @Override
    public boolean touches(int other, long[] bits) {
      return other == slot && isSet(bits);
    }

    private boolean isSet(long[] bits) {
      return (bits[bit >> 6] & (1L << bit)) != 0;
    }
  }

  /**
   * Any of several bits of one slot, as lists of patterns are: one test of a mask.
   *
   * @param mask the bits, as the slot keeps them; never changed
   */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  record AnyBit(int slot, long[] mask) implements Gate {
    @Override
    public boolean holds(SlotState[] slots) {
      return slots[slot].holdsAny(mask);
    }

    @Override
    public Gate given(int other, long[] bits) {
      return other != slot ? this : isSet(bits) ? ALWAYS : NEVER;
    }

    @Override
    public int firstSlot() {
      return slot;
    }

    @Override
    public int project(int other, long[] bits) {
      return other != slot ? OPEN : isSet(bits) ? YES : NO;
    }

    @Override
    public boolean reads(int other) {
      return other == slot;
    }

    @Override
    public boolean touches(int other, long[] bits) {
      return other == slot && isSet(bits);
    }

    private boolean isSet(long[] bits) {
      for (int word = 0; word < mask.length; word++) {
        if ((bits[word] & mask[word]) != 0) {
          return true;
        }
      }
      return false;
    }
  }

  /**
   * What is left of parts once a slot is known.
   *
   * @param deciding what alone decides the whole: it alone is left then
   * @param idle what says nothing: it is left out
   * @return the very list when nothing was learned
   */
  private static List<Gate> left(
      List<Gate> parts, int slot, long[] bits, Gate deciding, Gate idle) {
    List<Gate> left = new ArrayList<>();
    boolean same = true;
    for (int i = 0; i < parts.size(); i++) {
      Gate part = parts.get(i);
      Gate now = part.given(slot, bits);
      if (now.equals(deciding)) {
        return List.of(deciding);
      }
      same &= now == part;
      if (!now.equals(idle)) {
        left.add(now);
      }
    }
    return same ? parts : List.copyOf(left);
  }

  /** All of them. */
  record All(List<Gate> parts) implements Gate {
    @Override
    public boolean holds(SlotState[] slots) {
      for (int i = 0; i < parts.size(); i++) {
        if (!parts.get(i).holds(slots)) {
          return false;
        }
      }
      return true;
    }

    @Override
    public Gate given(int slot, long[] bits) {
      List<Gate> left = left(parts, slot, bits, NEVER, ALWAYS);
      return left == parts
          ? this
          : left.isEmpty() ? ALWAYS : left.size() == 1 ? left.getFirst() : new All(left);
    }

    @Override
    public int firstSlot() {
      return parts.stream().mapToInt(Gate::firstSlot).min().orElse(Integer.MAX_VALUE);
    }

    @Override
    public int project(int slot, long[] bits) {
      int result = YES;
      for (int i = 0; i < parts.size(); i++) {
        int part = parts.get(i).project(slot, bits);
        if (part == NO) {
          return NO;
        }
        result = part == OPEN ? OPEN : result;
      }
      return result;
    }

    @Override
    public boolean reads(int slot) {
      return parts.stream().anyMatch(p -> p.reads(slot));
    }

    @Override
    public boolean touches(int slot, long[] bits) {
      return parts.stream().anyMatch(p -> p.touches(slot, bits));
    }
  }

  /** Any of them. */
  record Any(List<Gate> parts) implements Gate {
    @Override
    public boolean holds(SlotState[] slots) {
      for (int i = 0; i < parts.size(); i++) {
        if (parts.get(i).holds(slots)) {
          return true;
        }
      }
      return false;
    }

    @Override
    public Gate given(int slot, long[] bits) {
      List<Gate> left = left(parts, slot, bits, ALWAYS, NEVER);
      return left == parts
          ? this
          : left.isEmpty() ? NEVER : left.size() == 1 ? left.getFirst() : new Any(left);
    }

    @Override
    public int firstSlot() {
      return parts.stream().mapToInt(Gate::firstSlot).min().orElse(Integer.MAX_VALUE);
    }

    @Override
    public int project(int slot, long[] bits) {
      int result = NO;
      for (int i = 0; i < parts.size(); i++) {
        int part = parts.get(i).project(slot, bits);
        if (part == YES) {
          return YES;
        }
        result = part == OPEN ? OPEN : result;
      }
      return result;
    }

    @Override
    public boolean reads(int slot) {
      return parts.stream().anyMatch(p -> p.reads(slot));
    }

    @Override
    public boolean touches(int slot, long[] bits) {
      return parts.stream().anyMatch(p -> p.touches(slot, bits));
    }
  }

  /** The opposite. */
  record Not(Gate part) implements Gate {
    @Override
    public boolean holds(SlotState[] slots) {
      return !part.holds(slots);
    }

    @Override
    public Gate given(int slot, long[] bits) {
      Gate now = part.given(slot, bits);
      return now == part ? this : now instanceof Not(Gate inner) ? inner : new Not(now);
    }

    @Override
    public int firstSlot() {
      return part.firstSlot();
    }

    @Override
    public int project(int slot, long[] bits) {
      int inner = part.project(slot, bits);
      return inner == OPEN ? OPEN : inner == YES ? NO : YES;
    }

    @Override
    public boolean reads(int slot) {
      return part.reads(slot);
    }

    @Override
    public boolean touches(int slot, long[] bits) {
      return part.touches(slot, bits);
    }
  }

  /** Always. */
  record Always() implements Gate {
    @Override
    public boolean holds(SlotState[] slots) {
      return true;
    }

    @Override
    public Gate given(int slot, long[] bits) {
      return this;
    }

    @Override
    public int firstSlot() {
      return Integer.MAX_VALUE;
    }

    @Override
    public int project(int slot, long[] bits) {
      return YES;
    }

    @Override
    public boolean reads(int slot) {
      return false;
    }

    @Override
    public boolean touches(int slot, long[] bits) {
      return false;
    }
  }

  /** The gate of a folded condition, given where each of its reads finds its bit. */
  static Gate of(Node node, Bits bits) {
    return switch (node) {
      case Node.All all -> new All(all.parts().stream().map(p -> of(p, bits)).toList());
      case Node.Any any -> any(any, bits);
      case Node.Not not -> new Not(of(not.part(), bits));
      case Node.Read read -> new Bit(bits.slot(read), bits.bit(read));
      case Node.Literal literal when literal.value() -> ALWAYS;
      case Node.Literal literal -> throw unexpected(node);
      case Node.Test test -> throw unexpected(node);
      case Node.Compare compare -> throw unexpected(node);
      case Node.TypeTest type -> throw unexpected(node);
      case Node.Needs needs -> throw unexpected(node);
    };
  }

  /** Bits of the same slot together, wherever they stand among nested alternatives. */
  private static Gate any(Node.Any any, Bits bits) {
    Map<Integer, BitSet> ofSlot = new LinkedHashMap<>();
    List<Gate> others = new ArrayList<>();
    alternatives(any, bits, ofSlot, others);
    List<Gate> parts = new ArrayList<>();
    ofSlot.forEach((slot, set) ->
        parts.add(
            set.cardinality() == 1
                ? new Bit(slot, set.nextSetBit(0))
                : new AnyBit(slot, set.toLongArray())));
    parts.addAll(others);
    return parts.size() == 1 ? parts.getFirst() : new Any(List.copyOf(parts));
  }

  private static void alternatives(
      Node.Any any, Bits bits, Map<Integer, BitSet> ofSlot, List<Gate> others) {
    for (Node part : any.parts()) {
      if (part instanceof Node.Read read) {
        ofSlot.computeIfAbsent(bits.slot(read), s -> new BitSet()).set(bits.bit(read));
      } else if (part instanceof Node.Any nested) {
        alternatives(nested, bits, ofSlot, others);
      } else {
        others.add(of(part, bits));
      }
    }
  }

  private static IllegalStateException unexpected(Node node) {
    return new IllegalStateException("Not folded for a kind: " + node);
  }

  /** Where a read finds its bit. */
  interface Bits {
    int slot(Node.Read read);

    int bit(Node.Read read);
  }
}
