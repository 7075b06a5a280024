package io.leukocyte.collector;

import io.leukocyte.events.Component;

/** Where batches of events go: a topic, or memory. */
public interface BatchPublisher extends Component {
  /**
   * Takes over a batch. Called by one thread, in the order of the sequence numbers, which is the
   * order in which batches are stored. May block while the other side is away; returns once {@link
   * #close} was called.
   *
   * @param batch as {@link io.leukocyte.events.BatchWriter} makes it; not changed afterwards
   * @param receipt told once, by any thread, what became of it
   */
  void publish(byte[] batch, Receipt receipt);

  /** What is stored, read back; by default none of it can be. */
  default StoredBatches stored() {
    return StoredBatches.NONE;
  }

  /** Hears what became of a batch. */
  interface Receipt {
    /** It is stored for good. */
    void stored();

    /**
     * It is not known to be stored, and is not tried any more. The caller may publish it again,
     * before any batch that it has not published yet.
     */
    void returned(Exception cause);

    /** It will never be stored. */
    void failed(Exception cause);
  }
}
