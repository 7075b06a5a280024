package io.leukocyte.responder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.leukocyte.events.ContainerId;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A web application firewall in front of a container of the real engine: what it protects, by the
 * container's name in its network and by its published port, and what it survives.
 */
class WafIT {
  private static final String ADDRESS = "{{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}";

  @TempDir Path folder;
  private final WafShop shop = new WafShop("waf-it-", "fd00:1ee7:53::/64");

  @AfterEach
  void remove() {
    shop.close();
  }

  @Test
  void itIsThereAgainAfterARestartAndAfterItsOwnEnd() throws Exception {
    ContainerId id = shop.docker.id(shop.web);
    try (LiveResponder live = new LiveResponder(folder, "[waf: {on-death: open}]")) {
      live.shellIn(id);
      live.awaitInForce(1);
      Docker.docker("restart", "-t", "1", shop.web);
      await().atMost(WafShop.WAIT).until(() -> live.journal().contains("had no WAF for"));
      shop.portHasChanged();
      await().atMost(WafShop.WAIT).untilAsserted(shop::assertProtected);

      Docker.docker("kill", shop.sidecars().getFirst());
      await().atMost(WafShop.WAIT).until(() -> live.journal().contains("let through without it"));
      await().atMost(WafShop.WAIT).untilAsserted(shop::assertProtected);
      assertThat(shop.sidecars()).hasSize(1);
      assertThat(live.releaseOwn()).allMatch(Released::released);
    }
    assertThat(shop.sidecars()).isEmpty();
    assertThat(shop.docker.ruleset(shop.web)).doesNotContain("leuko_waf");
  }

  @Test
  void withoutAResponderItStaysClosedWhenItEndsAndIsThereAgainAfterTheNextStart() throws Exception {
    ContainerId id = shop.docker.id(shop.web);
    try (LiveResponder live = new LiveResponder(folder, "[waf: {}]")) {
      live.shellIn(id);
      live.awaitInForce(1);
    }
    assertThat(shop.statusOfAttack()).as("nobody holds it, and it holds").isEqualTo(403);
    Docker.docker("kill", shop.sidecars().getFirst());
    assertThat(shop.status("/", WafShop.SILENCE)).isZero();
    try (LiveResponder live = new LiveResponder(folder, "[waf: {}]")) {
      await().atMost(WafShop.WAIT).untilAsserted(shop::assertProtected);
      assertThat(live.journal()).contains("until now new connections were refused");
      assertThat(live.releaseOwn()).allMatch(Released::released);
    }
    assertThat(shop.statusOfAttack()).isEqualTo(200);
  }

  @Test
  void openConnectionsBypassItOrAreCut() throws Exception {
    ContainerId id = shop.docker.id(shop.web);
    try (LiveResponder live = new LiveResponder(folder, "[waf: {}]");
        OpenConnection open = new OpenConnection(shop.peer, "shop")) {
      open.ask();
      assertThat(open.answers(WafShop.WAIT)).isTrue();
      live.shellIn(id);
      live.awaitInForce(1);
      assertThat(live.journal()).contains("1 open ones bypass it until they end");
      open.ask();
      assertThat(open.answers(WafShop.WAIT)).isTrue();
      assertThat(live.releaseOwn()).allMatch(Released::released);
      open.ask();
      assertThat(open.answers(WafShop.WAIT)).as("also over the release").isTrue();
    }
    Path second = Files.createDirectory(folder.resolve("2"));
    try (LiveResponder live = new LiveResponder(second, "[waf: {established: cut}]");
        OpenConnection open = new OpenConnection(shop.peer, "shop")) {
      open.ask();
      assertThat(open.answers(WafShop.WAIT)).isTrue();
      live.shellIn(id);
      live.awaitInForce(1);
      assertThat(live.journal()).containsPattern("[1-9][0-9]* open ones were cut");
      shop.assertProtected();
      await().atMost(WafShop.WAIT).until(open::hasEnded);
      assertThat(live.releaseOwn()).allMatch(Released::released);
    }
  }

  @Test
  void aQuarantineBehindItIsAFilterAndNeitherIsInTheWayOfTheOther() throws Exception {
    ContainerId id = shop.docker.id(shop.web);
    String rules = shop.docker.ruleset(shop.web);
    try (LiveResponder live = new LiveResponder(folder, "[waf: {}, quarantine: {}]")) {
      live.shellIn(id);
      List<OpenAction> open = live.awaitInForce(2);
      assertThat(open.getLast().way()).contains("packet filter");
      assertThat(shop.status("/", WafShop.SILENCE)).isZero();
      assertThat(shop.docker.reaches(shop.peer, "shop")).isFalse();
      live.responder.orders().release(open.getLast().id(), "alice");
      await().atMost(WafShop.WAIT).untilAsserted(shop::assertProtected);
      assertThat(live.releaseOwn()).allMatch(Released::released);
    }
    assertThat(shop.docker.ruleset(shop.web)).isEqualTo(rules);
  }

  @Test
  void theApplicationIsToldWhoAsks() throws Exception {
    String echo =
        "use IO::Socket::INET; my $l=IO::Socket::INET->new(LocalPort=>8080,Listen=>50,ReuseAddr=>1);"
            + "while(my $c=$l->accept){my $h='';while(my $x=<$c>){last if $x=~/^\\r?$/;$h.=$x}"
            + "print $c \"HTTP/1.1 200 OK\\r\\nContent-Length: \".length($h).\"\\r\\n"
            + "Connection: close\\r\\n\\r\\n$h\";close $c}";
    String app =
        shop.docker.runProgram("app", List.of("perl", "-e", echo), "--network", shop.network);
    try (LiveResponder live = new LiveResponder(folder, "[waf: {block: [source]}]")) {
      await()
          .atMost(WafShop.WAIT)
          .until(() ->
              shop.docker
                  .exec(shop.peer, "curl", "-4s", "-m", "2", "http://" + app + ":8080/")
                  .worked());
      live.shellIn(shop.docker.id(app));
      live.awaitInForce(1);
      String headers =
          shop.docker
              .exec(
                  shop.peer,
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
          .contains("X-Forwarded-For: " + shop.docker.inspect(shop.peer, ADDRESS));
      assertThat(live.releaseOwn()).allMatch(Released::released);
    }
  }
}
