package io.leukocyte.events.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.Random;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class SamplesTest {
  private static Samples upTo(int n) {
    return Samples.of(IntStream.rangeClosed(1, n).mapToDouble(i -> i).toArray());
  }

  @Test
  void medianIsTheMiddleOneOrTheMeanOfTheTwoInTheMiddle() {
    assertThat(Samples.of(9, 1, 4).median()).isEqualTo(4);
    assertThat(Samples.of(List.of(9.0, 1.0, 4.0, 5.0)).median()).isEqualTo(4.5);
    assertThat(Samples.of(7).median()).isEqualTo(7);
  }

  @Test
  void extremesAreTheSmallestAndTheLargest() {
    Samples samples = Samples.of(3, -1, 8);
    assertThat(samples.least()).isEqualTo(-1);
    assertThat(samples.most()).isEqualTo(8);
    assertThat(samples.size()).isEqualTo(3);
  }

  @Test
  void percentileIsTheNearestRank() {
    assertThat(upTo(100).percentile(0.99)).isEqualTo(99);
    assertThat(upTo(100).percentile(0.07)).isEqualTo(7);
    assertThat(upTo(100).percentile(1)).isEqualTo(100);
    assertThat(upTo(300).percentile(0.5)).isEqualTo(150);
    assertThat(upTo(3).percentile(0.9)).isEqualTo(3);
    assertThat(upTo(3).percentile(0.001)).isEqualTo(1);
    assertThatThrownBy(() -> upTo(3).percentile(0)).isInstanceOf(IllegalArgumentException.class);
  }

  /** The ranks and coverages of the sign test's tables. */
  @Test
  void intervalOfTheMedianHasTheRanksOfTheSignTest() {
    assertInterval(6, 1, 6, 0.96875);
    assertInterval(9, 2, 8, 0.9609);
    assertInterval(10, 2, 9, 0.9785);
    assertInterval(20, 6, 15, 0.9586);
    assertInterval(25, 8, 18, 0.9567);
    assertInterval(100, 40, 61, 0.9648);
  }

  private static void assertInterval(int n, double low, double high, double coverage) {
    Interval interval = upTo(n).medianInterval();
    assertThat(interval.low()).as("low of %d", n).isEqualTo(low);
    assertThat(interval.high()).as("high of %d", n).isEqualTo(high);
    assertThat(interval.coverage()).as("coverage of %d", n).isCloseTo(coverage, within(0.0001));
    assertThat(interval.isSure()).isTrue();
  }

  @Test
  void fewSamplesGiveTheirExtremesAndSayHowLittleThatIs() {
    assertThat(upTo(3).medianInterval()).isEqualTo(new Interval(1, 3, 0.75));
    assertThat(upTo(5).medianInterval()).isEqualTo(new Interval(1, 5, 0.9375));
    assertThat(upTo(5).medianInterval().isSure()).isFalse();
    assertThat(upTo(1).medianInterval()).isEqualTo(new Interval(1, 1, 0));
  }

  @Test
  void intervalHoldsTheTrueMedianAsOftenAsItSays() {
    Random random = new Random(7);
    int runs = 4000;
    int held = 0;
    for (int i = 0; i < runs; i++) {
      double[] values =
          DoubleStream.generate(() -> -Math.log(1 - random.nextDouble())).limit(20).toArray();
      Interval interval = Samples.of(values).medianInterval();
      held += interval.low() <= Math.log(2) && Math.log(2) <= interval.high() ? 1 : 0;
    }
    assertThat(held / (double) runs).isCloseTo(0.9586, within(0.012));
  }

  @Test
  void nothingMeasuredIsAnError() {
    assertThatThrownBy(() -> Samples.of()).hasMessageContaining("nothing was measured");
    assertThatThrownBy(() -> Samples.of(1, Double.NaN)).hasMessageContaining("not a number");
  }
}
