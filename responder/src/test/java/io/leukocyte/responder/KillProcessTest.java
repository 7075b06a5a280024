package io.leukocyte.responder;

import static org.assertj.core.api.Assertions.assertThat;

import io.leukocyte.engine.ContainerSpec;
import io.leukocyte.engine.InMemoryEngine;
import io.leukocyte.events.Action;
import io.leukocyte.events.ActionId;
import io.leukocyte.events.Alert;
import io.leukocyte.events.ContainerId;
import io.leukocyte.events.ContainerLog;
import io.leukocyte.events.Outcome;
import io.leukocyte.events.Priority;
import io.leukocyte.events.ProcessRef;
import io.leukocyte.events.config.Problem;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Which process is ended, and which never. */
class KillProcessTest {
  private static final int PID = 4711;

  @TempDir Path folder;
  private Ward ward;
  private InMemoryProcesses processes;
  private ContainerId web;

  @BeforeEach
  void open() {
    ward = new Ward(folder);
    processes = (InMemoryProcesses) ward.host.processes();
    web = ward.run("web");
  }

  @AfterEach
  void close() {
    ward.close();
  }

  private static String policy(String action) {
    return "- policy: p\n  match: {tags: [shell]}\n  actions: ["
        + action
        + "]\n  else: [kill]\n  guard: {mode: enforce}\n";
  }

  private Outcome doing(String action, ProcessRef process) {
    return doing(action, TestAlerts.shellOf(TestAlerts.ref(web, "web"), process, now()));
  }

  private Outcome doing(String action, Alert alert) {
    ward.policies(policy(action)).alert(alert);
    return ward.journal
        .read(ledger -> ledger.all(s -> s.last().type().equals("kill-process")))
        .getFirst()
        .last()
        .outcome();
  }

  private long now() {
    return ward.clock.nanos();
  }

  private ProcessRef ref() {
    return new ProcessRef(PID, now());
  }

  private static String problem(Outcome outcome) {
    return outcome instanceof Outcome.Failed failed ? failed.problem() : outcome.toString();
  }

  @Test
  void theProcessOfTheAlertIsEndedAndNothingElse() {
    processes.begin(PID, 1, now(), web);
    processes.begin(PID + 1, PID, now(), web);
    assertThat(doing("kill-process", ref()))
        .isEqualTo(new Outcome.Done("process 4711 is gone; what is ended is not taken back"));
    assertThat(processes.signals()).containsExactly("KILL 4711");
    assertThat(ward.stepNames())
        .startsWith("kill-process intended", "kill waiting", "kill-process applied")
        .endsWith("kill-process verified", "kill skipped");
    assertThat(ward.facts(web).state()).isEqualTo("running");
    assertThat(ward.desk.actions()).isEmpty();
  }

  @Test
  void anotherProcessThatGotThePidSinceIsLeftAlone() {
    processes.begin(PID, 1, now() + Duration.ofMillis(300).toNanos(), web);
    assertThat(problem(doing("kill-process", ref())))
        .startsWith("cannot: process 4711 began at ")
        .contains("the pid is another's by now");
    assertThat(processes.signals()).isEmpty();
    assertThat(ward.facts(web).state()).as("else").isEqualTo("exited");
  }

  @Test
  void theSameStartReadOnceMoreMayDifferByALittle() {
    processes.begin(PID, 1, now() + Duration.ofMillis(200).toNanos(), web);
    assertThat(doing("kill-process", ref())).isInstanceOf(Outcome.Done.class);
  }

  @Test
  void anAlertWithoutAProcessFallsToElse() {
    ContainerLog line =
        new ContainerLog(
            now(), TestAlerts.ref(web, "web"), ContainerLog.Stream.STDOUT, "attack", 6, false);
    Alert alert =
        TestAlerts.alert(TestAlerts.HOST, TestAlerts.SHELL, Priority.WARNING, Map.of(), line);
    assertThat(problem(doing("kill-process", alert)))
        .isEqualTo("cannot: the alert names no process");
    assertThat(ward.facts(web).state()).isEqualTo("exited");
  }

  @Test
  void aStartThatCouldNotBeReadIsNoIdentity() {
    processes.begin(PID, 1, now(), web);
    assertThat(problem(doing("kill-process", new ProcessRef(PID, 0))))
        .isEqualTo("cannot: the alert does not say when process 4711 began");
    assertThat(processes.signals()).isEmpty();
  }

