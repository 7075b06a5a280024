package io.leukocyte.collector;

import java.time.Duration;

/**
 * How the kernel sensor works.
 *
 * @param ringBytes size of the buffer between kernel and collector: a power of two, at least one
 *     page
 * @param includeHost whether processes of the host are reported too
 * @param flowInterval how often egress is reported
 * @param redact whether secrets are masked where arguments become a text: there is no telling
 *     afterwards where an argument ended
 */
public record SensorOptions(
    int ringBytes, boolean includeHost, Duration flowInterval, boolean redact) {
  /** 16 MiB, containers only, each two seconds. */
  public static final SensorOptions DEFAULT =
      new SensorOptions(16 << 20, false, Duration.ofSeconds(2));

  private static final int LEAST_RING = 4096;

  /** Options with which secrets are masked. */
  public SensorOptions(int ringBytes, boolean includeHost, Duration flowInterval) {
    this(ringBytes, includeHost, flowInterval, true);
  }

  /**
   * Checks the values.
   *
   * @throws IllegalArgumentException when the ring's size is no power of two of at least a page or
   *     the interval is shorter than 10 ms
   */
  public SensorOptions {
    if (Integer.bitCount(ringBytes) != 1 || ringBytes < LEAST_RING) {
      throw new IllegalArgumentException(
          "Not a ring size: " + ringBytes + "; it is a power of two, at least " + LEAST_RING);
    }
    if (flowInterval.toMillis() < 10) {
      throw new IllegalArgumentException(
          "Not a flow interval: " + flowInterval + "; it is at least 10 ms");
    }
  }
}
