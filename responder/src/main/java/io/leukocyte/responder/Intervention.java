package io.leukocyte.responder;

import io.leukocyte.events.ContainerId;
import io.leukocyte.events.Outcome;

/**
 * A change to a container. {@link #check} looks and says how it would be taken back; that is
 * journalled, then {@link #apply} changes and {@link #verify} looks whether the change holds. All
 * of them may be repeated: after a crash nobody knows how far the last attempt came.
 *
 * <p>Errors of the engine and of the network filter are thrown; the caller makes an outcome of
 * them.
 */
sealed interface Intervention extends Response permits Quarantine, Pause, Stop, Kill, Waf {

  /** Whether and how it can be done; changes nothing. */
  Checked check(Host host, Target target);

  /** Makes the change; done already is done. */
  Outcome apply(Host host, ContainerId container, Undo undo);

  /** Whether the change holds. */
  Outcome verify(Host host, ContainerId container, Undo undo);

  /**
   * Whether it goes on when the container is started again. If not, a start by somebody else ends
   * it.
   */
  boolean outlivesStart();

  /** Takes the change back. */
  default Outcome undo(Host host, ContainerId container, Undo undo) {
    return undo.run(host, container);
  }
}
