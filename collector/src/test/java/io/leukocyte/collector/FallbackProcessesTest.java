package io.leukocyte.collector;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.leukocyte.events.Event;
import io.leukocyte.events.ProcessExec;
import io.leukocyte.events.ProcessExit;
import io.leukocyte.events.ProcessInfo;
import io.leukocyte.events.SensorLoss;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Processes by what the connector tells and what a proc says, or no longer says. */
class FallbackProcessesTest {
  private static final String WEB = "ab".repeat(32);
  private static final long SECOND = 1_000_000_000L;
  private static final long TICK = ProcFiles.TICK;

  @TempDir private Path folder;
  private FakeProc proc;
  private final List<Event> events = new ArrayList<>();
  private FallbackProcesses processes;

  @BeforeEach
  void begin() {
    proc =
        new FakeProc(folder)
            .runs(1, 0, 1, 1, null, "/app/init", "init")
            .runs(50, 1, 10, 2, null, "/app/containerd-shim-runc-v2", "containerd-shim", "-id")
            .runs(60, 50, 20, 3, WEB, "/app/sh", "sh", "-c", "serve");
    processes =
        new FallbackProcesses(
            new ProcFacts(folder), new BootClock(() -> 100 * SECOND, () -> 0), false, events::add);
    processes.seed();
  }

  private void fork(int parent, int pid, long ticks) {
    processes.take(new ProcessConnector.Message.Fork(ticks * TICK, parent, pid), 0);
  }

  private void exec(int pid, long ticks) {
    processes.take(new ProcessConnector.Message.Exec(ticks * TICK, pid), 0);
  }

  private void exit(int pid, long ticks, int status) {
    processes.take(new ProcessConnector.Message.Exit(ticks * TICK, pid, status), 0);
  }

  private ProcessInfo exec(int index) {
    return ((ProcessExec) events.get(index)).process();
  }

  @Test
  void whatRunsAlreadyIsKnownWithoutAnEvent() {
    assertThat(events).isEmpty();
    assertThat(processes.size()).isEqualTo(3);
    exit(60, 500, 0x0700);

    ProcessExit exit = (ProcessExit) events.getFirst();
    assertThat(exit.process().args()).containsExactly("sh", "-c", "serve");
    assertThat(exit.exitCode()).isEqualTo(7);
    assertThat(exit.signal()).isZero();
  }

  @Test
  void aProgramHasItsParentAndItsAncestors() {
    fork(60, 70, 300);
    proc.runs(70, 60, 300, 4, WEB, "/app/cat", "cat", "x");
    exec(70, 301);

    ProcessInfo cat = exec(0);
    assertThat(events).hasSize(1);
    assertThat(events.getFirst().time()).isEqualTo(100 * SECOND + 301 * TICK);
    assertThat(requireNonNull(events.getFirst().container()).id().value()).isEqualTo(WEB);
    assertThat(cat.ref().startTime()).isEqualTo(100 * SECOND + 300 * TICK);
    assertThat(cat.executable()).isEqualTo("/app/cat");
    assertThat(cat.uid()).isEqualTo(7);
    assertThat(cat.capabilities()).isEqualTo(0x0f);
    assertThat(cat.more().permittedCapabilities()).isEqualTo(0xff);
    assertThat(cat.containerPid()).isEqualTo(3);
    assertThat(requireNonNull(cat.parent()).args()).containsExactly("sh", "-c", "serve");
    assertThat(cat.ancestors()).containsExactly("containerd-shim-runc-v2", "init");
    assertThat(processes.losses()).isEmpty();
  }

  @Test
  void aProgramThatWasOverBeforeItWasReadIsToldWithoutWhatIsNotKnownAndCounted() {
    fork(60, 70, 300);
    exec(70, 301);
    exit(70, 302, 9);

    ProcessInfo gone = exec(0);
    assertThat(gone.ref().pid()).isEqualTo(70);
    assertThat(gone.executable()).isNull();
    assertThat(gone.name()).isNull();
    assertThat(gone.args()).isEmpty();
    assertThat(requireNonNull(gone.parent()).name()).isEqualTo("sh");
    assertThat(((ProcessExit) events.get(1)).process().args()).isEmpty();
    assertThat(((ProcessExit) events.get(1)).signal()).isEqualTo(9);
    List<SensorLoss> losses = processes.losses();
    assertThat(losses).hasSize(1);
    assertThat(losses.getFirst().lostKind()).isEqualTo("process.exec");
    assertThat(losses.getFirst().reason()).isEqualTo(FallbackProcesses.GONE);
    assertThat(losses.getFirst().count()).isEqualTo(1);
    assertThat(requireNonNull(losses.getFirst().container()).id().value()).isEqualTo(WEB);
    assertThat(processes.losses()).isEmpty();
  }

