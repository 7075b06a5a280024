package io.leukocyte.responder;

import io.leukocyte.events.ContainerFacts;
import io.leukocyte.events.ContainerId;
import io.leukocyte.events.Outcome;
import java.time.Duration;
import java.util.Optional;

/**
 * A change to a container. {@link #check} looks and says how it would be taken back; that is
 * journalled, then {@link #apply} changes and {@link #verify} looks whether the change holds. All
 * of them may be repeated: after a crash nobody knows how far the last attempt came.
 *
 * <p>Errors of the engine and of the network filter are thrown; the caller makes an outcome of
 * them.
 */
sealed interface Intervention extends Response
    permits Quarantine,
        Pause,
        Stop,
        Kill,
        KillProcess,
        BlockImage,
        Restart,
        Throttle,
        Recycle,
        Waf,
        Run {

  /** Whether and how it can be done; changes nothing. */
  Checked check(Host host, Target target);

  /**
   * Makes what the change needs beside the container, and leaves the container itself alone. What
   * comes of it is journalled before {@link #apply}.
   */
  default Checked.Ready stage(Host host, ContainerId container, Checked.Ready ready) {
    return ready;
  }

  /** Makes the change; done already is done. */
  Outcome apply(Host host, ContainerId container, Undo undo);

  /** Whether the change holds. */
  Outcome verify(Host host, ContainerId container, Undo undo);

  /**
   * Whether it goes on when the container is started again. If not, a start by somebody else ends
   * it.
   */
  boolean outlivesStart();

  /** Whether it goes on when the container is gone. */
  default boolean outlivesContainer() {
    return false;
  }

  /** Whether a change that did not work is tried once more before it is taken back. */
  default boolean triedTwice() {
    return true;
  }

  /**
   * The same with what the journal knows of the action.
   *
   * @param keeper keeps what is written, beside the evidence
   */
  default Intervention of(ActionState state, Keeper keeper) {
    return this;
  }

  /**
   * Why it is not done once more after the responder died while it was done; empty when it may be.
   * What is left of the attempt is removed.
   */
  default Optional<String> interrupted(Host host, ContainerId container, Undo undo) {
    return Optional.empty();
  }

  /**
   * Ends what an attempt that is given up may still hold, where there is nothing to take back. The
   * engine may be away.
   *
   * @return what was done, a clause for people; empty when nothing was
   */
  default Optional<String> letGo(Host host, ContainerId container, Undo undo) {
    return Optional.empty();
  }

  /** Keeps a text beside the evidence of an action, where there is room; never fails. */
  @FunctionalInterface
  interface Keeper {
    void keep(String file, String text);
  }

  /**
   * What ended it, so that nothing of it is left to hold; asked where it does not outlive a start.
   *
   * @param facts of the container, which is there
   * @param since how long it is in force
   * @return empty when it goes on
   */
  default Optional<Outcome> over(Host host, ContainerFacts facts, Undo undo, Duration since) {
    return Host.runs(facts) && !Stop.stillRuns(undo, facts)
        ? Optional.of(new Outcome.Done("somebody started it again"))
        : Optional.empty();
  }

  /** Takes the change back. */
  default Outcome undo(Host host, ContainerId container, Undo undo) {
    return undo.run(host, container);
  }
}
