package io.leukocyte.collector;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.leukocyte.events.ContainerId;
import io.leukocyte.events.Endpoint;
import io.leukocyte.events.NetConnect;
import io.leukocyte.events.NetFlow;
import io.leukocyte.events.Protocol;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ConnectException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Connections of a container in the host's network, by its sockets. */
class HostNetworkFlowIT {
  private static final String NAME = "host-network-flow-it";
  private static final int PIECES = 10;
  private static final int PIECE = 10_000;
  private static final int LISTENED = 18_997;
  private static final String OTHER = "host-network-flow-it-other";
  private static final String DEBIAN = "debian:bookworm-slim";

  /** Of layers 2, 3 and 4 of a datagram. */
  private static final long HEADERS = 14 + 20 + 8;

  private static final String PINGS =
      """
      use Socket;
      socket(S, PF_INET, SOCK_DGRAM, 0) or die;
      my $to = pack_sockaddr_in($ARGV[0], INADDR_LOOPBACK);
      for (1..10) { send(S, "x" x 1000, 0, $to); recv(S, my $back, 2000, 0); }
      sleep 100;
      """;

  private static final String SERVES =
      """
      use Socket;
      socket(S, PF_INET, SOCK_STREAM, 0) or die;
      setsockopt(S, SOL_SOCKET, SO_REUSEADDR, 1);
      bind(S, pack_sockaddr_in($ARGV[0], INADDR_LOOPBACK)) or die;
      listen(S, 5) or die;
      accept(C, S) or die;
      1 while sysread(C, my $data, 2000);
      syswrite(C, "x" x 3000);
      close(C);
      sleep 100;
      """;

  private static final String ASKS =
      """
      use Socket;
      socket(S, PF_INET, SOCK_DGRAM, 0) or die;
      connect(S, pack_sockaddr_in(53, inet_aton("127.0.0.77"))) or die;
      syswrite(S, "question") or die;
      sysread(S, my $answer, 512) or die;
      """;

  @BeforeEach
  void begin() {
    SensorProbe.requireDocker();
    Docker.remove(NAME);
    Docker.remove(OTHER);
  }

  @AfterEach
  void end() {
    Docker.remove(NAME);
    Docker.remove(OTHER);
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

  @Test
  void datagramsAreCountedBothWaysByTheContainerThatSendsThem() throws Exception {
    try (SensorProbe probe =
            SensorProbe.start(new SensorOptions(8 << 20, false, Duration.ofMillis(500)));
        DatagramSocket server = new DatagramSocket(0, InetAddress.ofLiteral("127.0.0.1"))) {
      int port = server.getLocalPort();
      ContainerId container =
          Docker.start(NAME, "--network", "host", DEBIAN, "perl", "-e", PINGS, "" + port);
      for (int i = 0; i < PIECES; i++) {
        DatagramPacket packet = new DatagramPacket(new byte[2000], 2000);
        server.receive(packet);
        server.send(new DatagramPacket(new byte[500], 500, packet.getSocketAddress()));
      }
      await()
          .atMost(Duration.ofSeconds(10))
          .untilAsserted(() ->
              assertThat(flows(probe, container, port).stream().mapToLong(NetFlow::packets).sum())
                  .isEqualTo(PIECES));
      List<NetFlow> flows = flows(probe, container, port);
      assertThat(flows).allSatisfy(flow -> assertThat(flow.inbound()).isFalse());
      assertThat(flows.stream().mapToLong(NetFlow::bytes).sum())
          .isEqualTo(PIECES * (1000 + HEADERS));
      assertThat(flows.stream().mapToLong(NetFlow::receivedPackets).sum()).isEqualTo(PIECES);
      assertThat(flows.stream().mapToLong(NetFlow::receivedBytes).sum())
          .isEqualTo(PIECES * (500 + HEADERS));
      assertThat(probe.of(container, NetConnect.class))
          .as("one connection")
          .filteredOn(connect -> connect.destination().port() == port)
          .hasSize(1);
    }
  }

  @Test
  void aConnectionThatTheOtherEndBeganIsInboundAndCountedBothWays() throws Exception {
    try (SensorProbe probe =
        SensorProbe.start(new SensorOptions(8 << 20, false, Duration.ofMillis(500)))) {
      ContainerId container =
          Docker.start(NAME, "--network", "host", DEBIAN, "perl", "-e", SERVES, "" + LISTENED);
      await().atMost(Duration.ofSeconds(10)).until(() -> talk() == 3000);
      NetFlow flow = probe.first(NetFlow.class, e -> SensorProbe.isOf(e, container) && e.inbound());
      assertThat(flow.protocol()).isEqualTo(Protocol.TCP);
      assertThat(flow.destination()).isEqualTo(new Endpoint("127.0.0.1", 0));
      await()
          .atMost(Duration.ofSeconds(10))
          .untilAsserted(() -> {
            List<NetFlow> flows = probe.of(container, NetFlow.class);
            assertThat(flows.stream().mapToLong(NetFlow::bytes).sum()).isBetween(3000L, 3002L);
            assertThat(flows.stream().mapToLong(NetFlow::receivedBytes).sum())
                .isBetween(5000L, 5002L);
          });
    }
  }

  /** Bytes that came back; -1 when nobody listens yet. */
  private static int talk() throws IOException {
    try (Socket connection = new Socket(InetAddress.ofLiteral("127.0.0.1"), LISTENED)) {
      connection.getOutputStream().write(new byte[5000]);
      connection.shutdownOutput();
      return connection.getInputStream().readAllBytes().length;
    } catch (ConnectException e) {
      return -1;
    }
  }

  @Test
  void eachContainerKnowsTheNamesThatItWasGivenItself() throws Exception {
    try (SensorProbe probe =
            SensorProbe.start(new SensorOptions(8 << 20, false, Duration.ofMillis(500)));
        DatagramSocket server = new DatagramSocket(53, InetAddress.ofLiteral("127.0.0.77"))) {
      ContainerId container = Docker.start(NAME, "--network", "host", DEBIAN, "sleep", "1000");
      ContainerId other = Docker.start(OTHER, "--network", "host", DEBIAN, "sleep", "1000");
      Thread answers = Thread.ofVirtual().start(() -> answer(server));
      Docker.ok("exec", NAME, "perl", "-e", ASKS);
      Docker.run("exec", NAME, "bash", "-c", "exec 3<>/dev/tcp/127.0.0.78/1181");
      Docker.run("exec", OTHER, "bash", "-c", "exec 3<>/dev/tcp/127.0.0.78/1182");
      assertThat(connect(probe, container, 1181).domain()).isEqualTo("shop.example");
      assertThat(connect(probe, other, 1182).domain()).isNull();
      answers.join();
    }
  }

  private static NetConnect connect(SensorProbe probe, ContainerId container, int port) {
    return probe.first(
        NetConnect.class, e -> SensorProbe.isOf(e, container) && e.destination().port() == port);
  }

  /** Answers one question, whatever it is, as if it were for shop.example. */
  private static void answer(DatagramSocket server) {
    try {
      DatagramPacket packet = new DatagramPacket(new byte[512], 512);
      server.receive(packet);
      byte[] answer =
          HexFormat.of()
              .parseHex(
                  "0007818000010001000000000473686f70076578616d706c6500000100"
                      + "01c00c000100010000001e00047f00004e");
      server.send(new DatagramPacket(answer, answer.length, packet.getSocketAddress()));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static List<NetFlow> flows(SensorProbe probe, ContainerId container, int port) {
    return probe.of(container, NetFlow.class).stream()
        .filter(flow -> flow.destination().port() == port)
        .toList();
  }
}
