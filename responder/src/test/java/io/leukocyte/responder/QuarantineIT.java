package io.leukocyte.responder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.leukocyte.events.ContainerId;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
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

  /** All at once: each that does not pass is waited for. */
  private void assertCutOff() {
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      Future<Boolean> in = threads.submit(() -> docker.reaches(peer, web));
      Future<Boolean> out =
          threads.submit(() -> docker.reaches(web, docker.inspect(peer, ADDRESS)));
      Future<Boolean> in6 = threads.submit(() -> docker.reaches(peer, v6(web)));
      Future<Boolean> out6 = threads.submit(() -> docker.reaches(web, v6(peer)));
      Future<Boolean> name = threads.submit(() -> docker.resolves(web, peer));
      assertThat(in).as("in, IPv4").succeedsWithin(WAIT).isEqualTo(false);
      assertThat(out).as("out, IPv4").succeedsWithin(WAIT).isEqualTo(false);
      assertThat(in6).as("in, IPv6").succeedsWithin(WAIT).isEqualTo(false);
      assertThat(out6).as("out, IPv6").succeedsWithin(WAIT).isEqualTo(false);
      assertThat(name).as("DNS").succeedsWithin(WAIT).isEqualTo(false);
    }
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

  /** What was on the way waits, as packets that are dropped are sent again. */
  @Test
  void noRequestOfASteadyLoadFailsOverAShortQuarantineAndItsRelease() throws Exception {
    String front = docker.run("front", "-p", "127.0.0.1::80");
    InetSocketAddress published = docker.published(front);
    await().atMost(WAIT).until(() -> answers(published));
    String before = docker.ruleset(front);
    try (LiveResponder live = new LiveResponder(folder, "[quarantine: {}]");
        SteadyLoad load = new SteadyLoad(published, 500)) {
      await().atMost(WAIT).until(() -> load.answered() > 500);
      live.shellIn(docker.id(front));
      live.awaitInForce(1);
      assertThat(answers(published)).as("while it is closed").isFalse();
      int cutOff = load.answered();
      assertThat(live.responder.orders().release(front, "alice")).allMatch(Released::released);
      assertThat(docker.ruleset(front)).isEqualTo(before);
      await().atMost(WAIT).until(() -> load.answered() > cutOff + 1_500);
      assertThat(load.failures()).isEmpty();
    }
  }

  private static boolean answers(InetSocketAddress address) {
    byte[] request = new WafCorpus.Request("", "", "GET / HTTP/1.1\r\n", "").wire("shop.example");
    try (WireClient client = new WireClient(address, (int) SILENCE.toMillis())) {
      return client.send(request, false).status() == 200;
    } catch (IOException e) {
      return false;
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
      assertThat(live.releaseOwn()).hasSize(1);
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
      assertThat(live.releaseOwn()).allMatch(Released::released);
    }
  }

  @Test
  void whatIsAllowedPassesByAddressAndPortAndNothingElse() throws Exception {
    String store = docker.run("store", "--network", network);
    await().atMost(WAIT).until(() -> docker.reaches(web, store) && docker.reaches(store, web));
    String peer4 = docker.inspect(peer, ADDRESS);
    String store4 = docker.inspect(store, ADDRESS);
    String before = docker.ruleset(web);
    try (LiveResponder live =
            new LiveResponder(
                folder,
                """
                [quarantine: {allow: [{address: %s, port: 80}, {address: "%s/128", port: 80},\
                 {address: %s, port: 80, direction: out}]}]\
                """
                    .formatted(peer4, docker.address6(peer, network), store4));
        OpenConnection in = new OpenConnection(peer, web);
        OpenConnection out = new OpenConnection(web, store4);
        OpenConnection other = new OpenConnection(store, web)) {
      in.ask();
      out.ask();
      other.ask();
      assertThat(in.answers(WAIT) && out.answers(WAIT) && other.answers(WAIT)).isTrue();
      live.shellIn(docker.id(web));
      assertThat(live.awaitInForce(1).getFirst().way()).contains("packet filter");

      in.ask();
      out.ask();
      other.ask();
      assertThat(in.answers(WAIT)).as("an open connection that is allowed, in").isTrue();
      assertThat(out.answers(WAIT)).as("an open connection that is allowed, out").isTrue();
      assertThat(other.answers(SILENCE)).as("an open connection that is not").isFalse();
      forgetNeighbours();
      assertThat(docker.reaches(peer, docker.inspect(web, ADDRESS))).as("in, IPv4").isTrue();
      assertThat(docker.reaches(peer, v6(web))).as("in, IPv6").isTrue();
      assertThat(docker.reaches(web, store4)).as("out, IPv4").isTrue();
      assertThat(docker.reaches(web, peer4)).as("out to who may come in").isFalse();
      assertThat(docker.reaches(web, v6(peer))).as("the same, IPv6").isFalse();
      assertThat(docker.reaches(store, docker.inspect(web, ADDRESS))).as("the other way").isFalse();
      assertThat(docker.reaches(store, v6(web))).as("the other family").isFalse();
      assertThat(docker.resolves(web, peer)).as("DNS").isFalse();

      assertThat(live.releaseOwn()).allMatch(Released::released);
      assertThat(docker.ruleset(web)).isEqualTo(before);
      assertReachable();
    }
  }

  /** So that they have to be found again: by ARP and neighbour discovery. */
  private void forgetNeighbours() {
    for (String container : List.of(web, peer)) {
      String pid = docker.inspect(container, "{{.State.Pid}}");
      assertThat(
              Docker.command(
                      List.of("nsenter", "-t", pid, "-n", "ip", "neigh", "flush", "dev", "eth0"))
                  .worked())
          .isTrue();
    }
  }

  @Test
  void whoMayOnlyAnswerBeginsNoConnectionFromThePortOfItsAnswers() throws Exception {
    String quiet = docker.runProgram("quiet", List.of("sleep", "600"), "--network", network);
    String peer4 = docker.inspect(peer, ADDRESS);
    await().atMost(WAIT).until(() -> beginsFrom80(quiet, peer4));
    try (LiveResponder live =
        new LiveResponder(folder, "[quarantine: {allow: [{address: " + peer4 + ", port: 80}]}]")) {
      live.shellIn(docker.id(quiet));
      live.awaitInForce(1);
      assertThat(beginsFrom80(quiet, peer4)).isFalse();
      assertThat(live.releaseOwn()).allMatch(Released::released);
    }
  }

  private boolean beginsFrom80(String from, String to) {
    return docker
        .exec(from, "curl", "-sS", "-m", "1", "--local-port", "80", "http://" + to + "/")
        .worked();
  }

  @Test
  void noOtherAddressIsClaimedWhereSomethingIsAllowed() throws Exception {
    String forged =
        "socket(my $s, 17, 3, 0) or die; my $me = \"\\x02\" x 6; "
            + "my @ip = map { pack('C4', split /\\./) } @ARGV[1, 2]; "
            + "send($s, (\"\\xff\" x 6).$me.\"\\x08\\x06\\x00\\x01\\x08\\x00\\x06\\x04\\x00\\x02\""
            + ".$me.$ip[0].(\"\\xff\" x 6).$ip[1], 0, "
            + "pack('SSlSCCa8', 17, 0, $ARGV[0], 0, 0, 6, \"\\xff\" x 6)) or die $!;";
    String index = docker.exec(web, "cat", "/sys/class/net/eth0/ifindex").output();
    String own = docker.inspect(web, ADDRESS);
    String peer4 = docker.inspect(peer, ADDRESS);
    try (LiveResponder live =
        new LiveResponder(folder, "[quarantine: {allow: [{address: " + peer4 + ", port: 80}]}]")) {
      live.shellIn(docker.id(web));
      live.awaitInForce(1);
      long before = sent(web);
      docker.exec(web, "perl", "-e", forged, index, "192.0.2.7", peer4);
      assertThat(sent(web)).as("an ARP answer with another's address").isEqualTo(before);
      docker.exec(web, "perl", "-e", forged, index, own, peer4);
      assertThat(sent(web)).as("one with its own").isEqualTo(before + 1);
      assertThat(live.releaseOwn()).allMatch(Released::released);
    }
  }

  @Test
  void someInterfacesAloneAreCut() throws Exception {
    String second = docker.network("net2", "fd00:1ee7:43::/64");
    Docker.docker("network", "connect", second, web);
    String far = docker.run("far", "--network", second);
    String inFirst = docker.inspect(web, address(network));
    String inSecond = docker.inspect(web, address(second));
    await()
        .atMost(WAIT)
        .until(() -> docker.reaches(far, inSecond) && docker.reaches(peer, inFirst));
    String before = docker.ruleset(web);
    try (LiveResponder live = new LiveResponder(folder, "[quarantine: {interfaces: [eth1]}]")) {
      live.shellIn(docker.id(web));
      live.awaitInForce(1);
      assertThat(docker.reaches(far, inSecond)).as("at eth1, in").isFalse();
      assertThat(docker.reaches(web, docker.inspect(far, ADDRESS))).as("at eth1, out").isFalse();
      assertThat(docker.reaches(peer, inFirst)).as("at eth0, in").isTrue();
      assertThat(docker.reaches(web, docker.inspect(peer, ADDRESS))).as("at eth0, out").isTrue();
      assertThat(docker.resolves(web, peer)).as("DNS").isTrue();
      assertThat(live.releaseOwn()).allMatch(Released::released);
      assertThat(docker.ruleset(web)).isEqualTo(before);
      await().atMost(WAIT).until(() -> docker.reaches(far, inSecond));
    }
  }

  @Test
  void anInterfaceThatIsNotThereFailsAndThePolicyGoesOn() throws Exception {
    try (LiveResponder live =
        new LiveResponder(
            folder, "[{quarantine: {interfaces: [eth7]}}, {pause: {}, if: failed}]")) {
      live.shellIn(docker.id(web));
      assertThat(live.awaitInForce(1).getFirst().type()).isEqualTo("pause");
      assertThat(docker.ruleset(web)).doesNotContain("leuko_quarantine");
      assertThat(live.releaseOwn()).allMatch(Released::released);
    }
  }

  private static String address(String network) {
    return "{{(index .NetworkSettings.Networks \"" + network + "\").IPAddress}}";
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
      assertThat(live.releaseOwn()).allMatch(Released::released);
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
      assertThat(live.releaseOwn()).allMatch(Released::released);
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
        assertThat(live.releaseOwn()).singleElement().matches(Released::released);
        assertThat(docker.ruleset(web)).isEqualTo(before);
      }
    }
  }
}