  @Test
  void aProcessThatEndedIsSkipped() {
    assertThat(doing("kill-process", ref()))
        .isEqualTo(new Outcome.Skipped("process 4711 has ended"));
    assertThat(ward.facts(web).state()).isEqualTo("running");
  }

  @Test
  void processesOfTheHostOfOthersAndOurOwnAreNeverEnded() {
    ContainerId other = ward.run("other");
    processes.begin(PID, 1, now());
    assertThat(problem(doing("kill-process", ref()))).endsWith("4711 is in no container");
    processes.begin(PID, 1, now(), other);
    assertThat(problem(again(ref()))).endsWith("4711 is another container's");
    int own = (int) ProcessHandle.current().pid();
    processes.begin(own, 1, now(), web);
    assertThat(problem(again(new ProcessRef(own, now())))).endsWith("or our own");
    assertThat(processes.signals()).isEmpty();
  }

  /** What becomes of a further alert, without the policy's else. */
  private Outcome again(ProcessRef process) {
    ward.docker.start(web);
    ward.alert(TestAlerts.shellOf(TestAlerts.ref(web, "web"), process, now()));
    return ward.journal
        .read(ledger -> ledger.all(s -> s.last().type().equals("kill-process")))
        .getLast()
        .last()
        .outcome();
  }

  @Test
  void theFirstProcessOfAContainerIsEndedOnlyWhereThatIsSaid() {
    int first = ward.facts(web).pid();
    processes.begin(first, 1, now(), web);
    assertThat(problem(doing("kill-process", new ProcessRef(first, now()))))
        .contains("is the first of the container")
        .contains("init: true");
    assertThat(processes.signals()).isEmpty();
    ward.docker.start(web);
    first = ward.facts(web).pid();
    processes.begin(first, 1, now(), web);
    ward.policies(policy("kill-process: {init: true}"));
    assertThat(again(new ProcessRef(first, now()))).isInstanceOf(Outcome.Done.class);
    assertThat(processes.signals()).containsExactly("KILL " + first);
  }

  @Test
  void descendantsAreHeldFirstAndTheRootIsEndedLast() {
    processes.begin(PID, 1, now(), web);
    processes.begin(5000, PID, now() + HostProc.TICK, web);
    processes.begin(5001, 5000, now() + HostProc.TICK, web);
    processes.begin(6000, 1, now(), web); // a sister
    assertThat(doing("kill-process: {tree: true}", ref())).isInstanceOf(Outcome.Done.class);
    assertThat(processes.signals())
        .containsExactly(
            "STOP 4711", "STOP 5000", "STOP 5001", "KILL 5001", "KILL 5000", "KILL 4711");
  }

  @Test
  void aDescendantThatBeginsMeanwhileIsFound() {
    processes.begin(PID, 1, now(), web);
    processes.begin(5000, PID, now(), web);
    processes.onList(5000, () -> processes.begin(5001, 5000, now(), web));
    assertThat(doing("kill-process: {tree: true}", ref())).isInstanceOf(Outcome.Done.class);
    assertThat(processes.signals()).contains("KILL 5001");
    assertThat(processes.of(web, 1)).isEmpty();
  }

  @Test
  void whatStartsProcessesFasterThanTheyAreHeldFailsAndSaysSo() {
    processes.begin(PID, 1, now(), web);
    processes.deafen(PID, Processes.Signal.STOP);
    int[] next = {5000};
    processes.onList(PID, () -> processes.begin(next[0]++, PID, now(), web));
    assertThat(problem(doing("kill-process: {tree: true}", ref())))
        .contains("starts new ones faster than they are found");
  }

  @Test
  void termIsFollowedByKillAfterTheGrace() {
    processes.begin(PID, 1, now(), web);
    processes.deafen(PID, Processes.Signal.TERM);
    assertThat(doing("kill-process: {signal: TERM, grace: 1s}", ref()))
        .isInstanceOf(Outcome.Done.class);
    assertThat(processes.signals()).containsExactly("TERM 4711", "KILL 4711");
  }

  @Test
  void whoEndsOnTermIsNotKilled() {
    processes.begin(PID, 1, now(), web);
    processes.begin(5000, PID, now(), web);
    assertThat(doing("kill-process: {signal: term, tree: true}", ref()))
        .isInstanceOf(Outcome.Done.class);
    assertThat(processes.signals()).contains("TERM 4711").doesNotContain("KILL 4711");
  }

