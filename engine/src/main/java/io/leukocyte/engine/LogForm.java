package io.leukocyte.engine;

import io.leukocyte.events.ContainerId;

/** In which form the engine gives the log of a container. */
enum LogForm {
  /** In frames, one a piece, of the two streams. */
  FRAMES,
  /** What was written to a terminal, with times between. */
  TERMINAL,
  /** Podman's own API: in frames also what was written to a terminal. */
  PODMAN,
  /** The same of a terminal. */
  PODMAN_TERMINAL;

  static LogForm of(Product product, boolean terminal) {
    return switch (product) {
      case DOCKER -> terminal ? TERMINAL : FRAMES;
      // Behind Docker's API a long line of a terminal has times at places that nobody tells.
      case PODMAN -> terminal ? PODMAN_TERMINAL : PODMAN;
    };
  }

  /** What is asked for, both streams, to go on with {@code &}. */
  String path(ContainerId container) {
    String api =
        switch (this) {
          case FRAMES, TERMINAL -> "";
          case PODMAN, PODMAN_TERMINAL -> "/libpod";
        };
    return api + "/containers/" + container + "/logs?stdout=1&stderr=1";
  }
}
