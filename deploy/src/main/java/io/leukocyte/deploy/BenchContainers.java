package io.leukocyte.deploy;

/** The containers that benches run: by the docker command, and removed in the end. */
final class BenchContainers {
  /** With bash, dd and perl. */
  static final String IMAGE = "debian:bookworm-slim";

  private BenchContainers() {}
}
