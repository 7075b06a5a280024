package io.leukocyte.collector;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.awaitility.Awaitility.await;

import io.leukocyte.engine.DockerEngine;
import io.leukocyte.engine.EngineOptions;
import io.leukocyte.events.ContainerFacts;
import io.leukocyte.events.ContainerId;
import io.leukocyte.events.ContainerLifecycle;
import io.leukocyte.events.ContainerStats;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The control groups and the engine's statistics say the same of the same container. */
class StatsSourcesIT {
  private static final String NAME = "stats-sources-it";
  private static final String NETWORK = "stats-sources-it";
  private static final long MEBIBYTE = 1 << 20;

  @TempDir private Path nothing;
  private DockerEngine engine;

  @BeforeEach
  void begin() {
    SensorProbe.requireDocker();
    end();
    engine = new DockerEngine(EngineOptions.fromEnvironment(System.getenv()));
    Docker.ok("network", "create", "--internal", NETWORK);
  }

  @AfterEach
  void end() {
    Docker.remove(NAME);
    Docker.run("network", "rm", NETWORK);
    if (engine != null) {
      engine.close();
    }
  }

  /** One source, asked again and again. */
  private final class Source {
    private final List<ContainerStats> told = new CopyOnWriteArrayList<>();
    private final Stats stats;

    Source(ContainerId id, Path proc) {
      stats =
          new Stats(
              () -> List.of(facts(id)),
              told::add,
              new ProcFiles(proc),
              new EngineStats(engine),
              TimeSource.SYSTEM);
    }

    ContainerStats round() {
      stats.round();
      assertThat(stats.check()).isEmpty();
      return told.getLast();
    }
  }

  private ContainerFacts facts(ContainerId id) {
    return engine.inspect(id).orElseThrow();
  }

  @Test
  void bothSourcesAgreeOnAContainerThatWorksTalksAndIsHeldBack() throws Exception {
    ContainerId id =
        Docker.start(
            NAME,
            "--network",
            NETWORK,
            "--cpus=0.2",
            "--memory=64m",
            "--pids-limit=50",
            "busybox:latest",
            "sh",
            "-c",
            "trap 'exit 3' TERM; sleep 1000 & while :; do :; done");
    Source files = new Source(id, Path.of("/proc"));
    Source asked = new Source(id, nothing);
    String gateway =
        Docker.ok("network", "inspect", "-f", "{{(index .IPAM.Config 0).Gateway}}", NETWORK);
    Docker.sh(NAME, "ping -c 3 -i 0.1 -s 1000 " + gateway);
    files.round();
    asked.round();
    Thread.sleep(2000); // a share of the processor is measured over a while
    ContainerStats read = files.round();
    ContainerStats told = asked.round();

    assertThat(told.cpuNanos())
        .isCloseTo(read.cpuNanos(), within(Math.max(100_000_000L, read.cpuNanos() / 5)));
    assertThat(told.cpuPercent()).isPositive();
    assertThat(told.cpuPercent()).isCloseTo(read.cpuPercent(), within(12.0));
    assertThat(told.throttledNanos()).isPositive();
    assertThat(told.throttledNanos())
        .isCloseTo(read.throttledNanos(), within(read.throttledNanos() / 3));
    assertThat(told.memoryBytes()).isPositive();
    assertThat(told.memoryBytes()).isCloseTo(read.memoryBytes(), within(2 * MEBIBYTE));
    assertThat(told.memoryLimit()).isEqualTo(read.memoryLimit()).isEqualTo(64 * MEBIBYTE);
    assertThat(told.pids()).isEqualTo(read.pids()).isEqualTo(2);
    assertThat(told.pidsLimit()).isEqualTo(read.pidsLimit()).isEqualTo(50);
    assertThat(told.networkSentBytes()).isGreaterThanOrEqualTo(3000);
    assertThat(told.networkSentBytes()).isCloseTo(read.networkSentBytes(), within(2000L));
    assertThat(told.networkReceivedBytes()).isCloseTo(read.networkReceivedBytes(), within(2000L));
    assertThat(told.restarts()).isEqualTo(read.restarts());
  }

  @Test
  void bothSourcesTellRestartsAndKillsForWantOfMemory() {
    ContainerId id =
        Docker.start(
            NAME,
            "--network",
            "none",
            "--memory=16m",
            "--memory-swap=16m",
            "--restart=on-failure:2",
            "busybox:latest",
            "sh",
            "-c",
            "test -e /again || { touch /again; sleep 0.5; exit 1; };"
                + " tail -c 64m /dev/zero; sleep 1000");
    Source files = new Source(id, Path.of("/proc"));
    Source asked = new Source(id, nothing);
    await()
        .atMost(Duration.ofSeconds(20))
        .until(() ->
            facts(id).state().equals("running")
                && facts(id).restarts() == 1
                && files.round().oomKills() == 1);
    asked.stats.follow(
        new ContainerLifecycle(1, facts(id).container(), "oom", null, new TreeMap<>()));

    ContainerStats told = asked.round();
    assertThat(told.oomKills()).isEqualTo(files.round().oomKills());
    assertThat(told.restarts()).isEqualTo(1);
    assertThat(told.memoryLimit()).isEqualTo(16 * MEBIBYTE);
    assertThat(told.networkSentBytes()).isIn(-1L, 0L);
  }
}
