package io.leukocyte.responder;

import io.leukocyte.events.Alert;
import io.leukocyte.events.ContainerFacts;
import io.leukocyte.events.ContainerId;
import io.leukocyte.events.Outcome;
import io.leukocyte.events.ProcessRef;
import java.time.Duration;
import java.util.Optional;

/**
 * The one process that caused the alert is ended, by its pid and start, and never another that got
 * the pid since. There is nothing to take back.
 *
 * @param signal {@link Processes.Signal#TERM}, and SIGKILL after the grace, or SIGKILL at once
 * @param tree whether its descendants are ended with it
 * @param init whether it may be the container's first process, with which the container ends
 * @param grace between SIGTERM and SIGKILL
 * @param culprit the process
 */
record KillProcess(
    Processes.Signal signal, boolean tree, boolean init, Duration grace, Culprit culprit)
    implements Intervention {
  static final Duration GRACE = Duration.ofSeconds(10);

  /** Two readings of the same start, one by the sensor and one by us, are no further apart. */
  static final Duration SAME_START = Duration.ofMillis(250);

  @Override
  public String type() {
    return "kill-process";
  }

  @Override
  public Optional<Duration> length() {
    return Optional.empty();
  }

  @Override
  public KillProcess about(Alert alert) {
    Culprit caused =
        Culprit.of(alert.cause().event())
            .<Culprit>map(Culprit.Caused::new)
            .orElseGet(Culprit.Unknown::new);
    return new KillProcess(signal, tree, init, grace, caused);
  }

  @Override
  public boolean outlivesStart() {
    return false;
  }

  /** The second time the process would be gone, and what it left behind not looked for. */
  @Override
  public boolean triedTwice() {
    return false;
  }

  @Override
  public Checked check(Host host, Target target) {
    if (!target.runs()) {
      return Checked.skip("the container does not run");
    }
    return switch (culprit) {
      case Culprit.Unknown unknown -> cannot("the alert names no process");
      case Culprit.Caused(ProcessRef process) -> check(host, target, process);
      case Culprit.Pointed(int pid) -> check(host, target, pid, Optional.empty());
    };
  }

  private Checked check(Host host, Target target, ProcessRef process) {
    return process.startTime() == 0
        ? cannot("the alert does not say when process " + process.pid() + " began")
        : check(host, target, process.pid(), Optional.of(process.startTime()));
  }

  private Checked check(Host host, Target target, int pid, Optional<Long> started) {
    Optional<String> unusable = host.processes().unusable();
    if (unusable.isPresent()) {
      return cannot(unusable.get());
    }
    Optional<Processes.Seen> found = host.processes().find(pid).filter(p -> !p.ended());
    if (found.isEmpty()) {
      return Checked.skip("process " + pid + " has ended");
    }
    Processes.Seen process = found.get();
    if (started.isPresent() && Math.abs(process.started() - started.get()) > SAME_START.toNanos()) {
      return cannot(
          "process %d began at %s, the alert's at %s: the pid is another's by now, or the host's clock was set"
              .formatted(pid, Nanos.instant(process.started()), Nanos.instant(started.get())));
    }
    return forbidden(process, target.facts())
        .map(KillProcess::cannot)
        .orElseGet(() ->
            new Checked.Ready(
                new Undo.Ended(pid, process.ticks()),
                "by SIG%s to process %d (%s)%s"
                    .formatted(signal, pid, process.name(), tree ? " and its descendants" : "")));
  }

  /** Why a process is not ended whoever says so; empty when it may be. */
  private Optional<String> forbidden(Processes.Seen process, ContainerFacts facts) {
    int pid = process.pid();
    if (process.containers().isEmpty()) {
      return Optional.of("process " + pid + " is in no container");
    }
    if (!process.containers().contains(facts.container().id())) {
      return Optional.of("process " + pid + " is another container's");
    }
    if (pid <= 1 || pid == ProcessHandle.current().pid()) {
      return Optional.of("process " + pid + " is this host's or our own");
    }
    return pid == facts.pid() && !init
        ? Optional.of(
            "process "
                + pid
                + " is the first of the container, which ends with it; use kill, or init: true")
        : Optional.empty();
  }

  private static Checked cannot(String why) {
    return new Checked.Not(new Outcome.Failed("cannot: " + why));
  }

  @Override
  public Outcome apply(Host host, ContainerId container, Undo undo) {
    if (!(undo instanceof Undo.Ended(int pid, long ticks))) {
      return unfit(undo);
    }
    Optional<ContainerFacts> facts = host.engine().inspect(container).filter(Host::runs);
    if (facts.isEmpty()) {
      return new Outcome.Done("the container has ended");
    }
    Optional<Processes.Seen> process =
        host.processes().find(pid).filter(p -> p.ticks() == ticks && !p.ended());
    if (process.isEmpty()) {
      return new Outcome.Done("it has ended");
    }
    Optional<String> forbidden = forbidden(process.get(), facts.get());
    return forbidden.isPresent()
        ? new Outcome.Failed("cannot: " + forbidden.get())
        : new Ending(host.processes(), facts.get(), init).of(process.get(), signal, tree, grace);
  }

  /** Descendants are held before they are ended: who is not ended goes on. */
  @Override
  public Optional<String> letGo(Host host, ContainerId container, Undo undo) {
    if (!tree || !(undo instanceof Undo.Ended(int pid, long ticks))) {
      return Optional.empty();
    }
    return host.processes()
        .find(pid)
        .filter(p -> p.ticks() == ticks && !p.ended() && p.containers().contains(container))
        .map(p -> Ending.letGo(host.processes(), container, p))
        .map(number -> "process %d and its descendants, %d in all, go on".formatted(pid, number));
  }

  @Override
  public Outcome verify(Host host, ContainerId container, Undo undo) {
    if (!(undo instanceof Undo.Ended(int pid, long ticks))) {
      return unfit(undo);
    }
    return host.processes().find(pid).filter(p -> p.ticks() == ticks && !p.ended()).isEmpty()
        ? new Outcome.Done("process " + pid + " is gone; what is ended is not taken back")
        : new Outcome.Failed("process " + pid + " is still there");
  }

  private static Outcome unfit(Undo undo) {
    return new Outcome.Failed("The journal names no process to end but " + undo);
  }
}
