package io.leukocyte.collector;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;

/** Clocks that a test turns. */
final class ManualTime implements TimeSource {
  static final long START = 1_800_000_000_000_000_000L;

  private final AtomicLong passed = new AtomicLong();

  void pass(Duration time) {
    passed.addAndGet(time.toNanos());
  }

  void passMillis(long millis) {
    pass(Duration.ofMillis(millis));
  }

  @Override
  public long unixNanos() {
    return START + passed.get();
  }

  @Override
  public long ticks() {
    return passed.get();
  }
}
