package io.leukocyte.responder;

import io.leukocyte.engine.EngineException;
import io.leukocyte.events.ContainerFacts;
import io.leukocyte.events.ContainerId;
import io.leukocyte.events.Outcome;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * The look at a container just before a change: whether it may be made, and how.
 *
 * @param host where the container is
 * @param journal what else is in force on it
 * @param protection what must not be touched
 * @param patience with the engine
 */
record Examination(Host host, Journal journal, Protection protection, EnginePatience patience) {

  /**
   * Looks.
   *
   * @param seen gets the container as the engine gives it, when there is one that may be touched,
   *     before it is looked at how
   */
  Checked of(ActionState state, Consumer<ContainerFacts> seen) {
    if (journal.read(ledger -> ledger.isBehindWaiting(state))) {
      return new Checked.Away("what comes before it on this container waits");
    }
    try {
      return patience.call(() -> look(state, seen));
    } catch (EngineException e) {
      String problem = String.valueOf(e.getMessage());
      return EnginePatience.isAway(e)
          ? new Checked.Away(problem)
          : new Checked.Not(new Outcome.Failed(problem));
    } catch (HostException e) {
      return new Checked.Not(new Outcome.Failed(String.valueOf(e.getMessage())));
    }
  }

  private Checked look(ActionState state, Consumer<ContainerFacts> seen) {
    ContainerId container = state.container().orElseThrow();
    Optional<ContainerFacts> facts = host.engine().inspect(container);
    if (facts.isEmpty()) {
      return Checked.skip("the container is gone");
    }
    Optional<String> shielded = protection.reason(facts.get().container(), facts.get().labels());
    if (shielded.isPresent()) {
      return new Checked.Not(new Outcome.Refused(shielded.get()));
    }
    seen.accept(facts.get());
    List<Undo> held = journal.read(ledger -> ledger.held(container, state.id()));
    return ((Intervention) state.response()).check(host, new Target(facts.get(), held));
  }
}
