package io.leukocyte.collector;

import static io.leukocyte.collector.SensorSamples.DB;
import static io.leukocyte.collector.SensorSamples.WEB;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** Whose a network namespace is. */
class NetworkOwnersTest {
  private final NetworkOwners owners = new NetworkOwners();

  @Test
  void theFirstContainerOfASharedNetworkOwnsIt() {
    owners.claim(7, WEB);
    owners.claim(7, DB);

    assertThat(owners.of(7)).isEqualTo(WEB);
    assertThat(owners.isSuccession(7, DB)).isFalse();
  }

  @Test
  void anEndedOwnerIsKeptUntilItsFlowsAreReported() {
    owners.claim(7, WEB);
    owners.end(WEB);
    assertThat(owners.of(7)).isEqualTo(WEB);

    owners.forgetEnded();

    assertThat(owners.of(7)).isNull();
  }

  @Test
  void anEndedOwnersNetworkIsTakenOver() {
    owners.claim(7, WEB);
    owners.end(WEB);
    assertThat(owners.isSuccession(7, DB)).isTrue();
    assertThat(owners.isSuccession(7, WEB)).isFalse();

    owners.claim(7, DB);
    owners.forgetEnded();

    assertThat(owners.of(7)).isEqualTo(DB);
  }

  @Test
  void clearedItKnowsNothing() {
    owners.claim(7, WEB);
    owners.clear();

    assertThat(owners.of(7)).isNull();
  }
}
