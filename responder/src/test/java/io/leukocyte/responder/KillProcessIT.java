package io.leukocyte.responder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.leukocyte.engine.DockerEngine;
import io.leukocyte.engine.Engine;
import io.leukocyte.engine.EngineOptions;
import io.leukocyte.events.ContainerId;
import io.leukocyte.events.ProcessRef;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** One process of a container is ended on the real engine and kernel, and never another. */
class KillProcessIT {
  /** A service, an attacker with children, and one who does not hear SIGTERM. */
  private static final String PROGRAM =
      "(trap '' TERM; exec sleep 1001) & (sleep 1002 & sleep 1003 & sleep 1004) & exec sleep 1005";

  @TempDir Path folder;
  private final Docker docker = new Docker("responder-killproc-");
  private final LinuxProcesses processes = new LinuxProcesses();

  @AfterEach
  void remove() {
    docker.close();
  }

  private String container() {
    return docker.run("web", List.of("--network", "none"), List.of("busybox", "sh", "-c", PROGRAM));
  }

  private List<Processes.Seen> all(ContainerId web) {
    int first = Integer.parseInt(docker.inspect(web.value(), "{{.State.Pid}}"));
    return processes.of(web, first);
  }

  private static boolean isSleeping(Processes.Seen process, String seconds) {
    try {
      String line = new HostProc().text(process.pid(), "cmdline");
      return line.equals("sleep\0" + seconds + "\0");
    } catch (IOException e) {
      return false;
    }
  }

  private Processes.Seen sleeper(ContainerId web, String seconds) {
    return await()
        .atMost(Duration.ofSeconds(10))
        .until(
            () -> all(web).stream().filter(p -> isSleeping(p, seconds)).findFirst(),
            Optional::isPresent)
        .orElseThrow();
  }

  private boolean isThere(ContainerId web, String seconds) {
    return all(web).stream().anyMatch(p -> isSleeping(p, seconds));
  }

  private static ProcessRef ref(Processes.Seen process) {
    return new ProcessRef(process.pid(), process.started());
  }

  @Test
  void theOneProcessIsEndedAndTheContainerGoesOn() throws Exception {
    ContainerId web = docker.id(container());
    sleeper(web, "1005");
    Processes.Seen attacker = sleeper(web, "1002");
    try (LiveResponder live = new LiveResponder(folder, "[kill-process: {}]")) {
      live.shellOf(web, ref(attacker));
      live.awaitJournal("what is ended is not taken back");
      assertThat(isThere(web, "1002")).isFalse();
      assertThat(isThere(web, "1003")).isTrue();
      assertThat(isThere(web, "1005")).isTrue();
      assertThat(docker.inspect(web.value(), "{{.State.Status}}")).isEqualTo("running");
      assertThat(live.responder.orders().actions()).isEmpty();
    }
  }

  @Test
  void anotherStartIsAnotherProcessAndIsLeftAlone() throws Exception {
    ContainerId web = docker.id(container());
    Processes.Seen process = sleeper(web, "1002");
    try (LiveResponder live = new LiveResponder(folder, "[kill-process: {}]")) {
      long before = process.started() - Duration.ofSeconds(1).toNanos();
      live.shellOf(web, new ProcessRef(process.pid(), before));
      live.awaitJournal("the pid is another's by now");
      assertThat(isThere(web, "1002")).isTrue();
    }
    Processes.Seen other =
        new Processes.Seen(
            process.pid(),
            process.parent(),
            process.ticks() - 1,
            process.started(),
            process.name(),
            false,
            process.containers());
    assertThat(processes.signal(other, web, Processes.Signal.KILL)).isFalse();
    assertThat(isThere(web, "1002")).isTrue();
    assertThat(processes.signal(process, web, Processes.Signal.KILL)).isTrue();
    await().atMost(Duration.ofSeconds(5)).until(() -> !isThere(web, "1002"));
    assertThat(processes.signal(process, web, Processes.Signal.KILL)).isFalse();
  }

  @Test
  void descendantsGoWithItAndWhoDoesNotHearTermIsKilled() throws Exception {
    ContainerId web = docker.id(container());
    int parent = sleeper(web, "1003").parent();
    Processes.Seen shell = processes.find(parent).orElseThrow();
    Processes.Seen deaf = sleeper(web, "1001");
    sleeper(web, "1002");
    sleeper(web, "1004");
    try (LiveResponder live =
        new LiveResponder(folder, "[kill-process: {signal: TERM, grace: 1s, tree: true}]")) {
      live.shellOf(web, ref(shell));
      live.awaitJournal("ended after SIGTERM");
      for (String gone : List.of("1002", "1003", "1004")) {
        assertThat(isThere(web, gone)).as(gone).isFalse();
      }
      live.shellOf(web, ref(deaf));
      live.awaitJournal("after 1 s of SIGTERM one process ended by SIGKILL");
      assertThat(isThere(web, "1001")).isFalse();
      assertThat(isThere(web, "1005")).isTrue();
    }
  }

  private static boolean isHeld(int pid) {
    try {
      return new HostProc().stat(pid).getFirst().equals("T");
    } catch (IOException e) {
      return false;
    }
  }

  @Test
  void whatAnAttemptThatIsGivenUpHoldsGoesOn() throws Exception {
    ContainerId web = docker.id(container());
    Processes.Seen child = sleeper(web, "1003");
    Processes.Seen shell = processes.find(child.parent()).orElseThrow();
    List<Processes.Seen> family = List.of(shell, child, sleeper(web, "1002"));
    family.forEach(p -> assertThat(processes.signal(p, web, Processes.Signal.STOP)).isTrue());
    await()
        .atMost(Duration.ofSeconds(5))
        .until(() -> family.stream().allMatch(p -> isHeld(p.pid())));
    KillProcess kill =
        new KillProcess(
            Processes.Signal.KILL, true, false, Duration.ZERO, new Culprit.Caused(ref(shell)));
    try (Engine engine = new DockerEngine(EngineOptions.of(EngineOptions.DEFAULT_HOST))) {
      assertThat(kill.letGo(Host.local(engine), web, new Undo.Ended(shell.pid(), shell.ticks())))
          .hasValueSatisfying(how -> assertThat(how).matches(".* descendants, [34] in all, go on"));
    }
    await()
        .atMost(Duration.ofSeconds(5))
        .until(() -> family.stream().noneMatch(p -> isHeld(p.pid())));
    assertThat(isThere(web, "1003")).isTrue();
  }

  @Test
  void aProcessOfTheHostIsNotEndedWhoeverSaysSo() throws Exception {
    ContainerId web = docker.id(container());
    sleeper(web, "1005");
    Process outside = new ProcessBuilder("sleep", "1000").start();
    try (LiveResponder live = new LiveResponder(folder, "[kill-process: {}]")) {
      Processes.Seen host = processes.find((int) outside.pid()).orElseThrow();
      live.shellOf(web, ref(host));
      live.awaitJournal("cannot: process " + outside.pid() + " is ");
      Answer answer =
          live.responder
              .orders()
              .contain(new Containment.KillProcess((int) outside.pid()), web.value(), "alice", "");
      assertThat(answer.done()).isFalse();
      assertThat(outside.isAlive()).isTrue();
      Processes.Seen first =
          all(web).stream().filter(p -> isSleeping(p, "1005")).findFirst().orElseThrow();
      live.shellOf(web, ref(first));
      live.awaitJournal("is the first of the container");
      assertThat(isThere(web, "1005")).isTrue();
    } finally {
      outside.destroyForcibly();
      assertThat(outside.waitFor(5, TimeUnit.SECONDS)).isTrue();
    }
  }
}
