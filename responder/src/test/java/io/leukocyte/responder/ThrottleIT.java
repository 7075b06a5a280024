package io.leukocyte.responder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.leukocyte.engine.ContainerSettings;
import io.leukocyte.events.ContainerId;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Limits and restarts on the real engine and kernel. */
class ThrottleIT {
  private static final Duration WAIT = Duration.ofSeconds(60);
  private static final int PORT = 9000;

  @TempDir Path folder;
  private final Docker docker = new Docker("responder-throttle-");

  @AfterEach
  void remove() {
    docker.close();
  }

  /** What the kernel has of the container's limits, whichever control groups there are. */
  private String kernel(String container) {
    String files =
        "cpu/cpu.cfs_quota_us memory/memory.limit_in_bytes memory/memory.memsw.limit_in_bytes"
            + " pids/pids.max cpu.max memory.max memory.swap.max pids.max";
    String script =
        "cd /sys/fs/cgroup; for f in " + files + "; do [ ! -e $f ] || echo $f $(cat $f); done";
    return docker.exec(container, "sh", "-c", script).output();
  }

  /** Bits a second that get from one container to another. */
  private double sent(String from, String to, String address, int bytes) {
    String file = "/tmp/got-" + System.nanoTime();
    // With an end of its input the listener would close, and the sender stop before it has sent
    // all.
    Docker.docker("exec", "-d", to, "sh", "-c", "sleep 120 | nc -l -p " + PORT + " > " + file);
    await().atMost(WAIT).until(() -> docker.exec(to, "test", "-f", file).worked());
    long begin = System.nanoTime();
    String send =
        "until head -c %d /dev/zero | nc %s %d; do sleep 0.1; done".formatted(bytes, address, PORT);
    Docker.command(List.of("docker", "exec", from, "timeout", "60", "sh", "-c", send));
    await()
        .atMost(WAIT)
        .until(() ->
            docker.exec(to, "sh", "-c", "wc -c < " + file).output().equals(String.valueOf(bytes)));
    return bytes * 8 / ((System.nanoTime() - begin) / 1e9);
  }

  @Test
  void aThrottleLimitsAndItsReleaseGivesBackWhatTheKernelHad() throws Exception {
    String network = docker.network("net", "fd00:eec4::/64");
    String sink = docker.sleeping("sink", "--network", network);
    String web = docker.sleeping("web", "--network", network);
    String address =
        docker.inspect(sink, "{{(index .NetworkSettings.Networks \"" + network + "\").IPAddress}}");
    ContainerId id = docker.id(web);
    String before = kernel(web);
    try (LiveResponder live =
        new LiveResponder(
            folder, "[throttle: {cpus: 0.2, memory: 64m, pids: 50, egress: 1mbit}]")) {
      ContainerSettings settings = live.engine.settings(id);
      double free = sent(web, sink, address, 20_000_000);
      live.shellIn(id);
      live.awaitInForce(1);
      assertThat(kernel(web)).isNotEqualTo(before).contains("67108864", "pids.max 50");
      assertThat(docker.ruleset(web)).contains(NftEgressLimit.TABLE);
      double bound = sent(web, sink, address, 1_000_000);

      Docker.docker("restart", "-t", "0", web);
      await().atMost(WAIT).until(() -> docker.ruleset(web).contains(NftEgressLimit.TABLE));
      assertThat(kernel(web)).contains("pids.max 50");

      assertThat(live.responder.orders().release(web, "alice")).allMatch(Released::released);
      assertThat(kernel(web)).isEqualTo(before);
      assertThat(live.engine.settings(id)).isEqualTo(settings);
      assertThat(docker.ruleset(web)).doesNotContain(NftEgressLimit.TABLE);
      double again = sent(web, sink, address, 20_000_000);
      System.out.printf(
          "egress at 1 Mbit/s: %.2f; before %.1f, after %.1f Mbit/s%n",
          bound / 1e6, free / 1e6, again / 1e6);
      assertThat(bound).isLessThan(2_500_000); // the burst goes first
      assertThat(free).isGreaterThan(3 * bound);
      assertThat(again).isGreaterThan(3 * bound);
    }
  }

  @Test
  void aRestartGivesANewProcessWithTheSameFiles() throws Exception {
    String web = docker.sleeping("again", "--network", "none");
    docker.exec(web, "touch", "/x");
    String pid = docker.inspect(web, "{{.State.Pid}}");
    try (LiveResponder live = new LiveResponder(folder, "[restart: {grace: 0s}]")) {
      live.shellIn(docker.id(web));
      await()
          .atMost(WAIT)
          .until(() ->
              docker.inspect(web, "{{.State.Running}} {{.State.Pid}}").startsWith("true")
                  && !docker.inspect(web, "{{.State.Pid}}").equals(pid));
      await().atMost(WAIT).until(() -> live.responder.orders().actions().isEmpty());
      assertThat(docker.exec(web, "test", "-f", "/x").worked()).isTrue();
    }
  }
}
