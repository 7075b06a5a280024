package io.leukocyte.responder;

import io.leukocyte.events.ContainerFacts;
import io.leukocyte.events.ContainerId;
import io.leukocyte.events.Outcome;
import java.time.Duration;
import java.util.Optional;

/**
 * A signal to the container's first process. It is not taken back: the container is started again
 * only where a time is given.
 *
 * @param signal the name without SIG
 * @param length after which time it is started again
 */
record Kill(String signal, Optional<Duration> length) implements Intervention {
  /** The one signal that nothing survives. */
  static final String DEADLY = "KILL";

  private static final Duration END = Duration.ofSeconds(5);

  @Override
  public String type() {
    return "kill";
  }

  @Override
  public boolean outlivesStart() {
    return false;
  }

  @Override
  public Checked check(Host host, Target target) {
    return target.runs()
        ? new Checked.Ready(
            new Undo.Start(target.facts().started(), length.isPresent()), "by SIG" + signal)
        : Checked.skip("it does not run");
  }

  @Override
  public Outcome apply(Host host, ContainerId container, Undo undo) {
    Optional<ContainerFacts> facts = host.engine().inspect(container);
    if (facts.filter(f -> Stop.stillRuns(undo, f)).isPresent()) {
      host.engine().kill(container, signal);
    }
    return new Outcome.Done("sent SIG" + signal);
  }

  @Override
  public Outcome verify(Host host, ContainerId container, Undo undo) {
    if (!signal.equals(DEADLY)) {
      return new Outcome.Done("the engine accepted SIG" + signal);
    }
    return host.await(container, END, facts -> !Stop.stillRuns(undo, facts))
        ? new Outcome.Done("it does not run")
        : new Outcome.Failed("it still runs " + END.toSeconds() + " s after SIGKILL");
  }
}
