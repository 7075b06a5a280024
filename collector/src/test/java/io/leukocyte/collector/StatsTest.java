package io.leukocyte.collector;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.leukocyte.engine.InMemoryEngine;
import io.leukocyte.events.CheckResult;
import io.leukocyte.events.ContainerFacts;
import io.leukocyte.events.ContainerId;
import io.leukocyte.events.ContainerLifecycle;
import io.leukocyte.events.ContainerRef;
import io.leukocyte.events.ContainerStats;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What containers use, from files as kernels of both versions write them. */
class StatsTest {
  private static final ContainerId ID =
      new ContainerId("7d3f0e5a91c24b6878d0e1f2a3b4c5d67d3f0e5a91c24b6878d0e1f2a3b4c5d6");
  private static final String GROUP = "1/root/sys/fs/cgroup/docker/" + ID.value() + "/";
  private static final int PID = 4242;
  private static final long SECOND = 1_000_000_000L;

  @TempDir private Path proc;
  private final TurnedClock time = new TurnedClock();
  private final List<ContainerFacts> containers = new ArrayList<>();
  private final List<ContainerStats> read = new ArrayList<>();
  private Stats stats;

  /** A clock that stands still but for the test. */
  private static final class TurnedClock implements TimeSource {
    private long now = 1000 * SECOND;

    @Override
    public long unixNanos() {
      return now;
    }

    @Override
    public long ticks() {
      return now;
    }
  }

  @BeforeEach
  void begin() {
    stats =
        new Stats(
            () -> List.copyOf(containers),
            read::add,
            new ProcFiles(proc),
            new EngineStats(new InMemoryEngine()),
            time);
    containers.add(facts("running", PID, 5, "bridge"));
    write("1/mountinfo", "20 1 0:20 / /sys/fs/cgroup rw,nosuid - cgroup2 cgroup2 rw\n");
    write(PID + "/cgroup", "0::/docker/" + ID.value() + "\n");
    write(
        PID + "/net/dev",
        """
        Inter-|   Receive                                                |  Transmit
         face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets
            lo:    7777      10    0    0    0     0          0         0     7777      10
          eth0: 1500000    1200    0    0    0     0          0         0    90000     800
          eth1:      50       1    0    0    0     0          0         0       60       1
        """);
    version2(2_000_000, 0);
  }

  private void version2(long cpuMicros, long oomKills) {
    write(
        GROUP + "cpu.stat",
        "usage_usec %d\nuser_usec 1\nnr_throttled 4\nthrottled_usec 250\n".formatted(cpuMicros));
    write(GROUP + "memory.current", "50000000\n");
    write(GROUP + "memory.max", "max\n");
    write(GROUP + "memory.stat", "anon 1\ninactive_file 8000000\nactive_file 3\n");
    write(GROUP + "memory.events", "low 0\noom 9\noom_kill %d\n".formatted(oomKills));
    write(GROUP + "pids.current", "12\n");
    write(GROUP + "pids.max", "100\n");
    write(
        GROUP + "io.stat",
        "8:0 rbytes=4096 wbytes=100 rios=1 wios=1\n8:16 rbytes=1 wbytes=2 rios=1 wios=1\n");
  }

