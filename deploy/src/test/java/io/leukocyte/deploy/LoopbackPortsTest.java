package io.leukocyte.deploy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class LoopbackPortsTest {
  @Test
  void takenPortNamesTheProcessThatHasIt() throws IOException {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.ofLiteral("127.0.0.1"))) {
      assertThatThrownBy(() -> LoopbackPorts.requireFree("Kafka", taken.getLocalPort()))
          .isInstanceOf(EnvironmentException.class)
          .hasMessageContaining("Cannot start Kafka on 127.0.0.1:" + taken.getLocalPort())
          .hasMessageContaining("taken by pid " + ProcessHandle.current().pid() + " (")
          .hasMessageContaining("java");
    }
  }

  @Test
  void portTakenOnEveryAddressIsTakenOnLoopback() throws IOException {
    try (ServerSocket taken = new ServerSocket(0)) {
      assertThatThrownBy(() -> LoopbackPorts.requireFree("Elasticsearch", taken.getLocalPort()))
          .hasMessageContaining("pid " + ProcessHandle.current().pid());
    }
  }

  @Test
  void freePortPasses() {
    assertThatCode(() -> LoopbackPorts.requireFree("Kafka", LoopbackPorts.free()))
        .doesNotThrowAnyException();
  }

  @Test
  void aNumberThatIsNoPortIsSaid() {
    assertThatThrownBy(() -> LoopbackPorts.requireFree("Kafka", 70_000))
        .isInstanceOf(BadInputException.class)
        .hasMessage("70000 is no port for Kafka; choose one of 1 to 65535.");
  }

  @Test
  void nobodyOwnsAPortThatNobodyListensOn() {
    assertThat(PortOwner.of(LoopbackPorts.free())).isEmpty();
  }

  @Test
  void ownerWithHiddenFilesIsNamedByItsUser() {
    assertThat(new PortOwner(Optional.empty(), 1000))
        .hasToString("a process of user id 1000, whose files only root sees");
  }
}
