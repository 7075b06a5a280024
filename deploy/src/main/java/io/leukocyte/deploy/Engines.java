package io.leukocyte.deploy;

import io.leukocyte.engine.DockerEngine;
import io.leukocyte.engine.Engine;
import io.leukocyte.engine.EngineOptions;

/** The container engine of this machine. */
final class Engines {
  private Engines() {}

  /**
   * The engine that DOCKER_HOST names, else the one at /var/run/docker.sock; nothing is sent yet.
   *
   * @throws BadInputException when DOCKER_HOST cannot be understood
   */
  static Engine fromEnvironment() {
    try {
      return new DockerEngine(EngineOptions.fromEnvironment(System.getenv()));
    } catch (IllegalArgumentException e) {
      throw new BadInputException(e.getMessage());
    }
  }
}
