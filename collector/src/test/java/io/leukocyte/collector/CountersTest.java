package io.leukocyte.collector;

import static org.assertj.core.api.Assertions.assertThat;

import io.leukocyte.events.Kind;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import org.junit.jupiter.api.Test;

class CountersTest {
  private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
  private final Counters counters = new Counters(meters);

  private double meter(String kind, String result, String reason) {
    return meters
        .get("leuko.collector.events")
        .tags("kind", kind, "result", result, "reason", reason)
        .functionCounter()
        .count();
  }

  @Test
  void eachResultIsAMeterAndTheSumsBalance() {
    for (int i = 0; i < 5; i++) {
      counters.received(Kind.PROCESS_EXEC);
    }
    counters.published(Kind.PROCESS_EXEC, 2);
    counters.filtered(Kind.PROCESS_EXEC);
    counters.lost(Kind.PROCESS_EXEC, "backlog", 1);
    counters.lostUnseen("process.exec", "full", 10);
    counters.lostUnseen("any", "full", 3);

    assertThat(meter("process.exec", "received", "none")).isEqualTo(15);
    assertThat(meter("process.exec", "published", "none")).isEqualTo(2);
    assertThat(meter("process.exec", "filtered", "none")).isEqualTo(1);
    assertThat(meter("process.exec", "lost", "backlog")).isEqualTo(1);
    assertThat(meter("process.exec", "lost", "full")).isEqualTo(10);
    assertThat(meter("any", "lost", "full")).isEqualTo(3);
    assertThat(counters.totals(Kind.PROCESS_EXEC).pending()).isEqualTo(1);
    assertThat(counters.totals()).isEqualTo(new Counters.Totals(18, 2, 1, 14));
  }
}
