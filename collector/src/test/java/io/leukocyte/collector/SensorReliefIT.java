package io.leukocyte.collector;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.leukocyte.events.ContainerId;
import io.leukocyte.events.ContainerRef;
import io.leukocyte.events.Event;
import io.leukocyte.events.ProcessExec;
import io.leukocyte.events.SensorLoss;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A container that makes far more than can be read hides nothing of what happens in another. */
@Tag("alone")
class SensorReliefIT {
  private static final String NOISY = "collector-relief-noisy";
  private static final String QUIET = "collector-relief-quiet";
  private static final int ATTACKS = 20;
  private static final int RING = 256 << 10;

  /** Some three hundred events a second are taken, fewer than are made also on a busy host. */
  private static final long SLOW = 3_000_000;

  private static ContainerId noisy = new ContainerId("0".repeat(64));
  private static ContainerId quiet = new ContainerId("0".repeat(64));

  @BeforeAll
  static void startContainers() {
    SensorProbe.requireDocker();
    noisy = start(NOISY);
    quiet = start(QUIET);
  }

  private static ContainerId start(String name) {
    return Docker.start(name, "--network", "none", "debian:bookworm-slim", "sleep", "1000");
  }

  @AfterAll
  static void removeContainers() {
    Docker.remove(NOISY);
    Docker.remove(QUIET);
  }

  @Test
  void aForkBombBesideAQuietAttackHidesNothingOfIt() throws Exception {
    Queue<Event> events = new ConcurrentLinkedQueue<>();
    SensorOptions options = new SensorOptions(RING, false, Duration.ofSeconds(2));
    try (KernelSensor sensor = SensorProbe.open(options)) {
      sensor.start(
          ContainerRef::unknown,
          event -> {
            events.add(event);
            LockSupport.parkNanos(SLOW);
          });
      CompletableFuture<Docker.Result> bomb =
          CompletableFuture.supplyAsync(
              () -> Docker.sh(NOISY, "timeout 6 sh -c 'while :; do /bin/true & /bin/true; done'"));
      await().until(() -> sensor.count(SensorLayout.EXEC).lost() > 100);
      Docker.sh(
          QUIET,
          "i=0; while [ $i -lt "
              + ATTACKS
              + " ]; do /bin/true attack-$i; sleep 0.1; i=$((i+1)); done");
      long lostThen = sensor.count(SensorLayout.EXEC).lost();
      Docker.Result _ = bomb.join();
      assertThat(lostThen).as("the bomb went on meanwhile").isGreaterThan(100);

      await()
          .atMost(Duration.ofSeconds(30))
          .untilAsserted(() ->
              assertThat(attacks(events))
                  .containsAll(IntStream.range(0, ATTACKS).mapToObj(i -> "attack-" + i).toList()));
      List<SensorLoss> losses = new ArrayList<>(sensor.losses());
      losses.addAll(sensor.losses());
      assertThat(losses)
          .extracting(loss -> Objects.requireNonNull(loss.container()).id())
          .contains(noisy)
          .doesNotContain(quiet);
      assertThat(losses).extracting(SensorLoss::reason).contains("full", "thinned");
      for (int kind : List.of(SensorLayout.EXEC, SensorLayout.FORK, SensorLayout.EXIT)) {
        SensorCounters.Count count = sensor.count(kind);
        assertThat(count.made()).isEqualTo(count.kept() + count.lost());
      }
      await()
          .untilAsserted(() -> {
            losses.addAll(sensor.losses());
            assertThat(losses.stream().mapToLong(SensorLoss::count).sum())
                .isEqualTo(
                    SensorCounters.ALL.stream()
                        .mapToLong(counted -> sensor.count(counted.number()).lost())
                        .sum());
          });
    }
  }

  private static List<String> attacks(Queue<Event> events) {
    return events.stream()
        .filter(ProcessExec.class::isInstance)
        .map(ProcessExec.class::cast)
        .filter(exec -> SensorProbe.isOf(exec, quiet))
        .flatMap(exec -> exec.process().args().stream())
        .filter(arg -> arg.startsWith("attack-"))
        .toList();
  }
}
