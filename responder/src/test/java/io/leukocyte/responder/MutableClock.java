package io.leukocyte.responder;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;

/** A clock that stands still until the test moves it. */
final class MutableClock extends Clock {
  private Instant now = Instant.parse("2026-11-22T12:00:00Z");

  void advance(Duration by) {
    now = now.plus(by);
  }

  long nanos() {
    return Nanos.of(now);
  }

  @Override
  public Instant instant() {
    return now;
  }

  @Override
  public ZoneId getZone() {
    return ZoneOffset.UTC;
  }

  @Override
  public Clock withZone(ZoneId zone) {
    return this;
  }
}
