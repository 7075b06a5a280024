package io.leukocyte.deploy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;

/** What a test needs of the machine. */
final class Environment {
  private Environment() {}

  /** Skips the test without root or an engine, with the reason; in CI it fails instead. */
  static void requireRootAndEngine() {
    boolean root = System.getProperty("user.name").equals("root");
    boolean engine = Files.isWritable(Path.of("/var/run/docker.sock"));
    if (Boolean.parseBoolean(System.getenv("CI"))) {
      assertThat(root).as("CI runs as root").isTrue();
      assertThat(engine).as("CI has a Docker engine").isTrue();
    }
    assumeTrue(root, "needs root: kernel sensor and nsenter");
    assumeTrue(engine, "needs a Docker engine at /var/run/docker.sock");
  }
}
