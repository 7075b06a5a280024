package io.leukocyte.events;

import static org.assertj.core.api.Assertions.assertThat;

import io.leukocyte.events.bench.Machine;
import io.leukocyte.events.bench.Report;
import org.junit.jupiter.api.Test;

class CodecBenchTest {
  @Test
  void shortFormOfTheBenchmarkMeasuresEveryForm() throws Exception {
    Report report = new Report("codec", Machine.now());
    new CodecBench().run(1, 3, report);

    assertThat(report.figures()).hasSize(5).allMatch(figure -> figure.samples().least() > 0);
    Report.Ratio scan = report.ratios().get(1);
    assertThat(scan.samples().median()).isLessThan(0.2);
    assertThat(report.counts()).allMatch(count -> count.value() > 0);
  }

  @Test
  void sampleStreamIsTheSameForTheSameSeed() {
    assertThat(new SampleStream(7).next(1_000))
        .isEqualTo(new SampleStream(7).next(1_000))
        .isNotEqualTo(new SampleStream(8).next(1_000));
  }
}
