package io.leukocyte.responder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.leukocyte.events.ContainerId;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Quarantine on the real engine and the real kernel: what still passes, and what does not. */
class QuarantineIT {
  private static final Duration SILENCE = Duration.ofSeconds(1);
  private static final Duration WAIT = Duration.ofSeconds(40);
  private static final int ROUNDS = 5;
  private static final String ADDRESS = "{{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}";

  @TempDir Path folder;
  private final Docker docker = new Docker("responder-it-");
  private String network = "";
  private String web = "";
  private String peer = "";

  @BeforeEach
  void run() {
    network = docker.network("net", "fd00:1ee7:42::/64");
    web = docker.run("web", "--network", network, "--network-alias", "shop");
    peer = docker.run("peer", "--network", network);
    await().atMost(WAIT).until(() -> docker.reaches(peer, web) && docker.reaches(web, peer));
  }

  @AfterEach
  void remove() {
    docker.close();
  }

  private void assertCutOff() {
    assertThat(docker.reaches(peer, web)).as("in, IPv4").isFalse();
    assertThat(docker.reaches(web, docker.inspect(peer, ADDRESS))).as("out, IPv4").isFalse();
    assertThat(docker.reaches(peer, v6(web))).as("in, IPv6").isFalse();
    assertThat(docker.reaches(web, v6(peer))).as("out, IPv6").isFalse();
    assertThat(docker.resolves(web, peer)).as("DNS").isFalse();
    assertThat(docker.reaches(web, "127.0.0.1")).as("loopback").isTrue();
    assertThat(docker.reaches(web, "[::1]")).as("loopback, IPv6").isTrue();
  }

  private void assertReachable() {
    await()
        .atMost(WAIT)
        .untilAsserted(() -> {
          assertThat(docker.reaches(peer, web)).as("in, IPv4").isTrue();
          assertThat(docker.reaches(web, peer)).as("out, IPv4, by name").isTrue();
          assertThat(docker.reaches(peer, v6(web))).as("in, IPv6").isTrue();
          assertThat(docker.reaches(web, v6(peer))).as("out, IPv6").isTrue();
          assertThat(docker.resolves(web, peer)).as("DNS").isTrue();
        });
  }

  private String v6(String container) {
    return "[" + docker.address6(container, network) + "]";
  }

  @Test
  void nothingPassesAlsoOnOpenConnectionsUntilTheReleaseAndThenAllIsAsBefore() throws Exception {
    ContainerId id = docker.id(web);
    String before = docker.ruleset(web);
    assertReachable();
    try (LiveResponder live = new LiveResponder(folder, "[quarantine: {for: 15m}]");
        OpenConnection in = new OpenConnection(peer, web);
        OpenConnection out = new OpenConnection(web, peer)) {
      in.ask();
      out.ask();
      assertThat(in.answers(WAIT) && out.answers(WAIT)).isTrue();

      live.shellIn(id);
      OpenAction action = live.awaitInForce(1).getFirst();
      assertThat(action.way()).contains("packet filter");
      in.ask();
      out.ask();
      assertThat(in.answers(SILENCE)).as("an open connection into it").isFalse();
      assertThat(out.answers(SILENCE)).as("an open connection out of it").isFalse();
      assertCutOff();

      try (ResponderControl control =
          ResponderControl.open(live.data(), TestAlerts.HOST, live.engine)) {
        assertThat(control.release(web, "alice")).allMatch(Released::released);
      }
      assertThat(docker.ruleset(web)).isEqualTo(before);
      assertReachable();
      assertThat(in.answers(WAIT)).as("the connection into it goes on").isTrue();
      assertThat(out.answers(WAIT)).as("the connection out of it goes on").isTrue();
    }
  }

  @Test
  void aRestartedContainerAndARestartedResponderFindItClosed() throws Exception {
    ContainerId id = docker.id(web);
    try (LiveResponder live = new LiveResponder(folder, "[quarantine: {for: 15m}]")) {
      live.shellIn(id);
      live.awaitInForce(1);
      Docker.docker("restart", "-t", "1", web);
      await().atMost(WAIT).until(() -> docker.ruleset(web).contains("leuko_quarantine"));
      assertCutOff();
    }
    Docker.docker("restart", "-t", "1", web); // while no responder looks
    assertThat(docker.ruleset(web)).doesNotContain("leuko_quarantine");
    try (LiveResponder live = new LiveResponder(folder, "[quarantine: {for: 15m}]")) {
      await().atMost(WAIT).until(() -> docker.ruleset(web).contains("leuko_quarantine"));
      assertCutOff();
      assertThat(live.responder.orders().releaseAll("alice")).hasSize(1);
      assertThat(docker.ruleset(web)).doesNotContain("leuko_quarantine");
      assertReachable();
    }
  }

