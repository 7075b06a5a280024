package io.leukocyte.events.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.Random;
import java.util.function.DoubleUnaryOperator;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class TrendTest {
  private static Trend of(int n, DoubleUnaryOperator value) {
    List<Double> times = IntStream.range(0, n).mapToObj(i -> i * 0.5).toList();
    return Trend.of(times, times.stream().map(value::applyAsDouble).toList());
  }

  @Test
  void straightLineHasItsSlopeAndGrows() {
    assertThat(of(10, t -> 3 + 2 * t)).isEqualTo(new Trend(2, 2, 2));
    assertThat(of(10, t -> 3 + 2 * t).isFlat()).isFalse();
    assertThat(of(10, t -> 3 - t).isFlat()).isTrue();
    assertThat(of(10, t -> 7)).isEqualTo(new Trend(0, 0, 0));
  }

  @Test
  void noiseAroundALevelIsFlatAndSlowGrowthInItIsFound() {
    Random random = new Random(5);
    Trend level = of(40, t -> 100 + random.nextGaussian());
    assertThat(level.isFlat()).isTrue();
    assertThat(level.low()).isNegative();
    assertThat(level.high()).isPositive();
    Trend growing = of(40, t -> 100 + 0.3 * t + random.nextGaussian());
    assertThat(growing.isFlat()).isFalse();
    assertThat(growing.slope()).isCloseTo(0.3, within(0.1));
  }

  @Test
  void oneOutlierDoesNotMoveIt() {
    assertThat(of(20, t -> t == 5 ? 1000 : 3 + 2 * t).slope()).isCloseTo(2, within(0.001));
  }

  @Test
  void intervalOfFewSamplesHoldsAllSlopes() {
    Trend trend = Trend.of(List.of(0.0, 1.0, 2.0), List.of(0.0, 1.0, 5.0));
    assertThat(trend).isEqualTo(new Trend(2.5, 1, 4));
    assertThatThrownBy(() -> Trend.of(List.of(0.0, 1.0), List.of(0.0, 1.0)))
        .hasMessageContaining("three");
  }
}
