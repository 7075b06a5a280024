package io.leukocyte.collector;

/**
 * What a collector holds in memory at most, besides what its settings bound. Together they keep it
 * below 200 MB of anonymous memory with 50 containers and a ring of 16 MiB (which is the kernel's):
 *
 * <table>
 * <caption>Buffers of a collector</caption>
 * <tr><th>what</th><th>bound</th></tr>
 * <tr><td>records moved out of the ring while their reader is behind</td><td>as much as the ring,
 * at most 64 MiB</td></tr>
 * <tr><td>batches neither stored nor spooled</td><td>{@code collector.backlog}, 16 MiB</td></tr>
 * <tr><td>batches on their way to Kafka</td><td>{@link #WINDOW}</td></tr>
 * <tr><td>the producer's copies of those</td><td>{@link #PRODUCER}</td></tr>
 * <tr><td>events that wait for the facts of their container</td><td>{@code
 * collector.hold-events}, 10,000 of some 500 bytes</td></tr>
 * <tr><td>the batch that is being filled</td><td>{@link
 * io.leukocyte.events.BatchLimits#MAX_BYTES}, twice</td></tr>
 * <tr><td>losses that are not reported</td><td>1,024 sums</td></tr>
 * <tr><td>processes that are known</td><td>16,384</td></tr>
 * <tr><td>a record of the spool, read or written</td><td>1 MiB each</td></tr>
 * </table>
 */
final class Buffers {
  private Buffers() {}

  /** Bytes of batches that the publisher has and that are not stored yet; one is always let in. */
  static final long WINDOW = 4L << 20;

  /** Bytes of the producer's own buffer: it rounds each batch up and holds it once more. */
  static final long PRODUCER = 8L << 20;

  /**
   * Bytes that one request to Kafka carries: what comes while one is on its way waits for the next,
   * and goes together. A batch that is larger goes alone.
   */
  static final int REQUEST = 256 << 10;
}
