package io.leukocyte.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.leukocyte.events.ContainerId;
import io.leukocyte.events.ContainerLog.Stream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
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
              "Cannot reach the engine: there is no engine at %s; start Docker, or set DOCKER_HOST"
                  + " to its socket",
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

  @Test
  void aLineOfTenMegabytesIsOneLine() {
    try (DockerWorld world = new DockerWorld()) {
      ContainerId id = world.run(ContainerSpec.of("long", "busybox:latest"));
      LogRecorder log = new LogRecorder();
      byte[] line = new byte[10 << 20];
      Arrays.fill(line, (byte) 'x');
      try (Subscription subscription = world.engine().logs(id, new LogOptions(0, true), log)) {
        world.print(id, Stream.STDOUT, line);
        world.print(id, Stream.STDOUT, new byte[] {'\n', 'z', '\n'});
        log.awaitLines(2);
        assertThat(log.lines().getFirst().originalBytes()).isEqualTo(line.length);
        assertThat(log.lines().getFirst().truncated()).isTrue();
        assertThat(log.lines().getLast().text()).isEqualTo("z");
        assertThat(subscription.isOpen()).isTrue();
      }
    }
  }

  /** Networks whose range Docker chose take no address, the default one no alias. */
  @Test
  void networksThatTakeNoWishesAreGivenBackToo() {
    try (DockerWorld world = new DockerWorld()) {
      Engine engine = world.engine();
      ContainerId id = world.run(ContainerSpec.of("wish", "busybox:latest").networkMode("bridge"));
      NetworkAttachment before = engine.attachments(id).getFirst();
      engine.disconnectNetwork(id, before.networkId());
      assertThat(engine.attachments(id)).isEmpty();
      NetworkAttachment after = engine.connectNetwork(id, before);
      assertThat(after.networkId()).isEqualTo(before.networkId());
      assertThat(after.address()).isNotNull();
    }
  }
}