  @Test
  void anInterfaceThatComesLaterIsClosedToo() throws Exception {
    String second = docker.network("net2", "fd00:1ee7:43::/64");
    try (LiveResponder live = new LiveResponder(folder, "[quarantine: {}]")) {
      live.shellIn(docker.id(web));
      live.awaitInForce(1);
      Docker.docker("network", "connect", second, web);
      Docker.docker("network", "connect", second, peer);
      await().atMost(WAIT).until(() -> docker.ruleset(web).contains("devices = { eth0, eth1 }"));
      assertCutOff();
      live.responder.orders().releaseAll("alice");
    }
  }

  @Test
  void packetSocketsDoNotPassByTheFilter() throws Exception {
    ContainerId id = docker.id(web);
    String send =
        "socket(my $s, 17, 3, 0) or die; "
            + "send($s, (\"\\xff\" x 6).(\"\\x02\" x 6).\"\\x88\\xb5\".(\"x\" x 50), 0, "
            + "pack('SSlSCCa8', 17, 0, $ARGV[0], 0, 0, 6, \"\\xff\" x 6)) or die $!;";
    String index = docker.exec(web, "cat", "/sys/class/net/eth0/ifindex").output();
    long before = received(peer);
    assertThat(docker.exec(web, "perl", "-e", send, index).worked()).isTrue();
    await().atMost(WAIT).until(() -> received(peer) > before);
    try (LiveResponder live = new LiveResponder(folder, "[quarantine: {}]")) {
      live.shellIn(id);
      live.awaitInForce(1);
      long closed = sent(web);
      docker.exec(web, "perl", "-e", send, index);
      assertThat(sent(web)).isEqualTo(closed);
      live.responder.orders().releaseAll("alice");
    }
  }

  private long received(String container) {
    return counter(container, "rx_packets");
  }

  private long sent(String container) {
    return counter(container, "tx_packets");
  }

  private long counter(String container, String name) {
    String path = "/sys/class/net/eth0/statistics/" + name;
    return Long.parseLong(docker.exec(container, "cat", path).output());
  }

  @Test
  void whoCouldRemoveTheFilterLosesItsNetworksAndGetsThemBackAsTheyWere() throws Exception {
    String admin =
        docker.run(
            "admin", "--cap-add", "NET_ADMIN", "--network", network, "--network-alias", "boss");
    await().atMost(WAIT).until(() -> docker.reaches(peer, "boss"));
    try (LiveResponder live = new LiveResponder(folder, "[quarantine: {}]")) {
      var before = live.engine.attachments(docker.id(admin));
      live.shellIn(docker.id(admin));
      assertThat(live.awaitInForce(1).getFirst().way()).contains("NET_ADMIN");
      assertThat(docker.reaches(peer, admin)).isFalse();
      assertThat(docker.exec(admin, "cat", "/proc/net/dev").output()).doesNotContain("eth");
      live.responder.orders().release(admin, "alice");
      assertThat(live.engine.attachments(docker.id(admin))).isEqualTo(before);
      await().atMost(WAIT).until(() -> docker.reaches(peer, "boss") && docker.reaches(admin, web));
    }
  }

  @Test
  void whoSharesANetworkNamespaceIsPaused() throws Exception {
    String onhost = docker.sleeping("onhost", "--network", "host");
    String guest = docker.sleeping("guest", "--network", "container:" + web);
    try (LiveResponder live = new LiveResponder(folder, "[quarantine: {}]")) {
      live.shellIn(docker.id(onhost));
      live.shellIn(docker.id(web));
      live.awaitInForce(2);
      assertThat(docker.inspect(onhost, "{{.State.Status}}")).isEqualTo("paused");
      assertThat(docker.inspect(web, "{{.State.Status}}")).isEqualTo("paused");
      assertThat(docker.inspect(guest, "{{.State.Status}}")).isEqualTo("running");
      live.responder.orders().releaseAll("alice");
      assertThat(docker.inspect(web, "{{.State.Status}}")).isEqualTo("running");
      assertThat(docker.inspect(onhost, "{{.State.Status}}")).isEqualTo("running");
    }
  }

  @Test
  void aContainerIsQuarantinedAndReleasedAgainAndAgain() throws Exception {
    ContainerId id = docker.id(web);
    String before = docker.ruleset(web);
    try (LiveResponder live = new LiveResponder(folder, "[quarantine: {for: 15m}]")) {
      for (int i = 0; i < ROUNDS; i++) {
        live.shellIn(id);
        live.awaitInForce(1);
        assertThat(docker.ruleset(web)).contains("leuko_quarantine");
        assertThat(live.responder.orders().releaseAll("alice"))
            .singleElement()
            .matches(Released::released);
        assertThat(docker.ruleset(web)).isEqualTo(before);
      }
    }
  }
}
