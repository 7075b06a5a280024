package io.leukocyte.responder;

import io.leukocyte.engine.Engine;
import io.leukocyte.engine.EngineException;
import io.leukocyte.engine.NetworkAttachment;
import io.leukocyte.events.ContainerFacts;
import io.leukocyte.events.ContainerId;
import io.leukocyte.events.Outcome;
import java.time.Duration;
import java.util.Optional;

/**
 * The exchange of a container for a fresh one, there and back. Each way may be gone again from
 * anywhere: what is done already is done. The fresh one is made under a name that follows from the
 * old one's id, so that it is found again after a crash.
 *
 * @param host where
 * @param old the container that is exchanged
 * @param plan what was journalled about it
 */
record Swap(Host host, ContainerId old, Undo.PutBack plan) {
  /** The name of the fresh one before it takes the old one's. */
  String freshName() {
    return plan.name() + ".leuko-fresh-" + old.brief();
  }

  /** The name of the old one afterwards. */
  String keptName() {
    return plan.name() + ".leuko-kept-" + old.brief();
  }

  private Engine engine() {
    return host.engine();
  }

  private Optional<ContainerId> named(String name) {
    return engine()
        .resolve(name)
        .flatMap(engine()::inspect)
        .map(ContainerFacts::container)
        .filter(ref -> ref.name().equals(name))
        .map(ref -> ref.id());
  }

  /** Makes the fresh one; one that was half made before a crash is made again. */
  ContainerId make() {
    named(freshName()).ifPresent(left -> engine().remove(left, true));
    ContainerId fresh;
    try {
      fresh = engine().createLike(old, freshName());
    } catch (EngineException.Conflict e) {
      // The engine was still making it for a responder that died meanwhile
      named(freshName()).ifPresent(left -> engine().remove(left, true));
      fresh = engine().createLike(old, freshName());
    }
    for (NetworkAttachment network : plan.networks()) {
      engine().connectNetwork(fresh, network);
    }
    return fresh;
  }

  /** Puts the fresh one in the old one's place. */
  Outcome forward(Duration grace) {
    ContainerId fresh = plan.fresh();
    if (fresh == null) {
      return new Outcome.Failed("the journal does not say which container is the fresh one");
    }
    engine().update(old, plan.settings().restarting("no", 0));
    engine().stop(old, grace);
    engine().rename(old, keptName());
    engine().rename(fresh, plan.name());
    engine().start(fresh);
    return new Outcome.Done("started, the old one is kept as " + keptName());
  }

  /**
   * Puts the old one in its place again, and removes the fresh one.
   *
   * @param grace between the fresh one's stop signal and SIGKILL
   */
  Outcome back(Duration grace) {
    if (engine().inspect(old).isEmpty()) {
      return new Outcome.Done("the old container is gone; the fresh one stays");
    }
    Optional<ContainerId> fresh =
        plan.fresh() == null ? named(freshName()) : Optional.of(plan.fresh());
    Optional<ContainerId> other =
        named(plan.name()).filter(id -> !id.equals(old) && !fresh.filter(id::equals).isPresent());
    if (other.isPresent()) {
      return new Outcome.Failed(
          "another container, %s, has the name %s by now; remove it, or the kept container %s"
              .formatted(other.get().brief(), plan.name(), keptName()));
    }
    if (fresh.flatMap(engine()::inspect).isPresent()) {
      engine().stop(fresh.get(), grace);
      engine().remove(fresh.get(), true);
    }
    engine().rename(old, plan.name());
    engine().update(old, plan.settings());
    engine().start(old);
    return new Outcome.Done("the old container runs again, the fresh one is removed");
  }
}
