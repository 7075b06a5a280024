package io.leukocyte.responder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.leukocyte.events.ContainerId;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A web application firewall in front of a container of the real engine, and the requests that go
 * on meanwhile, by the container's name in its network and by its published port.
 */
class WafIT {
  private static final Duration WAIT = Duration.ofSeconds(40);
  private static final Duration ANSWER = Duration.ofSeconds(10);

  /** The kernel asks three times for a connection within it. */
  private static final Duration SILENCE = Duration.ofMillis(3_500);

  private static final String ADDRESS = "{{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}";
  private static final String ATTACK = "/?q=%3Cscript%3Ealert(1)%3C/script%3E";

  /** Requests to a host, each on a new connection, at some rate; says how many had no answer. */
  private static final String LOAD =
      "use IO::Socket::INET; my ($ok,$bad)=(0,0); my $end=time+$ARGV[1];"
          + "while(time<$end){my $s=IO::Socket::INET->new(PeerAddr=>$ARGV[0],PeerPort=>80,"
          + "Timeout=>20);my $r='';if($s){print $s \"GET / HTTP/1.1\\r\\nHost: shop\\r\\n"
          + "Connection: close\\r\\n\\r\\n\";local $/;$r=<$s>;close $s}"
          + "$r=~/^HTTP.1.1 200.*hello/s?$ok++:$bad++;select undef,undef,undef,0.01}print \"$bad failed of \",$ok+$bad";

  @TempDir Path folder;
  private final Docker docker = new Docker("waf-it-");
  private String network = "";
  private String web = "";
  private String peer = "";
  private InetSocketAddress published = new InetSocketAddress(0);

  @BeforeEach
  void run() {
    network = docker.network("net", "fd00:1ee7:53::/64");
    web = docker.run("web", "-p", "127.0.0.1::80"); // an internal network publishes no port
    Docker.docker("network", "connect", "--alias", "shop", network, web);
    peer = docker.run("peer", "--network", network);
    published = docker.published(web);
    await().atMost(WAIT).until(() -> docker.reaches(peer, "shop") && status("/") == 200);
  }

  @AfterEach
  void remove() {
    docker.close();
  }

  /** By the published port; 0: no answer. */
  private int status(String target) {
    return status(target, ANSWER);
  }

  /** By the published port; 0: no answer within the time. */
  private int status(String target, Duration within) {
    byte[] request =
        new WafCorpus.Request("", "", "GET " + target + " HTTP/1.1\r\n", "").wire("shop.example");
    try (WireClient client = new WireClient(published, (int) within.toMillis())) {
      return client.send(request, false).status();
    } catch (IOException e) {
      return 0;
    }
  }

  /** By a name or an address in the network. */
  private String statusFrom(String from, String host) {
    return docker
        .exec(
            from,
            "curl",
            "-gs",
            "-m",
            "5",
            "-o",
            "/dev/null",
            "-w",
            "%{http_code}",
            "http://" + host + ATTACK)
        .output();
  }

  private static String journal(LiveResponder live) throws IOException {
    return Files.readString(live.data().resolve("journal"));
  }

  private List<String> sidecars() {
    return Docker.docker("ps", "-a", "--format", "{{.Names}}")
        .lines()
        .filter(name -> name.startsWith("leuko-waf-" + web))
        .toList();
  }

  private void assertProtected() {
    assertThat(status(ATTACK)).as("attack by the published port").isEqualTo(403);
    assertThat(statusFrom(peer, "shop")).as("attack by the name").isEqualTo("403");
    assertThat(statusFrom(peer, "[" + docker.address6(web, network) + "]"))
        .as("attack by IPv6")
        .isEqualTo("403");
    assertThat(status("/")).isEqualTo(200);
  }

  @Test
  void noRequestFailsWhenItComesAndWhenItGoes() throws Exception {
    ContainerId id = docker.id(web);
    String rules = docker.ruleset(web);
    try (LiveResponder live = new LiveResponder(folder, "[waf: {for: 15m}]");
        SteadyLoad load = new SteadyLoad(published, 500)) {
      CompletableFuture<String> byName =
          CompletableFuture.supplyAsync(
              () -> Docker.docker("exec", peer, "perl", "-e", LOAD, "shop", "9"));
      await().atMost(WAIT).until(() -> load.answered() > 400);
      long begin = System.nanoTime();
      live.shellIn(id);
      OpenAction action = live.awaitInForce(1).getFirst();
      System.out.printf(
          "alert to WAF in the path, verified, under load: %d ms%n",
          (System.nanoTime() - begin) / 1_000_000);
      assertThat(action.way()).contains("in front of port 80");
      int before = load.answered();
      assertProtected();
      await().atMost(WAIT).until(() -> load.answered() > before + 800);
      begin = System.nanoTime();
      assertThat(live.responder.orders().release(web, "alice")).allMatch(Released::released);
      System.out.printf("taken away in %d ms%n", (System.nanoTime() - begin) / 1_000_000);
      int after = load.answered();
      await().atMost(WAIT).until(() -> load.answered() > after + 500);
      System.out.printf(
          "by name: %s; by port: %d answered, %.0f a second of 500%n",
          byName.get(), load.answered(), load.perSecond());
      assertThat(load.failures()).isEmpty();
      assertThat(byName.get()).startsWith("0 failed of ");
    }
    assertThat(docker.ruleset(web)).isEqualTo(rules);
    assertThat(sidecars()).isEmpty();
    assertThat(statusFrom(peer, "shop")).isEqualTo("200");
  }

