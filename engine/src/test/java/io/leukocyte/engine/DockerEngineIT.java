package io.leukocyte.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Docker keeps the contract. */
final class DockerEngineIT extends EngineContract {
  @TempDir private static Path folder;

  @BeforeAll
  static void needsAnEngine() {
    boolean there = Files.isWritable(DockerWorld.SOCKET);
    if (!there && "true".equals(System.getenv("CI"))) {
      throw new IllegalStateException(
          "No Docker engine at " + DockerWorld.SOCKET + "; CI has to have one");
    }
    Assumptions.assumeTrue(there, "no Docker engine at " + DockerWorld.SOCKET);
  }

  @Override
  EngineWorld makeWorld() {
    return new DockerWorld();
  }

  @Test
  void withoutASocketItSaysWhatToDo() {
    Path missing = folder.resolve("none.sock");
    try (Engine engine = new DockerEngine(EngineOptions.of(URI.create("unix://" + missing)))) {
      assertThatThrownBy(engine::ping)
          .isInstanceOf(EngineException.Unavailable.class)
          .hasMessage(
              "Cannot reach the engine: there is no engine at %s; start Docker, or set DOCKER_HOST to its socket",
              missing);
      assertThatThrownBy(engine::list)
          .isInstanceOf(EngineException.Unavailable.class)
          .hasMessageStartingWith("Cannot ask the engine for its version: there is no engine at");
    }
  }

  @Test
  void theVersionIsNegotiated() {
    try (Engine engine =
        new DockerEngine(EngineOptions.of(URI.create("unix://" + DockerWorld.SOCKET)))) {
      assertThat(engine.info().apiVersion()).isEqualTo(DockerHttp.SPOKEN.toString());
    }
  }
}
