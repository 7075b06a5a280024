package io.leukocyte.collector;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.leukocyte.engine.DockerEngine;
import io.leukocyte.engine.EngineOptions;
import io.leukocyte.events.CheckResult;
import io.leukocyte.events.Kind;
import io.leukocyte.events.ProcessExec;
import io.leukocyte.events.SensorLoss;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

/** The sensor without BPF keeps the contract of sensors, and says what it cannot see. */
class FallbackSensorIT extends SensorContract {
  private static final int SHORT = 300;

  private final DockerEngine engine =
      new DockerEngine(EngineOptions.of(URI.create("unix:///var/run/docker.sock")));

  @Override
  EventSource make(CollectorSettings.Sensor settings) {
    return new FallbackSource(settings, engine);
  }

  @AfterAll
  void closeEngine() {
    engine.close();
  }

  @Test
  void itSaysExactlyWhichKindsAreMissing() {
    List<Kind> expected = new ArrayList<>(KernelSource.KINDS);
    expected.removeAll(List.of(Kind.PROCESS_EXEC, Kind.PROCESS_EXIT));

    assertThat(((FallbackSource) source()).way()).isEqualTo(FallbackSource.Way.CONNECTOR);
    assertThat(source().missing()).containsExactlyInAnyOrderElementsOf(expected);
    assertThat(source().check())
        .isInstanceOfSatisfying(
            CheckResult.Degraded.class,
            check ->
                assertThat(check.problem())
                    .contains("reduced coverage by the process connector and /proc")
                    .contains("net.connect, net.listen only in part")
                    .contains("no bpf.load, cred.change,"));
  }

  /** Each is told or counted, and what is not known of one is left out. */
  @Test
  void programsTooShortToBeReadAreToldWithoutWhatIsNotKnown() {
    source().losses();
    long before = bare();
    Docker.sh(
        containerName(),
        "i=0; while [ $i -lt "
            + SHORT
            + " ]; do /bin/true short-$i; i=$((i+1)); done; sleep 0.5; : z1");
    List<SensorLoss> losses = new ArrayList<>();
    await()
        .atMost(Duration.ofSeconds(20))
        .untilAsserted(() -> {
          losses.addAll(source().losses());
          assertThat(whole() + bare() - before).isBetween((long) SHORT, SHORT + 20L);
          assertThat(counted(losses)).isEqualTo(bare() - before);
        });

    assertThat(losses).noneMatch(l -> l.source().equals("process-connector"));
    assertThat(all(ProcessExec.class, e -> e.process().args().isEmpty()))
        .allMatch(e -> e.process().executable() == null && e.process().name() == null)
        .allMatch(e -> e.process().parent() != null && e.process().ref().pid() > 0);
  }

  private long counted(List<SensorLoss> losses) {
    return losses.stream()
        .filter(l -> l.source().equals(FallbackProcesses.SOURCE))
        .filter(l -> l.reason().equals(FallbackProcesses.GONE) && isOurs(l))
        .mapToLong(SensorLoss::count)
        .sum();
  }

  private long whole() {
    return all(
            ProcessExec.class,
            e -> !e.process().args().isEmpty() && e.process().args().getLast().startsWith("short-"))
        .stream()
        .map(e -> e.process().args().getLast())
        .distinct()
        .count();
  }

  private long bare() {
    return all(ProcessExec.class, e -> e.process().args().isEmpty()).size();
  }

  @Test
  void lookingAtProcSeesAShellOnce() {
    ConcurrentLinkedQueue<ProcessExec> seen = new ConcurrentLinkedQueue<>();
    FallbackProcesses table =
        new FallbackProcesses(
            new ProcFacts(Path.of("/proc")),
            BootClock.ofHost(),
            false,
            event -> {
              if (event instanceof ProcessExec exec && exec.process().args().contains("z2")) {
                seen.add(exec);
              }
            });
    table.seed();
    Docker.ok("exec", "-d", containerName(), "sh", "-c", "sleep 3; :", "z2");
    await()
        .atMost(Duration.ofSeconds(10))
        .until(() -> {
          table.look();
          return !seen.isEmpty();
        });
    table.look();
    table.look();

    assertThat(seen).hasSize(1);
    assertThat(seen.element().process().executable()).isEqualTo("/usr/bin/dash");
    assertThat(seen.element().process().ancestors()).isNotEmpty();
  }

  @Test
  void askingTheEngineSeesAShellOnce() {
    ConcurrentLinkedQueue<ProcessExec> seen = new ConcurrentLinkedQueue<>();
    TopProcesses top =
        new TopProcesses(
            engine,
            BootClock.ofHost(),
            event -> {
              if (event instanceof ProcessExec exec
                  && exec.process().args().getFirst().endsWith("z3")) {
                seen.add(exec);
              }
            });
    top.look();
    Docker.ok("exec", "-d", "-u", "65534", containerName(), "sh", "-c", "sleep 5; :", "z3");
    await()
        .atMost(Duration.ofSeconds(10))
        .until(() -> {
          top.look();
          return !seen.isEmpty();
        });
    top.look();

    assertThat(seen).hasSize(1);
    assertThat(seen.element().process().args()).containsExactly("sh -c sleep 5; : z3");
    assertThat(seen.element().process().uid()).isEqualTo(65534);
    assertThat(seen.element().process().executable()).isNull();
  }
}
