package io.leukocyte.collector;

import java.util.function.Consumer;

/**
 * What is stored where a publisher puts batches, read back: how a collector learns what a former
 * one had stored when it was killed.
 */
public interface StoredBatches {
  /** None can be read back. */
  StoredBatches NONE =
      new StoredBatches() {
        @Override
        public String place() {
          return "";
        }

        @Override
        public Outcome read(String since, Consumer<byte[]> each) {
          return new Outcome.Whole();
        }

        @Override
        public void close() {}
      };

  /** How much was read. */
  sealed interface Outcome {
    /** All that was stored. */
    record Whole() implements Outcome {}

    /**
     * Not all of it.
     *
     * @param why one line
     */
    record Part(String why) implements Outcome {}
  }

  /**
   * A word for the place after the last batch whose receipt was told that it is stored; empty when
   * there is none.
   */
  String place();

  /**
   * Hands over what this host's collectors have stored after a place, in its order. Takes no longer
   * than some seconds, whatever is away.
   *
   * @param since a former {@link #place}, not empty
   * @param each takes a batch, which need not be one
   */
  Outcome read(String since, Consumer<byte[]> each);

  /** Ends a {@link #read} that is under way. */
  void close();
}