  @Test
  void theGuardsAndTheProtectListHold() {
    ContainerId database = ward.run("database");
    processes.begin(PID, 1, now(), database);
    ward.policies(policy("kill-process"))
        .alert(TestAlerts.shellOf(TestAlerts.ref(database, "database"), ref(), now()));
    assertThat(ward.stepNames()).startsWith("kill-process refused");
    ward.policies(
        policy("kill-process").replace("enforce", "enforce, at-most: {containers: 1, per: 10m}"));
    ContainerId second = ward.run("second");
    processes.begin(PID, 1, now(), web);
    ward.alert(TestAlerts.shellOf(TestAlerts.ref(web, "web"), ref(), now()));
    ward.alert(TestAlerts.shellOf(TestAlerts.ref(second, "second"), ref(), now()));
    assertThat(processes.signals()).containsExactly("KILL 4711");
    assertThat(ward.stepNames()).contains("kill-process refused");
  }

  @Test
  void aDryRunEndsNothing() {
    processes.begin(PID, 1, now(), web);
    ward.policies(policy("kill-process").replace("enforce", "dry-run"))
        .alert(TestAlerts.shellOf(TestAlerts.ref(web, "web"), ref(), now()));
    assertThat(processes.signals()).isEmpty();
    assertThat(ward.steps())
        .anySatisfy(a ->
            assertThat(a.outcome())
                .isEqualTo(
                    new Outcome.Skipped(
                        "dry run: kill-process by SIGKILL to process 4711 (p4711)")));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          kill-process: {signal: HUP}       | kill-process cannot send 'HUP'
          kill-process: {grace: 1s}         | there is no grace with SIGKILL
          kill-process: {signal: TERM, grace: 2h} | grace in kill-process is '2h'
          kill-process: {tree: yes}         | tree in kill-process is 'yes'
          kill-process: {init: 1}           | init in kill-process is '1'
          kill-process: {for: 1m}           | unknown key 'for' in kill-process
          kill-process: {pid: 1}            | unknown key 'pid' in kill-process
          kill-proces                       | did you mean 'kill-process'
          kill-process, kill-process        | the action kill-process stands twice
          kill, kill-process                | kill-process after kill can do nothing
          """)
  void whatMakesNoSenseIsAProblem(String actions, String problem) {
    PolicySet.Loaded loaded =
        PolicySet.load(List.of(new PolicyFile("p.yaml", policy(actions))), List.of());
    assertThat(loaded.problems())
        .extracting(Problem::toString)
        .anySatisfy(text -> assertThat(text).startsWith("p.yaml:3:").contains(problem));
  }

  @Test
  void itIsKeptAsItIs() {
    for (Culprit culprit :
        List.of(
            new Culprit.Unknown(),
            new Culprit.Caused(new ProcessRef(7, 8)),
            new Culprit.Pointed(9))) {
      KillProcess kill =
          new KillProcess(Processes.Signal.TERM, true, true, Duration.ofSeconds(3), culprit);
      assertThat(ResponseJson.read(ResponseJson.write(kill))).isEqualTo(kill);
    }
    for (Undo undo : List.of(new Undo.Ended(7, 8), new Undo.Ran(""), new Undo.Ran("leuko-run-1"))) {
      JournalEntry entry = new JournalEntry.Prepared(ActionId.of("an action"), undo, "somehow");
      assertThat(JournalJson.read(JournalJson.write(entry))).isEqualTo(entry);
      assertThat(undo.wanted()).isFalse();
    }
  }

  /** Ends the responder; nothing catches it. */
  private static final class Crash extends Error {
    private static final long serialVersionUID = 1L;
  }

  /** Processes at which the responder dies before and after each signal. */
  private record Dying(InMemoryProcesses processes, Runnable point) implements Processes {
    @Override
    public Optional<String> unusable() {
      return processes.unusable();
    }

    @Override
    public Optional<Seen> find(int pid) {
      return processes.find(pid);
    }

    @Override
    public List<Seen> of(ContainerId container, int first) {
      return processes.of(container, first);
    }

    @Override
    public boolean signal(Seen process, ContainerId container, Signal signal) {
      point.run();
      boolean sent = processes.signal(process, container, signal);
      point.run();
      return sent;
    }
  }

  /** A container with an attacker, whose children each started the next, and a sister of it. */
  private record Scene(
      Path own,
      InMemoryEngine docker,
      InMemoryNetworkFilter filter,
      MutableClock clock,
      InMemoryProcesses all,
      ContainerId container,
      Alert alert) {

    static Scene create(Path own) {
      InMemoryEngine docker = new InMemoryEngine();
      MutableClock clock = new MutableClock();
      InMemoryProcesses all = new InMemoryProcesses();
      ContainerId container = docker.run(ContainerSpec.of("web", "leuko/test-web:1"));
      all.begin(PID, 1, clock.nanos(), container);
      IntStream.range(5000, 5004)
          .forEach(pid -> all.begin(pid, pid == 5000 ? PID : pid - 1, clock.nanos(), container));
      all.begin(6000, 1, clock.nanos(), container);
      Alert alert =
          TestAlerts.shellOf(
              TestAlerts.ref(container, "web"), new ProcessRef(PID, clock.nanos()), clock.nanos());
      return new Scene(own, docker, new InMemoryNetworkFilter(), clock, all, container, alert);
    }

    /** Acts on the alert, and dies at a point; whether that was reached. */
    boolean act(String policy, int point) {
      int[] left = {point};
      boolean[] died = {false};
      Runnable pass =
          () -> {
            if (left[0]-- == 0) {
              died[0] = true;
              throw new Crash();
            }
          };
      Host host =
          Ward.host(FailingEngine.wrapBoth(docker, call -> pass.run()), filter)
              .with(new Dying(all, pass));
      try {
        Ward dying = new Ward(own, docker, filter, clock, host, pass, Ward.shielded());
        dying.policies(policy).alert(alert);
        dying.close();
      } catch (Crash crash) {
        // what is on the disk and on the host is all there is
      }
      return died[0];
    }

    Ward next() {
      Host host = Ward.host(docker, filter).with(all);
      return new Ward(own, docker, filter, clock, host, () -> {}, Ward.shielded()).restarted();
    }
  }

  @Test
  void aCrashAtAnyPointIsFinishedAndNoOtherProcessIsEnded() throws IOException {
    String tree = policy("kill-process: {tree: true}");
    boolean reached = true;
    int point = 0;
    for (; reached; point++) {
      assertThat(point).isLessThan(80);
      Scene scene = Scene.create(Files.createDirectory(folder.resolve("k" + point)));
      reached = scene.act(tree, point);
      Ward next = scene.next();
      next.policies(tree).alert(scene.alert()); // it is read again
      assertThat(next.desk.actions()).as("point %d", point).isEmpty();
      assertThat(next.journalled().getFirst())
          .as("point %d", point)
          .isIn(Set.of("kill-process verified", "kill-process skipped"));
      assertThat(scene.all().of(scene.container(), 1))
          .as("point %d", point)
          .extracting(Processes.Seen::pid)
          .containsExactly(6000);
      assertThat(next.steps()).extracting(Action::number).isNotEmpty();
      next.close();
    }
    assertThat(point).as("points where it died").isGreaterThan(15);
  }

  @ParameterizedTest
  @ValueSource(strings = {"{tree: true}", "{tree: true, signal: TERM, grace: 1s}"})
  void whatIsFoundHeldTooLateGoesOn(String parameters) throws IOException {
    String tree = policy("kill-process: " + parameters);
    boolean reached = true;
    int held = 0;
    for (int point = 0; reached; point++) {
      assertThat(point).isLessThan(80);
      Scene scene = Scene.create(Files.createDirectory(folder.resolve("l" + point)));
      reached = scene.act(tree, point);
      Set<Integer> left = scene.all().held();
      held += left.isEmpty() ? 0 : 1;
      List<Processes.Seen> before = scene.all().of(scene.container(), 1);
      scene.clock().advance(Duration.ofMinutes(6));
      Ward next = scene.next();
      assertThat(scene.all().held()).as("point %d", point).isEmpty();
      assertThat(scene.all().of(scene.container(), 1)).as("point %d", point).isEqualTo(before);
      if (!left.isEmpty()) {
        assertThat(next.journalled()).containsExactly("kill-process failed", "kill refused");
        assertThat(next.steps())
            .filteredOn(a -> a.step() == Action.Step.FAILED)
            .singleElement()
            .satisfies(a ->
                assertThat(problem(a.outcome()))
                    .matches(
                        "interrupted half-way, and too late by now; process 4711 and its"
                            + " descendants, \\d in all, go on"));
      }
      next.close();
    }
    assertThat(held).as("points at which some were left held").isGreaterThan(5);
  }
}
