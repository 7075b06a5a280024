package io.leukocyte.responder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.leukocyte.events.ContainerId;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The requests that go on while a web application firewall comes and goes in front of a container
 * of the real engine: as many as it can bear where it has the machine for itself.
 */
@Tag("alone")
class WafLoadIT {
  /** Requests to a host, each on a new connection, at some rate; says how many had no answer. */
  private static final String LOAD =
      "use IO::Socket::INET; my ($ok,$bad)=(0,0); my $end=time+$ARGV[1];"
          + "while(time<$end){my $s=IO::Socket::INET->new(PeerAddr=>$ARGV[0],PeerPort=>80,"
          + "Timeout=>20);my $r='';if($s){print $s \"GET / HTTP/1.1\\r\\nHost: shop\\r\\n"
          + "Connection: close\\r\\n\\r\\n\";local $/;$r=<$s>;close $s}"
          + "$r=~/^HTTP.1.1 200.*hello/s?$ok++:$bad++;select undef,undef,undef,0.01}print \"$bad failed of \",$ok+$bad";

  @TempDir Path folder;
  private final WafShop shop = new WafShop("waf-load-it-", "fd00:1ee7:54::/64");

  @AfterEach
  void remove() {
    shop.close();
  }

  @Test
  void noRequestFailsWhenItComesAndWhenItGoes() throws Exception {
    ContainerId id = shop.docker.id(shop.web);
    String rules = shop.docker.ruleset(shop.web);
    try (LiveResponder live = new LiveResponder(folder, "[waf: {for: 15m}]");
        SteadyLoad load = new SteadyLoad(shop.published(), 500)) {
      CompletableFuture<String> byName =
          CompletableFuture.supplyAsync(
              () -> Docker.docker("exec", shop.peer, "perl", "-e", LOAD, "shop", "9"));
      await().atMost(WafShop.WAIT).until(() -> load.answered() > 400);
      long begin = System.nanoTime();
      live.shellIn(id);
      OpenAction action = live.awaitInForce(1).getFirst();
      System.out.printf(
          "alert to WAF in the path, verified, under load: %d ms%n",
          (System.nanoTime() - begin) / 1_000_000);
      assertThat(action.way()).contains("in front of port 80");
      int before = load.answered();
      shop.assertProtected();
      await().atMost(WafShop.WAIT).until(() -> load.answered() > before + 800);
      begin = System.nanoTime();
      assertThat(live.responder.orders().release(shop.web, "alice")).allMatch(Released::released);
      System.out.printf("taken away in %d ms%n", (System.nanoTime() - begin) / 1_000_000);
      int after = load.answered();
      await().atMost(WafShop.WAIT).until(() -> load.answered() > after + 500);
      System.out.printf(
          "by name: %s; by port: %d answered, %.0f a second of 500%n",
          byName.get(), load.answered(), load.perSecond());
      assertThat(load.failures()).isEmpty();
      assertThat(byName.get()).startsWith("0 failed of ");
    }
    assertThat(shop.docker.ruleset(shop.web)).isEqualTo(rules);
    assertThat(shop.sidecars()).isEmpty();
    assertThat(shop.statusFrom("shop")).isEqualTo("200");
  }
}
