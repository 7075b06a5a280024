package io.leukocyte.collector;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.leukocyte.events.CheckResult;
import io.leukocyte.events.ContainerRef;
import io.leukocyte.events.Event;
import io.leukocyte.events.ProcessExec;
import io.leukocyte.events.ProcessExit;
import io.leukocyte.events.SensorLoss;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What finds no room between kernel and collector is counted to the event. */
@Tag("alone")
class SensorLossIT {
  private static final String NAME = "collector-sensor-loss";
  private static final int SMALL_RING = 16_384;
  private static final int BURST = 300;

  @BeforeEach
  void startContainer() {
    SensorProbe.requireDocker();
    Docker.start(NAME, "--network", "none", "debian:bookworm-slim", "sleep", "1000");
  }

  @AfterEach
  void removeContainer() {
    Docker.remove(NAME);
  }

  @Test
  void madeIsKeptPlusDroppedAndAllKeptAreDelivered() {
    CountDownLatch gate = new CountDownLatch(1);
    SensorOptions options = new SensorOptions(SMALL_RING, false, Duration.ofSeconds(2));
    try (SensorProbe probe = SensorProbe.start(options, gate)) {
      burst();
      KernelSensor sensor = probe.sensor();
      List<SensorLoss> losses = new ArrayList<>(sensor.losses());
      assertThat(sensor.count(SensorLayout.EXEC).made()).isGreaterThanOrEqualTo(BURST);
      assertThat(sensor.count(SensorLayout.EXEC).dropped()).isPositive();

      gate.countDown();

      assertDelivered(probe, SensorLayout.EXEC, ProcessExec.class);
      assertDelivered(probe, SensorLayout.EXIT, ProcessExit.class);
      losses.addAll(sensor.losses());
      assertReported(losses, "process.exec", sensor.count(SensorLayout.EXEC));
      assertReported(losses, "process.exit", sensor.count(SensorLayout.EXIT));
      assertReported(losses, "process.fork", sensor.count(SensorLayout.FORK));
      assertThat(losses).allMatch(loss -> loss.from() <= loss.to() && loss.source().equals("ring"));
    }
  }

  private static void burst() {
    Docker.sh(NAME, "i=0; while [ $i -lt " + BURST + " ]; do /bin/true; i=$((i+1)); done");
  }

  private static void assertDelivered(SensorProbe probe, int kind, Class<? extends Event> type) {
    await()
        .atMost(Duration.ofSeconds(10))
        .untilAsserted(() ->
            assertThat((long) probe.all(type, event -> true).size())
                .isEqualTo(probe.sensor().count(kind).kept()));
    SensorCounters.Count count = probe.sensor().count(kind);
    assertThat(count.made()).isEqualTo(count.kept() + count.lost());
  }

  private static void assertReported(
      List<SensorLoss> losses, String kind, SensorCounters.Count count) {
    assertThat(
            losses.stream()
                .filter(loss -> loss.lostKind().equals(kind))
                .mapToLong(SensorLoss::count)
                .sum())
        .isEqualTo(count.lost());
  }

  @Test
  void afterALossTheSensorGoesOn() {
    CountDownLatch gate = new CountDownLatch(1);
    SensorOptions options = new SensorOptions(SMALL_RING, false, Duration.ofMillis(50));
    try (SensorProbe probe = SensorProbe.start(options, gate)) {
      burst();
      gate.countDown();
      await().until(() -> probe.sensor().losses().isEmpty());

      Docker.sh(NAME, "/bin/true after-the-loss; :");

      assertThat(probe.exec("after-the-loss").process().executable()).isEqualTo("/usr/bin/true");
    }
  }

  @Test
  void anEventThatTheHandlerRefusesIsCounted() throws Exception {
    try (KernelSensor sensor = SensorProbe.open(SensorOptions.DEFAULT)) {
      sensor.start(
          ContainerRef::unknown,
          event -> {
            throw new IllegalStateException("refused on purpose");
          });
      Docker.sh(NAME, "/bin/true");
      List<SensorLoss> losses = new ArrayList<>();
      await()
          .until(() -> {
            losses.addAll(sensor.losses());
            return !losses.isEmpty();
          });

      assertThat(losses.getFirst().reason()).isEqualTo("handler");
      assertThat(sensor.check()).isInstanceOf(CheckResult.Ok.class);
    }
  }
}
