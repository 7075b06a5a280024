package io.leukocyte.events.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class AlternatedTest {
  @Test
  void trialsTakeTurnsAndEachSecondRoundIsReversed() throws Exception {
    List<String> order = new ArrayList<>();
    Alternated.Rounds rounds =
        new Alternated()
            .add("a", round -> trial(order, "a", round, 6))
            .add("b", round -> trial(order, "b", round, 2))
            .run(1, 3);

    assertThat(order).containsExactly("b-1", "a-1", "a0", "b0", "b1", "a1", "a2", "b2");
    assertThat(rounds.figures()).containsEntry("a", List.of(6.0, 7.0, 8.0));
    assertThat(rounds.figures()).containsEntry("b", List.of(2.0, 3.0, 4.0));
  }

  @Test
  void ratioIsTakenRoundByRound() throws Exception {
    Alternated.Rounds rounds =
        new Alternated().add("a", round -> 2 * (round + 1)).add("b", round -> round + 1).run(0, 6);

    assertThat(rounds.of("a").median()).isEqualTo(7);
    assertThat(rounds.ratio("a", "b").least()).isEqualTo(2);
    assertThat(rounds.ratio("a", "b").most()).isEqualTo(2);
    assertThatThrownBy(() -> rounds.of("c")).hasMessageContaining("c");
  }

  private static double trial(List<String> order, String name, int round, double figure) {
    order.add(name + round);
    return figure + round;
  }
}
