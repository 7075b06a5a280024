package io.leukocyte.events;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class CodecBenchTest {
  @Test
  void shortFormOfTheBenchmarkMeasuresEveryForm() throws Exception {
    CodecBench bench = new CodecBench();
    List<CodecBench.Figure> figures = bench.run(Duration.ofMillis(200));

    assertThat(figures).hasSize(5).allMatch(figure -> figure.nanos() > 0);
    double scan = figures.get(1).nanos();
    double json = figures.get(4).nanos();
    assertThat(json / scan).isGreaterThan(5);
    assertThat(bench.sizes()).contains("bytes/event");
  }

  @Test
  void sampleStreamIsTheSameForTheSameSeed() {
    assertThat(new SampleStream(7).next(1_000))
        .isEqualTo(new SampleStream(7).next(1_000))
        .isNotEqualTo(new SampleStream(8).next(1_000));
  }
}
