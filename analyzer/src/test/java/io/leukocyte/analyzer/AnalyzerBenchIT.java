package io.leukocyte.analyzer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The benchmark's short form: it runs and reports; its figures are for longer runs. */
class AnalyzerBenchIT {
  @TempDir Path folder;

  @Test
  void reportsTheAnalyzerBesideAPlainConsumer() throws Exception {
    List<String> lines = new ArrayList<>();
    try (TestBroker broker = TestBroker.start(folder, 2)) {
      AnalyzerBench bench =
          new AnalyzerBench(
              broker.settings(),
              List.of(BenchRules.SHIPPED, BenchRules.ONE),
              new AnalyzerBench.Plan(100_000, 1),
              lines::add);
      AnalyzerBench.Figures figures = bench.run();
      assertThat(figures.plain()).singleElement().satisfies(ns -> assertThat(ns).isPositive());
      assertThat(figures.analyzer()).containsOnlyKeys(BenchRules.SHIPPED, BenchRules.ONE);
      assertThat(figures.of(BenchRules.ONE))
          .singleElement()
          .satisfies(ns -> assertThat(ns).isGreaterThan(figures.plain().getFirst()));
      assertThat(lines).hasSize(5).anyMatch(line -> line.startsWith("analyzer, one rule"));
      assertThat(lines.getFirst()).startsWith("100,000 events, 200 a batch, 1 rounds");
      assertThatThrownBy(bench::run)
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("leuko.events is not empty");
    }
  }
}
