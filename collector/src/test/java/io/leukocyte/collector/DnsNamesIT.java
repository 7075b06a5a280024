package io.leukocyte.collector;

import static org.assertj.core.api.Assertions.assertThat;

import io.leukocyte.events.ContainerId;
import io.leukocyte.events.NetConnect;
import io.leukocyte.events.NetFlow;
import io.leukocyte.events.Protocol;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Names of destinations, from the answers of a real name server to real containers. */
class DnsNamesIT {
  private static final String NETWORK = "dns-it";
  private static final String SERVER = "dns-it-server";
  private static final String CLIENT = "dns-it-client";
  private static final String OTHER = "dns-it-other";
  private static final String SHOP = "dns-it-shop";
  private static final String DEBIAN = "debian:bookworm-slim";
  private static final String SERVER_ADDRESS = "198.51.100.3";
  private static final String SHOP_ADDRESS = "198.51.100.4";
  private static final String SHOP_ADDRESS_6 = "2001:db8:198::4";

  /** Answers each question for an address with an alias and the alias's address. */
  private static final String NAME_SERVER =
      """
      use Socket;
      socket(S, PF_INET, SOCK_DGRAM, 0) or die;
      bind(S, pack_sockaddr_in(53, INADDR_ANY)) or die;
      while (my $from = recv(S, my $ask, 512, 0)) {
        my $end = 12;
        $end += 1 + ord(substr($ask, $end, 1)) while ord(substr($ask, $end, 1));
        my $question = substr($ask, 12, $end + 5 - 12);
        my $type = unpack("n", substr($ask, $end + 1, 2));
        my $data = $type == 28 ? pack("H*", "20010db8019800000000000000000004")
                               : pack("C4", 198, 51, 100, 4);
        my $alias = "\\x03cdn\\x04node\\0";
        my $records = pack("H*", "c00c") . pack("nnNn", 5, 1, 30, length($alias)) . $alias
                    . $alias . pack("nnNn", $type, 1, 30, length($data)) . $data;
        send(S, substr($ask, 0, 2) . pack("nnnnn", 0x8180, 1, 2, 0, 0) . $question . $records, 0, $from);
      }
      """;

  private static SensorProbe probe;
  private static ContainerId client;
  private static ContainerId other;

  @BeforeAll
  static void startContainersThenTheSensor() {
    SensorProbe.requireDocker();
    removeAll();
    Docker.ok(
        "network",
        "create",
        "--internal",
        "--ipv6",
        "--subnet",
        "198.51.100.0/28",
        "--subnet",
        "2001:db8:198::/64",
        NETWORK);
    Docker.start(
        SERVER, "--network", NETWORK, "--ip", SERVER_ADDRESS, DEBIAN, "perl", "-e", NAME_SERVER);
    Docker.start(
        SHOP,
        "--network",
        NETWORK,
        "--ip",
        SHOP_ADDRESS,
        "--ip6",
        SHOP_ADDRESS_6,
        "busybox:latest",
        "sleep",
        "1000");
    client = start(CLIENT, "198.51.100.5");
    other = start(OTHER, "198.51.100.6");
    probe = SensorProbe.start(new SensorOptions(8 << 20, false, Duration.ofMillis(500)));
  }

  private static ContainerId start(String name, String address) {
    return Docker.start(
        name,
        "--network",
        NETWORK,
        "--ip",
        address,
        "--dns",
        SERVER_ADDRESS,
        DEBIAN,
        "sleep",
        "1000");
  }

  @AfterAll
  static void end() {
    if (probe != null) {
      probe.close();
    }
    removeAll();
  }

  private static void removeAll() {
    Docker.run("rm", "-f", SERVER, SHOP, CLIENT, OTHER);
    Docker.run("network", "rm", NETWORK);
  }

  private static NetConnect connect(ContainerId container, String address, int port) {
    return probe.first(
        NetConnect.class,
        e ->
            SensorProbe.isOf(e, container)
                && e.destination().port() == port
                && e.destination().address().equals(address));
  }

