package io.leukocyte.responder;

import static org.assertj.core.api.Assertions.assertThat;

import io.leukocyte.events.Alert;
import io.leukocyte.events.ContainerId;
import io.leukocyte.events.IncidentId;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class RecentAlertsTest {
  private static final long NOON = 1_800_000_000_000_000_000L;
  private static final ContainerId WEB = new ContainerId("a".repeat(64));
  private static final ContainerId SHOP = new ContainerId("b".repeat(64));

  private final RecentAlerts alerts = new RecentAlerts();

  private Alert add(ContainerId container, Duration afterNoon) {
    Alert alert = TestAlerts.shell(container, NOON + afterNoon.toNanos());
    alerts.add(alert);
    alerts.add(alert);
    return alert;
  }

  @Test
  void alertsOfAContainerAreOneIncidentUntilHalfAnHourIsQuiet() {
    Alert first = add(WEB, Duration.ZERO);
    add(SHOP, Duration.ofMinutes(1));
    add(WEB, Duration.ofMinutes(29));
    Alert later = add(WEB, Duration.ofMinutes(59));
    assertThat(alerts.latestFirst()).hasSize(4).first().matches(a -> a.id().equals(later.id()));
    assertThat(alerts.incidents())
        .extracting(RecentAlerts.Incident::id)
        .as("the analyzer's ids, the latest first")
        .startsWith(IncidentId.of(WEB.value(), later.id().value()))
        .contains(IncidentId.of(WEB.value(), first.id().value()))
        .hasSize(3);
    assertThat(alerts.incidents().getFirst().isOpen(NOON + Duration.ofMinutes(88).toNanos()))
        .isTrue();
    assertThat(alerts.incidents().getFirst().isOpen(NOON + Duration.ofMinutes(89).toNanos()))
        .isFalse();
  }

  @Test
  void theOldestMakesRoom() {
    Alert first = add(WEB, Duration.ZERO);
    for (int i = 1; i <= RecentAlerts.MOST; i++) {
      add(WEB, Duration.ofSeconds(i));
    }
    assertThat(alerts.latestFirst())
        .hasSize(RecentAlerts.MOST)
        .noneMatch(a -> a.id().equals(first.id()));
  }
}
