package io.leukocyte.collector;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.awaitility.Awaitility.await;

import io.leukocyte.engine.DockerEngine;
import io.leukocyte.engine.EngineOptions;
import io.leukocyte.events.CheckResult;
import io.leukocyte.events.ContainerId;
import io.leukocyte.events.ContainerLifecycle;
import io.leukocyte.events.ContainerLog;
import io.leukocyte.events.HostId;
import io.leukocyte.events.ProcessExec;
import io.leukocyte.events.SensorLoss;
import io.leukocyte.events.config.Config;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A real engine that is killed and started again: one of the test's own, in network and mount
 * namespaces of its own, with its own folders and socket. The engine of the machine only gives the
 * image.
 */
class EngineRestartIT {
  private static final Duration SECONDS = Duration.ofSeconds(60);
  private static final String BUSYBOX = "busybox:latest";

  @TempDir private Path folder;
  private final List<Collector> collectors = new ArrayList<>();
  private @Nullable Process dockerd;
  private @Nullable DockerEngine engine;

  @BeforeEach
  void begin() throws IOException {
    SensorProbe.requireDocker();
    assumeThat(Files.isExecutable(Path.of("/usr/bin/unshare"))).as("unshare").isTrue();
    assumeThat(Files.isWritable(Path.of("/var/lib"))).as("root").isTrue();
    startEngine();
    Path image = folder.resolve("busybox.tar");
    Docker.ok("save", "-o", image.toString(), BUSYBOX);
    docker("load", "-i", image.toString());
    engine = new DockerEngine(EngineOptions.of(URI.create(socket())));
  }

  @AfterEach
  void end() {
    collectors.forEach(Collector::close);
    if (engine != null) {
      engine.close();
    }
    Process running = dockerd;
    if (running != null && running.isAlive()) {
      Docker.run("-H", socket(), "rm", "-f", "web", "young", "again");
      running.destroy();
      await().atMost(SECONDS).until(() -> !running.isAlive());
    }
  }

  private String socket() {
    return "unix://" + folder.resolve("sock");
  }