  @Test
  void aConnectionHasTheNameThatTheResolverOfTheEngineWasAskedFor() {
    Docker.run("exec", CLIENT, "bash", "-c", "exec 3<>/dev/tcp/Shop.example/81");
    NetConnect connect =
        probe.first(
            NetConnect.class, e -> SensorProbe.isOf(e, client) && e.destination().port() == 81);
    assertThat(connect.destination().address()).isIn(SHOP_ADDRESS, SHOP_ADDRESS_6);
    assertThat(connect.domain()).isEqualTo("shop.example");
    assertThat(connect.protocol()).isEqualTo(Protocol.TCP);
  }

  @Test
  void anAnswerThatIsReceivedByPlainReadsCountsAndSoDoOtherProtocols() {
    String ask =
        """
        use Socket;
        socket(S, PF_INET, SOCK_DGRAM, 0) or die;
        connect(S, pack_sockaddr_in(53, inet_aton("%s"))) or die;
        syswrite(S, pack("nnnnnn", 7, 0x100, 1, 0, 0, 0) . "\\x04time\\x07example\\0" . pack("nn", 1, 1));
        sysread(S, my $answer, 512);
        socket(T, PF_INET, SOCK_DGRAM, 0) or die;
        send(T, "tick", 0, pack_sockaddr_in(123, inet_aton("%s")));
        """
            .formatted(SERVER_ADDRESS, SHOP_ADDRESS);
    Docker.run("exec", OTHER, "perl", "-e", ask);
    NetConnect connect = connect(other, SHOP_ADDRESS, 123);
    assertThat(connect.domain()).isEqualTo("time.example");
    NetFlow flow =
        probe.first(
            NetFlow.class, e -> SensorProbe.isOf(e, other) && e.destination().port() == 123);
    assertThat(flow.domain()).isEqualTo("time.example");
    assertThat(flow.inbound()).isFalse();
    NetFlow question =
        probe.first(NetFlow.class, e -> SensorProbe.isOf(e, other) && e.destination().port() == 53);
    assertThat(question.domain()).isNull();
  }

  @Test
  void whatAContainerAnswersIsAFlowThatOthersBegan() {
    Docker.run("exec", CLIENT, "bash", "-c", "exec 3<>/dev/tcp/answered.example/82");
    ContainerId server = new ContainerId(Docker.ok("inspect", "-f", "{{.Id}}", SERVER));
    NetFlow flow =
        probe.first(
            NetFlow.class, e -> SensorProbe.isOf(e, server) && e.protocol() == Protocol.UDP);
    assertThat(flow.inbound()).isTrue();
    assertThat(flow.destination().port()).isZero();
  }

  @Test
  void noContainerLearnsFromAnother() {
    Docker.run("exec", CLIENT, "bash", "-c", "exec 3<>/dev/tcp/mine.example/83");
    assertThat(connect(client, SHOP_ADDRESS_6, 83).domain()).isEqualTo("mine.example");
    Docker.run("exec", OTHER, "bash", "-c", "exec 3<>/dev/tcp/" + SHOP_ADDRESS_6 + "/84");
    assertThat(connect(other, SHOP_ADDRESS_6, 84).domain()).isNull();
  }

  @Test
  void aFloodOfAnswersIsCutAndCounted() {
    String flood =
        """
        use Socket;
        socket(S, PF_INET, SOCK_DGRAM, 0) or die;
        bind(S, pack_sockaddr_in(53, INADDR_ANY)) or die;
        for (1..6000) { send(S, "\\0\\0\\x81\\x80" . "\\0" x 20, 0, pack_sockaddr_in(9, INADDR_LOOPBACK)); }
        select(undef, undef, undef, 1.1); # others may be answered again
        """;
    SensorCounters.Count before = probe.sensor().count(SensorLayout.ANSWER);
    Docker.run("exec", CLIENT, "perl", "-e", flood);
    SensorCounters.Count after = probe.sensor().count(SensorLayout.ANSWER);
    assertThat(after.made() - before.made()).isGreaterThanOrEqualTo(6000);
    assertThat(after.kept() - before.kept()).isLessThan(4500);
    assertThat(after.made()).isEqualTo(after.kept() + after.dropped() + after.thinned());
    assertThat(probe.sensor().losses())
        .anySatisfy(loss -> {
          assertThat(loss.lostKind()).isEqualTo("dns.answer");
          assertThat(loss.count()).isPositive();
        });
  }
}
