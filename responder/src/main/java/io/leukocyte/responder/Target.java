package io.leukocyte.responder;

import io.leukocyte.events.ContainerFacts;
import io.leukocyte.events.ContainerId;
import java.util.List;
import java.util.Optional;

/**
 * The container that a change is about to be made to.
 *
 * @param facts as the engine gives them now
 * @param held how the changes that we made to it before, and that are in force, are taken back
 */
record Target(ContainerFacts facts, List<Undo> held) {
  Target {
    held = List.copyOf(held);
  }

  ContainerId id() {
    return facts.container().id();
  }

  boolean paused() {
    return facts.state().equals("paused");
  }

  boolean runs() {
    return Host.runs(facts);
  }

  /** A change of ours that is in force and is taken back in this way. */
  <T extends Undo> Optional<T> held(Class<T> kind) {
    return held.stream().filter(kind::isInstance).map(kind::cast).findFirst();
  }
}
