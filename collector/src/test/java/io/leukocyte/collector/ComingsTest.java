package io.leukocyte.collector;

import static org.assertj.core.api.Assertions.assertThat;

import io.leukocyte.events.ContainerId;
import org.junit.jupiter.api.Test;

class ComingsTest {
  private static final ContainerId WEB = new ContainerId("ab".repeat(32));

  private final Comings comings = new Comings();

  @Test
  void whatIsRemovedBeforeItsFactsComeIsToldOnceAndLateFactsAreOfNoUse() {
    comings.begun(WEB, 7);
    assertThat(comings.removed(WEB)).hasValue(7);
    assertThat(comings.known(WEB)).isFalse();
    assertThat(comings.removed(WEB)).isEmpty();
  }

  @Test
  void whatIsKnownBeforeItIsRemovedIsNotMissed() {
    comings.begun(WEB, 7);
    assertThat(comings.known(WEB)).isTrue();
    assertThat(comings.removed(WEB)).isEmpty();
  }

  @Test
  void whatNeverRanIsNotMissed() {
    assertThat(comings.removed(WEB)).isEmpty();
    assertThat(comings.known(WEB)).as("late facts of what is removed").isFalse();
  }

  @Test
  void theOldestAreForgotten() {
    comings.begun(WEB, 7);
    for (int i = 0; i < 5_000; i++) {
      comings.begun(new ContainerId("%064x".formatted(i)), i);
    }
    assertThat(comings.removed(WEB)).isEmpty();
  }
}
