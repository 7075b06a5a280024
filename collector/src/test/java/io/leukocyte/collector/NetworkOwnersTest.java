package io.leukocyte.collector;

import static io.leukocyte.collector.SensorSamples.DB;
import static io.leukocyte.collector.SensorSamples.WEB;
import static org.assertj.core.api.Assertions.assertThat;

import io.leukocyte.events.ContainerId;
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

  /** The kernel gives the number of a namespace away again, here at once. */
  @Test
  void ofTenThousandShortContainersInARowEachOwnsItsOwnAndNoneIsKept() {
    for (int i = 0; i < 10_000; i++) {
      ContainerId id = TestEvents.id(1 + i);
      int namespace = 7 + i % 3;
      assertThat(owners.isSuccession(namespace, id)).isEqualTo(i >= 3 && i % 100 >= 3);
      owners.claim(namespace, id);
      assertThat(owners.of(namespace)).isEqualTo(id);
      owners.end(id);
      if (i % 100 == 99) {
        owners.forgetEnded();
        assertThat(owners.of(7)).isNull();
        assertThat(owners.of(8)).isNull();
        assertThat(owners.of(9)).isNull();
      }
    }
  }

  @Test
  void clearedItKnowsNothing() {
    owners.claim(7, WEB);
    owners.clear();

    assertThat(owners.of(7)).isNull();
  }
}
