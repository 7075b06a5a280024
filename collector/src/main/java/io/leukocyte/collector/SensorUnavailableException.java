package io.leukocyte.collector;

/** The kernel sensor cannot work here, and why. */
public final class SensorUnavailableException extends Exception {
  private final transient SensorUnavailable reason;

  /** Says it with the reason's own words. */
  public SensorUnavailableException(SensorUnavailable reason) {
    super(reason.text());
    this.reason = reason;
  }

  /** Why. */
  public SensorUnavailable reason() {
    return reason;
  }
}
