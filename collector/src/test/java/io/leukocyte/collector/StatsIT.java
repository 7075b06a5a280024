package io.leukocyte.collector;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.leukocyte.engine.DockerEngine;
import io.leukocyte.engine.EngineOptions;
import io.leukocyte.events.ContainerId;
import io.leukocyte.events.ContainerStats;
import io.leukocyte.events.HostId;
import io.leukocyte.events.config.Config;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Figures of real containers that work, allocate, write, talk, and are held back by limits. */
class StatsIT {
  private static final String BUSYBOX = "busybox:latest";
  private static final String NETWORK = "stats-it";
  private static final String BUSY = "stats-it-busy";
  private static final String FULL = "stats-it-full";
  private static final String TALKER = "stats-it-talker";
  private static final List<String> ALL = List.of(BUSY, FULL, TALKER);
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  @TempDir private static Path data;
  private static final InMemoryPublisher PUBLISHER = new InMemoryPublisher();
  private static DockerEngine engine;
  private static Collector collector;

  @BeforeAll
  static void begin() {
    SensorProbe.requireDocker();
    removeAll();
    Docker.ok("network", "create", "--internal", NETWORK);
    engine = new DockerEngine(EngineOptions.fromEnvironment(System.getenv()));
    Config config =
        Config.parse(
            "test",
            "collector: {stats.interval: 250ms, sensor.mode: off, logs.enabled: false}",
            Map.of(),
            CollectorSettings.KEYS);
    collector =
        new Collector(
            CollectorSettings.from(config, data),
            new HostId("host-stats"),
            engine,
            PUBLISHER,
            new SimpleMeterRegistry());
    collector.start();
  }

  @AfterAll
  static void end() {
    if (collector != null) {
      collector.close();
      Counters.Totals totals = collector.totals();
      assertThat(totals.pending()).as("%s", totals).isZero();
    }
    if (engine != null) {
      engine.close();
    }
    removeAll();
  }

  private static void removeAll() {
    ALL.forEach(Docker::remove);
    Docker.run("network", "rm", NETWORK);
  }

  private static ContainerStats awaitStats(ContainerId id, Predicate<ContainerStats> wanted) {
    return await()
        .atMost(PATIENCE)
        .pollInterval(Duration.ofMillis(100))
        .until(
            () ->
                PUBLISHER.events(ContainerStats.class).stream()
                    .filter(s -> s.container().id().equals(id) && wanted.test(s))
                    .findFirst()
                    .orElse(null),
            found -> found != null);
  }

  @Test
  void aContainerThatBurnsMoreThanItsShareIsSeenBusyAndThrottled() {
    ContainerId busy =
        Docker.start(
            BUSY,
            "--network",
            "none",
            "--cpus=0.2",
            "--memory=64m",
            "--pids-limit=50",
            BUSYBOX,
            "sh",
            "-c",
            "sleep 1000 & while :; do :; done");
    ContainerStats stats =
        awaitStats(busy, s -> s.cpuPercent() > 5 && s.throttledNanos() > 200_000_000);
    assertThat(stats.container().name()).isEqualTo(BUSY);
    assertThat(stats.cpuPercent()).isLessThan(100);
    assertThat(stats.cpuNanos()).isPositive();
    assertThat(stats.memoryLimit()).isEqualTo(64L << 20);
    assertThat(stats.memoryBytes()).isBetween(1L, 64L << 20);
    assertThat(stats.pids()).isEqualTo(2);
    assertThat(stats.pidsLimit()).isEqualTo(50);
    assertThat(stats.oomKills()).isZero();
    assertThat(stats.restarts()).isZero();
    assertThat(stats.networkSentBytes()).isZero();
  }

  @Test
  void aContainerThatFillsItsMemoryIsSeenKilledAndStartedAgain() {
    ContainerId full =
        Docker.start(
            FULL,
            "--network",
            "none",
            "--memory=16m",
            "--memory-swap=16m",
            "--restart=on-failure:2",
            BUSYBOX,
            "sh",
            "-c",
            "sleep 1; test -e /killed || { touch /killed; tail -c 64m /dev/zero; exit 1; };"
                + " sleep 1000");
    ContainerStats stats = awaitStats(full, s -> s.oomKills() > 0 && s.restarts() > 0);
    assertThat(stats.restarts()).isEqualTo(1);
    assertThat(stats.memoryLimit()).isEqualTo(16L << 20);
  }

  @Test
  void whatAContainerWritesAndSendsIsCounted() {
    ContainerId talker =
        Docker.start(
            TALKER,
            "--network",
            NETWORK,
            BUSYBOX,
            "sh",
            "-c",
            "dd if=/dev/zero of=/file bs=1M count=8 oflag=direct 2>/dev/null; sleep 1000");
    ContainerStats first = awaitStats(talker, s -> true);
    assertThat(first.memoryLimit()).isZero();
    String gateway =
        Docker.ok("network", "inspect", "-f", "{{(index .IPAM.Config 0).Gateway}}", NETWORK);
    Docker.sh(TALKER, "ping -c 5 -i 0.2 -s 1000 " + gateway);
    ContainerStats later =
        awaitStats(talker, s -> s.networkSentBytes() >= 5000 && s.networkReceivedBytes() >= 5000);
    assertThat(later.networkSentBytes()).isLessThan(1 << 20);
    assertThat(later.blockWriteBytes())
        .as("told, but not every block device says whose bytes it wrote")
        .isNotNegative();
  }
}
