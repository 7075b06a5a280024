package io.leukocyte.analyzer;

import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/** A state in memory that gives what changed as keys and values, and is made anew from them. */
interface LoggedState {
  /**
   * Gives everything that changed since the last call; a null value deletes its key.
   *
   * @param out takes key and value; a key may come twice, the last value holds
   */
  void drain(BiConsumer<byte[], byte @Nullable []> out);

  /** Forgets everything, what is not yet drained included. */
  void clear();

  /**
   * Takes a record of the changelog, in the changelog's order. {@link #index} is due before the
   * state is used.
   *
   * @throws UnreadableStateException when the record cannot be read
   */
  void restore(byte[] key, byte @Nullable [] value);

  /** Makes what follows from the rest. */
  void index();
}
