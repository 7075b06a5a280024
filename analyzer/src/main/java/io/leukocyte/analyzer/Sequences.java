package io.leukocyte.analyzer;

/**
 * The last batch of each of a host's latest epochs: tells repeats and gaps. An epoch is told by its
 * number alone, so that a host whose clock was set back is heard after its collector's restart.
 */
final class Sequences {
  /** Epochs that are remembered. */
  static final int EPOCHS = 4;

  private static final Verdict IN_ORDER = new Verdict.InOrder();
  private static final Verdict REPEAT = new Verdict.Repeat();

  private final long[] epochs = new long[EPOCHS];
  private final long[] sequences = new long[EPOCHS];
  private final long[] nextIndexes = new long[EPOCHS];
  private int known;

  /** What a batch is, by its number. */
  sealed interface Verdict {
    /** The next one, or the first that was ever seen of its host. */
    record InOrder() implements Verdict {}

    /** One that came before. */
    record Repeat() implements Verdict {}

    /**
     * One that others should have preceded.
     *
     * @param first the first number that is missing
     * @param last the last number that is missing
     */
    record Gap(long first, long last) implements Verdict {
      long batches() {
        return last - first + 1;
      }
    }
  }

  /**
   * Judges a batch and remembers it.
   *
   * @param firstIndex index of its first row, above 0 for a later part of a batch
   * @param count rows it has
   */
  Verdict accept(long epoch, long sequence, int firstIndex, int count) {
    int at = find(epoch);
    if (at >= 0 && isRepeat(at, sequence, firstIndex)) {
      return REPEAT;
    }
    boolean first = known == 0;
    long expected = at < 0 ? 0 : sequences[at] == sequence ? sequence : sequences[at] + 1;
    remember(at, epoch, sequence, firstIndex + (long) count);
    return first || sequence <= expected ? IN_ORDER : new Verdict.Gap(expected, sequence - 1);
  }

  private boolean isRepeat(int at, long sequence, int firstIndex) {
    return sequence < sequences[at]
        || (sequence == sequences[at] && (firstIndex == 0 || firstIndex < nextIndexes[at]));
  }

  private int find(long epoch) {
    for (int i = 0; i < known; i++) {
      if (epochs[i] == epoch) {
        return i;
      }
    }
    return -1;
  }

  /** Puts the epoch first; the one unused for longest falls off. */
  private void remember(int at, long epoch, long sequence, long nextIndex) {
    int from = at >= 0 ? at : Math.min(known, EPOCHS - 1);
    if (at < 0 && known < EPOCHS) {
      known++;
    }
    System.arraycopy(epochs, 0, epochs, 1, from);
    System.arraycopy(sequences, 0, sequences, 1, from);
    System.arraycopy(nextIndexes, 0, nextIndexes, 1, from);
    epochs[0] = epoch;
    sequences[0] = sequence;
    nextIndexes[0] = nextIndex;
  }

  int known() {
    return known;
  }

  /** The three numbers of a remembered epoch, the latest at 0: epoch, sequence, next index. */
  long[] get(int at) {
    return new long[] {epochs[at], sequences[at], nextIndexes[at]};
  }

  /** Appends a remembered epoch, as {@link #get} gave it. */
  void append(long epoch, long sequence, long nextIndex) {
    epochs[known] = epoch;
    sequences[known] = sequence;
    nextIndexes[known] = nextIndex;
    known++;
  }
}
