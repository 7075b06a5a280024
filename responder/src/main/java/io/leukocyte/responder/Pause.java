package io.leukocyte.responder;

import io.leukocyte.events.ContainerFacts;
import io.leukocyte.events.ContainerId;
import io.leukocyte.events.Outcome;
import java.time.Duration;
import java.util.Optional;

/**
 * All processes of the container are frozen. No isolation of its network: the kernel still accepts
 * connections for it.
 *
 * @param length after which time it goes on
 */
record Pause(Optional<Duration> length) implements Intervention {
  @Override
  public String type() {
    return "pause";
  }

  @Override
  public boolean outlivesStart() {
    return true;
  }

  @Override
  public Checked check(Host host, Target target) {
    if (!target.runs()) {
      return Checked.skip("it does not run");
    }
    if (target.paused() && target.held(Undo.Unpause.class).isEmpty()) {
      return Checked.skip("it is paused already, and not by us");
    }
    return new Checked.Ready(new Undo.Unpause(), "by freezing its processes");
  }

  @Override
  public Outcome apply(Host host, ContainerId container, Undo undo) {
    return pause(host, container);
  }

  @Override
  public Outcome verify(Host host, ContainerId container, Undo undo) {
    return isPaused(host, container);
  }

  /** Freezes a container; one that does not run is frozen when it is started. */
  static Outcome pause(Host host, ContainerId container) {
    if (host.process(container).isEmpty()) {
      return new Outcome.Done("it does not run");
    }
    host.engine().pause(container);
    return new Outcome.Done("paused");
  }

  static Outcome isPaused(Host host, ContainerId container) {
    Optional<ContainerFacts> facts = host.engine().inspect(container);
    if (facts.isEmpty() || !Host.runs(facts.get())) {
      return new Outcome.Done("it does not run");
    }
    return facts.get().state().equals("paused")
        ? new Outcome.Done("its processes are frozen")
        : new Outcome.Failed("the engine says it is " + facts.get().state());
  }
}