  private void startEngine() throws IOException {
    String command =
        ("ip link set lo up; exec dockerd --data-root %1$s/data --exec-root %1$s/exec -p %1$s/pid"
                + " -H %2$s --bridge=none --iptables=false --cgroup-parent /leuko-restart-it"
                + " --exec-opt native.cgroupdriver=cgroupfs")
            .formatted(folder, socket());
    Files.deleteIfExists(folder.resolve("pid")); // what was killed left them
    Files.deleteIfExists(folder.resolve("exec/containerd/containerd.pid"));
    dockerd =
        new ProcessBuilder("unshare", "-n", "-m", "--propagation", "private", "sh", "-c", command)
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.appendTo(folder.resolve("log").toFile()))
            .start();
    awaitTrue(() -> Docker.run("-H", socket(), "version").code() == 0);
  }

  private void killEngine() throws InterruptedException {
    Process running = requireNonNull(dockerd);
    running.destroyForcibly();
    assertThat(running.waitFor(60, TimeUnit.SECONDS)).isTrue();
  }

  private String docker(String... arguments) {
    List<String> all = new ArrayList<>(List.of("-H", socket()));
    all.addAll(List.of(arguments));
    return Docker.ok(all.toArray(String[]::new));
  }

  private ContainerId run(String name, String... more) {
    List<String> arguments =
        new ArrayList<>(List.of("run", "-d", "--network", "none", "--name", name));
    arguments.addAll(List.of(more));
    arguments.addAll(
        List.of(BUSYBOX, "sh", "-c", "echo begin; while true; do sleep 0.2; echo tick; done"));
    return new ContainerId(docker(arguments.toArray(String[]::new)));
  }

  private InMemoryPublisher start() {
    InMemoryPublisher publisher = new InMemoryPublisher();
    String yaml = "collector: {sensor: {mode: auto}, heartbeat-interval: 300ms, logs: {from: all}}";
    Collector collector =
        new Collector(
            CollectorSettings.from(
                Config.parse("test", yaml, Map.of(), CollectorSettings.KEYS),
                folder.resolve("leuko")),
            new HostId("host-it"),
            requireNonNull(engine),
            publisher,
            new SimpleMeterRegistry());
    collectors.add(collector);
    collector.start();
    awaitTrue(() ->
        collector.check().stream()
            .anyMatch(c -> c instanceof CheckResult.Ok ok && ok.name().equals("engine")));
    return publisher;
  }

  private static void awaitTrue(Callable<Boolean> condition) {
    await().atMost(SECONDS).pollInterval(Duration.ofMillis(100)).until(condition);
  }

  private static List<String> actions(InMemoryPublisher publisher, ContainerId container) {
    return publisher.events(ContainerLifecycle.class).stream()
        .filter(e -> e.container().id().equals(container))
        .map(ContainerLifecycle::action)
        .filter(List.of("create", "start", "die", "destroy")::contains)
        .toList();
  }

  /** Programs of a container, with their arguments. */
  private static List<String> execs(InMemoryPublisher publisher, ContainerId container) {
    return publisher.events(ProcessExec.class).stream()
        .filter(e -> SensorProbe.isOf(e, container))
        .map(e -> String.join(" ", e.process().args()))
        .toList();
  }

  private static List<SensorLoss> gaps(InMemoryPublisher publisher) {
    return publisher.events(SensorLoss.class).stream()
        .filter(l -> l.source().equals("engine-events") && l.reason().equals("gap"))
        .toList();
  }

  private static List<ContainerLog> lines(InMemoryPublisher publisher, ContainerId container) {
    return publisher.events(ContainerLog.class).stream()
        .filter(l -> l.container().id().equals(container))
        .toList();
  }

  @Test
  void nothingIsDoubledAndTheGapIsReportedWhenTheEngineIsKilledAndForgetsItsEvents()
      throws IOException, InterruptedException {
    InMemoryPublisher first = start();
    ContainerId web = run("web");
    ContainerId again = run("again", "--restart", "always");
    awaitTrue(() -> actions(first, again).contains("start"));
    awaitTrue(() -> !lines(first, web).isEmpty() && !lines(first, again).isEmpty());

    killEngine();
    startEngine();
    awaitTrue(() -> actions(first, web).contains("die"));
    awaitTrue(() -> actions(first, again).size() >= 4);
    assertThat(actions(first, web)).containsExactly("create", "start", "die");
    assertThat(actions(first, again)).containsExactly("create", "start", "die", "start");
    assertThat(gaps(first)).isNotEmpty();
    docker("exec", "again", "true", "after-the-restart");
    awaitTrue(() -> execs(first, again).stream().anyMatch(e -> e.contains("after-the-restart")));
    assertThat(execs(first, web)).anyMatch(e -> e.startsWith("sh -c echo begin"));
    collectors.getFirst().close();

    docker("start", "web");
    docker("rm", "-f", "again");
    ContainerId young = run("young");
    for (int i = 0; i < 300; i++) {
      requireNonNull(engine).kill(web, "SIGCONT"); // an event each, and no effect
    }
    InMemoryPublisher second = start();
    awaitTrue(() -> actions(second, young).contains("start"));
    awaitTrue(() -> actions(second, again).contains("destroy"));
    assertThat(actions(second, web)).containsExactly("start");
    assertThat(actions(second, again)).containsExactly("die", "destroy");
    assertThat(actions(second, young)).containsExactly("create", "start");
    assertThat(gaps(second)).hasSize(1);
    awaitTrue(() -> lines(second, web).stream().anyMatch(l -> l.line().equals("begin")));
    List<Long> times = new ArrayList<>();
    lines(first, web).forEach(l -> times.add(l.time()));
    lines(second, web).forEach(l -> times.add(l.time()));
    assertThat(times).doesNotHaveDuplicates();
  }
}