  private void write(String file, String text) {
    try {
      Path path = proc.resolve(file);
      Files.createDirectories(path.getParent());
      Files.writeString(path, text);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static ContainerFacts facts(String state, int pid, long started, String network) {
    return new ContainerFacts(
        1,
        new ContainerRef(ID, "web", "shop", "1", null, false),
        state,
        pid,
        1,
        started,
        new TreeMap<>(),
        List.of(),
        List.of(),
        network,
        "",
        List.of(),
        "",
        List.of(),
        false,
        "",
        "",
        ContainerFacts.Limits.NONE,
        ContainerFacts.Security.DEFAULT,
        3);
  }

  private ContainerStats round() {
    read.clear();
    stats.round();
    assertThat(read).hasSize(1);
    return read.getFirst();
  }

  @Test
  void allFiguresOfVersionTwoAreRead() {
    assertThat(round())
        .isEqualTo(
            new ContainerStats(
                1000 * SECOND,
                containers.getFirst().container(),
                2 * SECOND,
                0,
                250_000,
                42_000_000,
                0,
                12,
                100,
                4097,
                102,
                1_500_050,
                90_060,
                3,
                0));
  }

  @Test
  void allFiguresOfVersionOneAreRead() {
    StringBuilder mounts = new StringBuilder();
    StringBuilder groups = new StringBuilder();
    for (String controller : List.of("cpu", "cpuacct", "memory", "pids", "blkio")) {
      mounts.append("21 20 0:21 / /cg/%1$s rw - cgroup cgroup rw,%1$s\n".formatted(controller));
      groups.append("2:%s:/docker/%s\n".formatted(controller, ID.value()));
    }
    write("1/mountinfo", mounts.toString());
    write(PID + "/cgroup", groups.toString());
    String below = "1/root/cg/%s/docker/" + ID.value() + "/%s";
    write(below.formatted("cpuacct", "cpuacct.usage"), "5000\n");
    write(below.formatted("cpu", "cpu.stat"), "nr_periods 3\nnr_throttled 2\nthrottled_time 77\n");
    write(below.formatted("memory", "memory.usage_in_bytes"), "900\n");
    write(below.formatted("memory", "memory.limit_in_bytes"), "9223372036854771712\n");
    write(below.formatted("memory", "memory.stat"), "inactive_file 1\ntotal_inactive_file 200\n");
    write(
        below.formatted("memory", "memory.oom_control"),
        "oom_kill_disable 0\nunder_oom 0\noom_kill 2\n");
    write(below.formatted("pids", "pids.current"), "1\n");
    write(below.formatted("pids", "pids.max"), "max\n");
    write(
        below.formatted("blkio", "blkio.throttle.io_service_bytes"),
        "8:0 Read 10\n8:0 Write 20\n8:0 Sync 30\n8:0 Total 30\n8:16 Read 1\nTotal 31\n");
    assertThat(round())
        .isEqualTo(
            new ContainerStats(
                1000 * SECOND,
                containers.getFirst().container(),
                5000,
                0,
                77,
                700,
                0,
                1,
                0,
                11,
                20,
                1_500_050,
                90_060,
                3,
                2));
  }

  @Test
  void thePercentageIsThatOfOneCoreSinceTheLastRound() {
    round();
    time.now += 10 * SECOND;
    version2(27_000_000, 0);
    assertThat(round().cpuPercent()).isCloseTo(250, within(0.001));
    time.now += 10 * SECOND;
    assertThat(round().cpuPercent()).isZero();
  }

  @Test
  void aNewRunBeginsAnewButItsKillsAreAddedUp() {
    version2(9_000_000, 2);
    round();
    time.now += SECOND;
    containers.set(0, facts("running", PID, 6, "bridge"));
    version2(1_000_000, 1);
    ContainerStats second = round();
    assertThat(second.cpuPercent()).isZero();
    assertThat(second.oomKills()).isEqualTo(3);
  }

  @Test
  void killsThatTheEngineTellsOfCountAlthoughTheGroupWentWithThem() {
    for (String action : List.of("oom", "die", "start")) {
      stats.follow(
          new ContainerLifecycle(1, ContainerRef.unknown(ID), action, null, new TreeMap<>()));
    }
    assertThat(round().oomKills()).isEqualTo(1);
  }

  @Test
  void aContainerInAnothersNetworkHasNoTrafficOfItsOwn() {
    for (String mode : List.of("host", "container:" + ID.value())) {
      containers.set(0, facts("running", PID, 5, mode));
      ContainerStats stats = round();
      assertThat(stats.networkReceivedBytes()).isEqualTo(-1);
      assertThat(stats.networkSentBytes()).isEqualTo(-1);
    }
  }

  @Test
  void whatDoesNotRunIsNotReadAndWhatIsPausedIs() {
    containers.set(0, facts("exited", 0, 5, "bridge"));
    stats.round();
    assertThat(read).isEmpty();
    containers.set(0, facts("paused", PID, 5, "bridge"));
    assertThat(round().pids()).isEqualTo(12);
  }

  @Test
  void aPidThatBelongsToSomethingElseByNowIsNotReadAndTheCheckSaysSo() {
    assertThat(stats.check()).isEmpty();
    write(PID + "/cgroup", "0::/system.slice/ssh.service\n");
    stats.round();
    assertThat(read).isEmpty();
    assertThat(stats.check())
        .containsInstanceOf(CheckResult.Degraded.class)
        .hasValueSatisfying(c -> assertThat(c.toString()).contains("what 1 containers use"));
  }

  @Test
  void controllersThatAreNotThereAreSaidToBeUnknown() throws IOException {
    for (String file : List.of("memory.current", "pids.current", "io.stat")) {
      Files.delete(proc.resolve(GROUP + file));
    }
    ContainerStats stats = round();
    assertThat(stats.cpuNanos()).isEqualTo(2 * SECOND);
    assertThat(stats.memoryBytes()).isZero();
    assertThat(stats.pids()).isEqualTo(-1);
    assertThat(stats.blockReadBytes()).isEqualTo(-1);
  }
}
