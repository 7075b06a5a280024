package io.leukocyte.responder;

import io.leukocyte.events.ContainerFacts;
import io.leukocyte.events.ContainerId;
import io.leukocyte.events.Outcome;
import java.time.Duration;
import java.util.Optional;

/**
 * The container is asked to end, and ended.
 *
 * @param grace between its stop signal and SIGKILL
 * @param length after which time it is started again
 */
record Stop(Duration grace, Optional<Duration> length) implements Intervention {
  @Override
  public String type() {
    return "stop";
  }

  @Override
  public boolean outlivesStart() {
    return false;
  }

  @Override
  public Checked check(Host host, Target target) {
    return target.runs() || isStartedAgain(target.facts())
        ? new Checked.Ready(
            new Undo.Start(target.facts().started(), true),
            "with " + grace.toSeconds() + " s between its stop signal and SIGKILL")
        : Checked.skip("it does not run");
  }

  @Override
  public Outcome apply(Host host, ContainerId container, Undo undo) {
    Optional<ContainerFacts> facts = host.engine().inspect(container);
    if (facts.filter(f -> stillRuns(undo, f) || isStartedAgain(f)).isPresent()) {
      host.engine().stop(container, grace);
    }
    return new Outcome.Done("stopped");
  }

  @Override
  public Outcome verify(Host host, ContainerId container, Undo undo) {
    return host.engine()
            .inspect(container)
            .filter(f -> stillRuns(undo, f) || isStartedAgain(f))
            .isEmpty()
        ? new Outcome.Done("it does not run")
        : new Outcome.Failed("the engine says it still runs");
  }

  /** Whether it has ended, and the engine is about to start it again by its restart policy. */
  static boolean isStartedAgain(ContainerFacts facts) {
    return facts.state().equals("restarting");
  }

  /** Whether the instance that was to end is still there; one started since is left alone. */
  static boolean stillRuns(Undo undo, ContainerFacts facts) {
    return undo instanceof Undo.Start start ? start.stillRuns(facts) : Host.runs(facts);
  }
}
