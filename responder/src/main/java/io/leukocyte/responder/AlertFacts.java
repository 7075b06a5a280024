package io.leukocyte.responder;

import io.leukocyte.events.Alert;
import io.leukocyte.events.ContainerFacts;
import io.leukocyte.events.ContainerRef;

/** What an alert itself says of its container, where the engine knows it no more. */
final class AlertFacts {
  private AlertFacts() {}

  static ContainerFacts of(Alert alert, ContainerRef container) {
    ContainerFacts bare = ContainerFacts.unknown(alert.time(), container);
    return new ContainerFacts(
        bare.time(),
        container,
        bare.state(),
        bare.pid(),
        bare.created(),
        bare.started(),
        alert.labels(),
        bare.mounts(),
        bare.networks(),
        bare.networkMode(),
        bare.pidMode(),
        bare.ports(),
        bare.user(),
        bare.entrypoint(),
        bare.tty(),
        bare.logDriver(),
        bare.restartPolicy(),
        bare.limits(),
        bare.security());
  }
}
