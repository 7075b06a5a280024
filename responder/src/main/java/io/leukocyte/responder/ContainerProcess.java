package io.leukocyte.responder;

import io.leukocyte.events.ContainerFacts;
import io.leukocyte.events.ContainerId;

/**
 * A container's first process: the way into its network namespace.
 *
 * @param container whose
 * @param pid in the host's pid namespace; never 0, which would be ourselves
 */
record ContainerProcess(ContainerId container, int pid) {
  ContainerProcess {
    if (pid <= 1) {
      throw new IllegalArgumentException("Not the process of a container: pid " + pid);
    }
  }

  static ContainerProcess of(ContainerFacts facts) {
    return new ContainerProcess(facts.container().id(), facts.pid());
  }
}
