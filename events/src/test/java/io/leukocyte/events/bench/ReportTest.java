package io.leukocyte.events.bench;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ReportTest {
  private static Machine machine(double load) {
    return new Machine(2, "p", 4096, "Linux 6", "25", load);
  }

  private static Report report() {
    return new Report("x", machine(0));
  }

  @Test
  void goalsAreMetOnTheirSideOfTheBound() {
    assertThat(report().atMost("delay", 250, 250, "ms").isMet()).isTrue();
    assertThat(report().atMost("delay", 250.1, 250, "ms").isMet()).isFalse();
    assertThat(report().atLeast("rate", 0.8, 0.8, "").isMet()).isTrue();
    assertThat(report().atLeast("rate", 0.79, 0.8, "").isMet()).isFalse();
    assertThat(report().atMost("one", 1, 2, "").atMost("other", 3, 2, "").isMet()).isFalse();
  }

  @Test
  void busyMachineIsWarnedAbout() {
    assertThat(machine(1).warning()).isEmpty();
    assertThat(machine(1.2).warning()).hasValueSatisfying(w -> assertThat(w).contains("load 1.2"));
    assertThat(machine(-1).warning()).isEmpty();
  }

  @Test
  void thisMachineSaysWhatItIs() {
    Machine machine = Machine.now();
    assertThat(machine.cores()).isPositive();
    assertThat(machine.load()).isNotNegative();
    assertThat(machine.memoryMegabytes()).isPositive();
    assertThat(machine.toString()).contains("Linux").contains("Java");
  }
}