  @Test
  void itIsThereAgainAfterARestartAndAfterItsOwnEnd() throws Exception {
    ContainerId id = docker.id(web);
    try (LiveResponder live = new LiveResponder(folder, "[waf: {on-death: open}]")) {
      live.shellIn(id);
      live.awaitInForce(1);
      Docker.docker("restart", "-t", "1", web);
      await().atMost(WAIT).until(() -> journal(live).contains("had no WAF for"));
      published = docker.published(web);
      await().atMost(WAIT).untilAsserted(this::assertProtected);

      Docker.docker("kill", sidecars().getFirst());
      await().atMost(WAIT).until(() -> journal(live).contains("let through without it"));
      await().atMost(WAIT).untilAsserted(this::assertProtected);
      assertThat(sidecars()).hasSize(1);
      assertThat(live.releaseOwn()).allMatch(Released::released);
    }
    assertThat(sidecars()).isEmpty();
    assertThat(docker.ruleset(web)).doesNotContain("leuko_waf");
  }

  @Test
  void withoutAResponderItStaysClosedWhenItEndsAndIsThereAgainAfterTheNextStart() throws Exception {
    ContainerId id = docker.id(web);
    try (LiveResponder live = new LiveResponder(folder, "[waf: {}]")) {
      live.shellIn(id);
      live.awaitInForce(1);
    }
    assertThat(status(ATTACK)).as("nobody holds it, and it holds").isEqualTo(403);
    Docker.docker("kill", sidecars().getFirst());
    assertThat(status("/", SILENCE)).isZero();
    try (LiveResponder live = new LiveResponder(folder, "[waf: {}]")) {
      await().atMost(WAIT).untilAsserted(this::assertProtected);
      assertThat(journal(live)).contains("until now new connections were refused");
      assertThat(live.releaseOwn()).allMatch(Released::released);
    }
    assertThat(status(ATTACK)).isEqualTo(200);
  }

  @Test
  void openConnectionsBypassItOrAreCut() throws Exception {
    ContainerId id = docker.id(web);
    try (LiveResponder live = new LiveResponder(folder, "[waf: {}]");
        OpenConnection open = new OpenConnection(peer, "shop")) {
      open.ask();
      assertThat(open.answers(WAIT)).isTrue();
      live.shellIn(id);
      live.awaitInForce(1);
      assertThat(journal(live)).contains("1 open ones bypass it until they end");
      open.ask();
      assertThat(open.answers(WAIT)).isTrue();
      assertThat(live.releaseOwn()).allMatch(Released::released);
      open.ask();
      assertThat(open.answers(WAIT)).as("also over the release").isTrue();
    }
    Path second = Files.createDirectory(folder.resolve("2"));
    try (LiveResponder live = new LiveResponder(second, "[waf: {established: cut}]");
        OpenConnection open = new OpenConnection(peer, "shop")) {
      open.ask();
      assertThat(open.answers(WAIT)).isTrue();
      live.shellIn(id);
      live.awaitInForce(1);
      assertThat(journal(live)).containsPattern("[1-9][0-9]* open ones were cut");
      assertProtected();
      await().atMost(WAIT).until(open::hasEnded);
      assertThat(live.releaseOwn()).allMatch(Released::released);
    }
  }

  @Test
  void aQuarantineBehindItIsAFilterAndNeitherIsInTheWayOfTheOther() throws Exception {
    ContainerId id = docker.id(web);
    String rules = docker.ruleset(web);
    try (LiveResponder live = new LiveResponder(folder, "[waf: {}, quarantine: {}]")) {
      live.shellIn(id);
      List<OpenAction> open = live.awaitInForce(2);
      assertThat(open.getLast().way()).contains("packet filter");
      assertThat(status("/", SILENCE)).isZero();
      assertThat(docker.reaches(peer, "shop")).isFalse();
      live.responder.orders().release(open.getLast().id(), "alice");
      await().atMost(WAIT).untilAsserted(this::assertProtected);
      assertThat(live.releaseOwn()).allMatch(Released::released);
    }
    assertThat(docker.ruleset(web)).isEqualTo(rules);
  }

  @Test
  void theApplicationIsToldWhoAsks() throws Exception {
    String echo =
        "use IO::Socket::INET; my $l=IO::Socket::INET->new(LocalPort=>8080,Listen=>50,ReuseAddr=>1);"
            + "while(my $c=$l->accept){my $h='';while(my $x=<$c>){last if $x=~/^\\r?$/;$h.=$x}"
            + "print $c \"HTTP/1.1 200 OK\\r\\nContent-Length: \".length($h).\"\\r\\n"
            + "Connection: close\\r\\n\\r\\n$h\";close $c}";
    String app = docker.runProgram("app", List.of("perl", "-e", echo), "--network", network);
    try (LiveResponder live = new LiveResponder(folder, "[waf: {block: [source]}]")) {
      await()
          .atMost(WAIT)
          .until(() ->
              docker.exec(peer, "curl", "-4s", "-m", "2", "http://" + app + ":8080/").worked());
      live.shellIn(docker.id(app));
      live.awaitInForce(1);
      String headers =
          docker
              .exec(
                  peer,
                  "curl",
                  "-4s",
                  "-m",
                  "5",
                  "-H",
                  "My_Header: 1",
                  "http://" + app + ":8080/a//b?x=%41")
              .output();
      assertThat(headers)
          .contains("GET /a//b?x=%41 HTTP/1.1", "Host: " + app + ":8080", "My_Header: 1")
          .contains("X-Forwarded-For: " + docker.inspect(peer, ADDRESS));
      assertThat(live.releaseOwn()).allMatch(Released::released);
    }
  }
}
