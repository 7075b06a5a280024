package io.leukocyte.engine;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

/** Podman keeps the contract by its Docker-compatible API, but for what it says otherwise. */
final class PodmanEngineIT extends EngineContract {
  private static PodmanService podman;

  @BeforeAll
  static void startPodman() {
    podman = PodmanService.start();
  }

  @AfterAll
  static void stopPodman() {
    if (podman != null) {
      podman.close();
    }
  }

  @Override
  EngineWorld makeWorld() {
    return new DockerWorld(podman.socket(), podman.address());
  }
}
