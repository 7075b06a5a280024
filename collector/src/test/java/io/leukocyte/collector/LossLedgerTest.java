package io.leukocyte.collector;

import static org.assertj.core.api.Assertions.assertThat;

import io.leukocyte.events.SensorLoss;
import org.junit.jupiter.api.Test;

class LossLedgerTest {
  private final LossLedger losses = new LossLedger();

  @Test
  void lossesOfTheSameKindAndReasonAreSummedAndToldOnce() {
    losses.add("batch", "net.flow", "backlog", 2, 100);
    losses.add("batch", "net.flow", "backlog", 3, 50);
    losses.add("batch", "net.flow", "publish-failed", 1, 70);
    assertThat(losses.drain())
        .containsExactly(
            new SensorLoss(100, null, "batch", "net.flow", "backlog", 5, 50, 100),
            new SensorLoss(70, null, "batch", "net.flow", "publish-failed", 1, 70, 70));
    assertThat(losses.drain()).isEmpty();
  }

  @Test
  void manyDifferentLossesAreBoundedWithoutForgettingAny() {
    for (int i = 0; i < 5000; i++) {
      losses.add("batch", "kind-" + i, "backlog", 1, i);
    }
    var reports = losses.drain();
    assertThat(reports).hasSize(1025);
    assertThat(reports.stream().mapToLong(SensorLoss::count).sum()).isEqualTo(5000);
    assertThat(reports.getLast().lostKind()).isEqualTo("any");
  }
}
