package io.leukocyte.collector;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class LineRateTest {
  private static final long SECOND = 1_000_000_000L;

  private static int passed(LineRate rate, long from, int lines, long apart) {
    int passed = 0;
    for (int i = 0; i < lines; i++) {
      passed += rate.take(from + i * apart) ? 1 : 0;
    }
    return passed;
  }

  @Test
  void aBurstOfTenSecondsPassesAndThenTheRate() {
    LineRate rate = new LineRate(100);
    assertThat(passed(rate, SECOND, 2_000, 0)).isEqualTo(1_000);
    assertThat(passed(rate, 2 * SECOND, 2_000, 0)).isEqualTo(100);
    assertThat(passed(rate, 102 * SECOND, 2_000, 0)).isEqualTo(1_000);
  }

  @Test
  void whatWasWrittenSlowlyPassesHoweverFastItIsRead() {
    assertThat(passed(new LineRate(100), SECOND, 50_000, SECOND / 100)).isEqualTo(50_000);
  }

  @Test
  void aClockThatGoesBackGivesNothing() {
    LineRate rate = new LineRate(1);
    assertThat(passed(rate, 100 * SECOND, 20, -SECOND)).isEqualTo(10);
  }

  @Test
  void noBoundIsNone() {
    assertThat(passed(new LineRate(0), SECOND, 5_000, 0)).isEqualTo(5_000);
  }
}
