package io.leukocyte.responder;

import io.leukocyte.events.ContainerFacts;
import io.leukocyte.events.ContainerId;
import io.leukocyte.events.Outcome;
import java.time.Duration;
import java.util.Optional;

/**
 * The container is ended and started again: its processes are new, its files stay. There is nothing
 * to take back. What is held on it is held again after the start.
 *
 * @param grace between its stop signal and SIGKILL
 */
record Restart(Duration grace) implements Intervention {
  @Override
  public String type() {
    return "restart";
  }

  @Override
  public Optional<Duration> length() {
    return Optional.empty();
  }

  @Override
  public boolean outlivesStart() {
    return false;
  }

  @Override
  public Checked check(Host host, Target target) {
    Optional<Checked> barred = BlockImage.cannotStart(host, target);
    if (barred.isPresent()) {
      return barred.get();
    }
    return target.runs()
        ? new Checked.Ready(
            new Undo.Start(target.facts().started(), false),
            "with " + grace.toSeconds() + " s between its stop signal and SIGKILL")
        : Checked.skip("it does not run");
  }

  @Override
  public Outcome apply(Host host, ContainerId container, Undo undo) {
    Optional<ContainerFacts> facts = host.engine().inspect(container);
    if (facts.isEmpty()) {
      return new Outcome.Failed("the container is gone");
    }
    if (Stop.stillRuns(undo, facts.get())) {
      host.engine().restart(container, grace);
    } else {
      host.engine().start(container); // ended before a crash, or by somebody else
    }
    return new Outcome.Done("restarted");
  }

  @Override
  public Outcome verify(Host host, ContainerId container, Undo undo) {
    Optional<ContainerFacts> facts = host.engine().inspect(container);
    return facts.filter(f -> Host.runs(f) && !Stop.stillRuns(undo, f)).isPresent()
        ? new Outcome.Done("it runs anew")
        : new Outcome.Failed(
            "the engine says it is " + facts.map(ContainerFacts::state).orElse("gone"));
  }
}
