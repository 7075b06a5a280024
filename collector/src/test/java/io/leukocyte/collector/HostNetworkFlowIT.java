package io.leukocyte.collector;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.leukocyte.events.ContainerId;
import io.leukocyte.events.NetFlow;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Connections of a container in the host's network, by its sockets. */
class HostNetworkFlowIT {
  private static final String NAME = "host-network-flow-it";
  private static final int PIECES = 10;
  private static final int PIECE = 10_000;

  @BeforeEach
  void begin() {
    SensorProbe.requireDocker();
    Docker.remove(NAME);
  }

  @AfterEach
  void end() {
    Docker.remove(NAME);
  }

  @Test
  void aConnectionIsReportedWhileItLastsAndAtItsEndEachByteOnce() throws Exception {
    try (SensorProbe probe =
            SensorProbe.start(new SensorOptions(8 << 20, false, Duration.ofMillis(500)));
        ServerSocket server = new ServerSocket(0, 1, InetAddress.ofLiteral("127.0.0.1"))) {
      int port = server.getLocalPort();
      ContainerId container =
          Docker.start(
              NAME,
              "--network",
              "host",
              "busybox:latest",
              "sh",
              "-c",
              "for i in $(seq %d); do head -c %d /dev/zero; sleep 0.5; done | nc 127.0.0.1 %d"
                  .formatted(PIECES, PIECE, port));
      int received;
      try (Socket connection = server.accept()) {
        received = connection.getInputStream().readAllBytes().length;
        assertThat(flows(probe, container, port)).as("before the end").hasSizeBetween(1, 4);
      }
      assertThat(received).isEqualTo(PIECES * PIECE);
      await()
          .atMost(Duration.ofSeconds(10))
          .untilAsserted(() ->
              assertThat(flows(probe, container, port).stream().mapToLong(NetFlow::bytes).sum())
                  .isBetween((long) received, received + 2L)); // SYN and FIN count one each
      List<NetFlow> flows = flows(probe, container, port);
      assertThat(flows).allSatisfy(flow -> assertThat(flow.inbound()).isFalse());
      assertThat(flows.getFirst().interval()).isGreaterThanOrEqualTo(2_000_000_000L);
      assertThat(flows.stream().mapToLong(NetFlow::packets).sum()).isGreaterThanOrEqualTo(PIECES);
    }
  }

  private static List<NetFlow> flows(SensorProbe probe, ContainerId container, int port) {
    return probe.of(container, NetFlow.class).stream()
        .filter(flow -> flow.destination().port() == port)
        .toList();
  }
}