  @Test
  void aProgramOvertakenByTheNextIsNotToldAsThat() {
    fork(60, 70, 300);
    proc.runs(70, 60, 300, 5, WEB, "/app/second", "second");
    exec(70, 301); // of the first, whose place the second has taken already
    exec(70, 302);

    assertThat(events).hasSize(1);
    assertThat(exec(0).args()).containsExactly("second");
    assertThat(processes.losses())
        .extracting(SensorLoss::reason, SensorLoss::count)
        .containsExactly(org.assertj.core.groups.Tuple.tuple(FallbackProcesses.OVERTAKEN, 1L));

    proc.runs(70, 60, 300, 6, WEB, "/app/third", "third");
    exec(70, 303);
    assertThat(exec(1).args()).containsExactly("third");
  }

  @Test
  void theHostsProcessesAreNotReportedAndTheRuntimesUnreadChildIsCounted() {
    fork(1, 80, 300);
    proc.runs(80, 1, 300, 7, null, "/app/date", "date");
    exec(80, 301);
    fork(1, 81, 300);
    exec(81, 301);
    assertThat(processes.losses()).isEmpty();

    fork(50, 90, 310);
    exec(90, 311);
    assertThat(events).isEmpty();
    assertThat(processes.losses()).hasSize(1).allMatch(loss -> loss.container() == null);
  }

  @Test
  void theRuntimesOwnTaskInAContainerIsTagged() {
    fork(50, 90, 310);
    proc.runs(90, 50, 310, 8, WEB, "/app/runc", "runc", "init");
    exec(90, 311);
    proc.runs(90, 50, 310, 9, WEB, "/app/sh", "sh");
    exec(90, 312);

    assertThat(exec(0).flags().setup()).isTrue();
    assertThat(exec(1).flags().setup()).isFalse();
    assertThat(exec(1).ref()).isEqualTo(exec(0).ref());
  }

  @Test
  void aProgramCalledLikeTheRuntimeInsideAContainerIsNotTagged() {
    fork(60, 70, 300);
    proc.runs(70, 60, 300, 4, WEB, "/tmp/runc", "runc", "init");
    exec(70, 301);

    assertThat(exec(0).flags().setup()).isFalse();
  }

  @Test
  void endedProcessesAreForgottenAndAPidComesRound() {
    fork(60, 70, 300);
    exit(70, 301, 0);
    processes.sweep();
    assertThat(processes.size()).isEqualTo(3);

    fork(60, 70, 900);
    proc.runs(70, 60, 900, 4, WEB, "/app/cat", "cat");
    exec(70, 901);
    exit(70, 902, 0);
    assertThat(events).hasSize(3);
    assertThat(exec(1).ref().startTime()).isEqualTo(100 * SECOND + 900 * TICK);
  }

  @Test
  void aProgramThatWasReadBeforeItsMessageCameIsStillTold() {
    proc.runs(70, 60, 300, 4, WEB, "/app/cat", "cat");
    processes.seed();
    exec(70, 301);

    assertThat(exec(0).args()).containsExactly("cat");
    assertThat(processes.losses()).isEmpty();
  }

  @Test
  void afterLostMessagesItKnowsAgainWhatRuns() {
    fork(60, 70, 300);
    proc.runs(70, 60, 300, 4, WEB, "/app/cat", "cat");
    proc.runs(71, 60, 300, 5, WEB, "/app/dd", "dd").ends(50);
    processes.seed();
    exit(70, 400, 0);
    exit(71, 400, 0);

    assertThat(events).hasSize(2);
    assertThat(((ProcessExit) events.getFirst()).process().args()).containsExactly("cat");
    assertThat(((ProcessExit) events.getLast()).process().args()).containsExactly("dd");
    assertThat(processes.size()).isEqualTo(4);
  }

  @Test
  void lookingSeesNewProgramsOnceAndNoCopies() {
    proc.runs(70, 60, 300, 4, WEB, "/app/cat", "cat", "x");
    proc.runs(71, 60, 300, 3, WEB, "/app/sh", "sh", "-c", "serve"); // a copy of its parent
    processes.look();
    processes.look();
    assertThat(events).hasSize(1);
    assertThat(exec(0).args()).containsExactly("cat", "x");

    proc.runs(70, 60, 300, 5, WEB, "/app/dd", "dd").ends(71);
    processes.look();
    assertThat(events).hasSize(2);
    assertThat(exec(1).args()).containsExactly("dd");
    assertThat(processes.size()).isEqualTo(4);
  }
}
