package io.leukocyte.rules;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import org.junit.jupiter.api.Test;

/** What benchmarks compare finds the same: else their figures would say nothing. */
class PeersTest {
  private static final int RULES = 40;

  private final BenchStream stream = new BenchStream(2, 100);
  private final BenchMix mix = new BenchMix(2, RULES);

  @Test
  void matcherLoopAndEsperFindTheSame() throws Exception {
    long[] agreed = RulesBench.agreed(stream, mix, mix.rules());
    assertThat(Arrays.stream(agreed).filter(n -> n > 0).count())
        .as("rules that match at all")
        .isGreaterThan(RULES / 10);
    try (EsperPeer esper = new EsperPeer(mix)) {
      stream.events().forEach(batch -> batch.forEach(e -> esper.send(EsperPeer.EsperEvent.of(e))));
      assertThat(esper.matched()).isEqualTo(agreed);
    }
  }
}
